/* SPDX-License-Identifier: Apache-2.0 */
/* The restart policy. */
#include "restart.h"

#include <string.h>

static void forget_old(struct restart *restart, uint64_t now_ms)
{
    uint32_t old_count = 0;

    while (old_count < restart->count && now_ms - restart->died_ms[old_count] >= RESTART_WINDOW_MS)
        old_count++;
    restart->count -= old_count;
    memmove(restart->died_ms, restart->died_ms + old_count,
            restart->count * sizeof restart->died_ms[0]);
}

static uint64_t delay_ms(uint32_t death_count)
{
    uint64_t delay = RESTART_DELAY_MS;

    if (death_count == 1)
        return 0;
    for (uint32_t i = 2; i < death_count && delay < RESTART_DELAY_MS_MAX; i++)
        delay *= 2;
    return delay < RESTART_DELAY_MS_MAX ? delay : RESTART_DELAY_MS_MAX;
}

uint64_t restart_died(struct restart *restart, uint64_t now_ms)
{
    forget_old(restart, now_ms);
    if (restart->count == RESTART_COUNT_MAX)
        return RESTART_NEVER;
    restart->died_ms[restart->count++] = now_ms;
    return now_ms + delay_ms(restart->count);
}
