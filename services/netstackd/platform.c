/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of platform.h. */
#include "platform.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"
#include <stdbool.h>

enum {
    NS_PER_TICK = 1000000000 / ABI_TICKS_PER_SECOND,
    /* A machine whose entropy device fails has no network until the device works again. */
    RANDOM_AGAIN_MS = 1000,
};

uint64_t platform_now_ns(void)
{
    return rt_ticks() * NS_PER_TICK;
}

void platform_random(void *bytes, size_t bytes_len)
{
    bool said = false;

    while (rng_get(NETSTACKD_SLOT_RNG, bytes, bytes_len) != RNG_OK) {
        if (!said)
            rt_logf("netstackd: no random bytes yet, waiting");
        said = true;
        rt_sleep_ms(RANDOM_AGAIN_MS);
    }
}

void platform_panic(const char *what)
{
    rt_panic(what, 0);
}
