/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include <string.h>

static uint8_t pool[RNG_BYTES_MAX];
static size_t pool_len;

void random_take(void *bytes, size_t bytes_len)
{
    if (bytes_len > sizeof(pool))
        rt_panic("netstackd: random bytes asked", (int64_t)bytes_len);
    if (bytes_len > pool_len) {
        enum rng_status status = rng_get(NETSTACKD_SLOT_RNG, pool, sizeof(pool));
        if (status != RNG_OK)
            rt_panic("netstackd: no random bytes", (int64_t)status);
        pool_len = sizeof(pool);
    }
    pool_len -= bytes_len;
    memcpy(bytes, pool + pool_len, bytes_len);
    explicit_bzero(pool + pool_len, bytes_len);
}
