/* SPDX-License-Identifier: Apache-2.0 */
/* The key, and what is derived from it. */
#include "random.h"

#include "platform.h"
#include "siphash.h"

enum {
    NS_PER_ISN_TICK = 4000, /* RFC 6528 section 3 */
};

static struct {
    uint8_t isn[SIPHASH_KEY_BYTES];
    uint8_t next[SIPHASH_KEY_BYTES];
} keys;
static uint64_t next_count;

void random_init(void)
{
    platform_random(&keys, sizeof keys);
    next_count = 0;
}

uint32_t random_isn(const struct random_connection *connection)
{
    return (uint32_t)(platform_now_ns() / NS_PER_ISN_TICK) +
           (uint32_t)siphash(keys.isn, connection, sizeof *connection);
}

uint32_t random_next(void)
{
    next_count++;
    return (uint32_t)siphash(keys.next, &next_count, sizeof next_count);
}
