/* SPDX-License-Identifier: Apache-2.0 */
/* What promises answer, when anything can be the answer, and what they do with what they are given.
 */
#ifndef ANY_H
#define ANY_H

#include "__fc_builtin.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static uint8_t any_sink;

static bool any_bool(void)
{
    return Frama_C_interval(0, 1);
}

static uint32_t any_u32(void)
{
    return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static uint64_t any_time(void)
{
    uint64_t now_ms;

    Frama_C_make_unknown((char *)&now_ms, sizeof now_ms);
    return now_ms;
}

/* All of these bytes. */
static void reads(const void *in, size_t len)
{
    const uint8_t *bytes = in;

    /*@ assert readable: len == 0 || \valid_read(bytes + (0 .. len - 1)); */
    /*@ assert written: len == 0 || \initialized(bytes + (0 .. len - 1)); */
    if (len != 0)
        any_sink ^= bytes[0];
}

#endif
