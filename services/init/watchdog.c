/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog's judgement. */
#include "watchdog.h"

bool watchdog_hangs(struct watchdog *watchdog, uint64_t cpu_ticks, uint64_t receive_time)
{
    const uint64_t part_ticks_max = WATCHDOG_POLL_MS * (uint64_t)ABI_TICKS_PER_MS;
    uint64_t part_ticks = cpu_ticks - watchdog->cpu_ticks;

    watchdog->cpu_ticks = cpu_ticks;
    if (receive_time != watchdog->receive_time) {
        watchdog->receive_time = receive_time;
        watchdog->ran_ticks = 0;
        return false;
    }
    watchdog->ran_ticks += part_ticks < part_ticks_max ? part_ticks : part_ticks_max;
    return watchdog->ran_ticks >= WATCHDOG_LIMIT_MS * (uint64_t)ABI_TICKS_PER_MS;
}
