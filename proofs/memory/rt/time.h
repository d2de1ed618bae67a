/* SPDX-License-Identifier: Apache-2.0 */
/* Sleep, for what runs without its system calls: a promise of the driver's. */
#ifndef RT_TIME_H
#define RT_TIME_H

#include <stdint.h>

void rt_sleep_ms(uint64_t ms);

#endif
