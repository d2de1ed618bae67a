/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers that end where the parser is told that they end: one byte beyond is an alarm. The lengths
 * are tried one after the other, since the analyser does not relate a length that it does not know
 * to a pointer. */
#ifndef EXACT_H
#define EXACT_H

#include "__fc_builtin.h"
#include <stddef.h>
#include <stdint.h>

#define EXACT_MAX 70000

static uint8_t exact_in[EXACT_MAX], exact_out[EXACT_MAX];

/* The last len bytes of a buffer, of any value; what stands before them is never read. */
static uint8_t *any_bytes(size_t len)
{
    uint8_t *bytes = exact_in + EXACT_MAX - len;

    if (len != 0)
        Frama_C_make_unknown((char *)bytes, len);
    return bytes;
}

/* Room for len bytes, no more. */
static uint8_t *room(size_t len)
{
    return exact_out + EXACT_MAX - len;
}

#endif
