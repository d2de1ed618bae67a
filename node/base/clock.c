/* SPDX-License-Identifier: Apache-2.0 */
/* The system's monotonic clock. */
#include "node/base/clock.h"

#include <time.h>

uint64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
