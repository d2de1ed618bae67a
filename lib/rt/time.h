/* SPDX-License-Identifier: Apache-2.0 */
/* Time: ticks of the 10 MHz `time` register since some moment before boot. */
#ifndef RT_TIME_H
#define RT_TIME_H

#include "rt/syscall.h"

static inline uint64_t rt_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static inline uint64_t rt_deadline_ms(uint64_t ms_from_now)
{
    return rt_ticks() + ms_from_now * ABI_TICKS_PER_MS;
}

static inline void rt_sleep_ms(uint64_t ms)
{
    struct rt_event event;
    (void)rt_recv(ABI_SLOT_NONE, ABI_SLOT_NONE, NULL, 0, NULL, rt_deadline_ms(ms), &event);
}

/* Instructions executed; exact under `-icount shift=0`. */
static inline uint64_t rt_instret(void)
{
    uint64_t count;
    __asm__ volatile("rdinstret %0" : "=r"(count));
    return count;
}

#endif
