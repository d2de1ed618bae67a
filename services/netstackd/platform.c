/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of platform.h. */
#include "platform.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"

enum {
    NS_PER_TICK = 1000000000 / ABI_TICKS_PER_SECOND,
};

uint64_t platform_now_ns(void)
{
    return rt_ticks() * NS_PER_TICK;
}

void platform_random(void *bytes, size_t bytes_len)
{
    rng_wait("netstackd", NETSTACKD_SLOT_RNG, bytes, bytes_len);
}

void platform_panic(const char *what)
{
    rt_panic(what, 0);
}
