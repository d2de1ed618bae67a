/* SPDX-License-Identifier: Apache-2.0 */
/* As lib/rt/time.h, for a test on the host. */
#ifndef RT_TIME_H
#define RT_TIME_H

#include "rt/syscall.h"

uint64_t rt_ticks(void);
void rt_sleep_ms(uint64_t ms);

static inline uint64_t rt_deadline_ms(uint64_t ms_from_now)
{
    return rt_ticks() + ms_from_now * ABI_TICKS_PER_MS;
}

#endif
