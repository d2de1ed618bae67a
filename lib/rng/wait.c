/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for random bytes: a machine whose entropy device fails, or comes late, does later what it
 * would have done, and is not started again and again meanwhile. */
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"
#include <stdbool.h>

enum {
    RNG_LATER_MS = 1000,
};

void rng_wait(const char *who, uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len)
{
    bool said = false;

    while (rng_get(endpoint_cap, bytes, bytes_len) != RNG_OK) {
        if (!said)
            rt_logf("%s: no random bytes yet, waiting", who);
        said = true;
        rt_sleep_ms(RNG_LATER_MS);
    }
}
