/* SPDX-License-Identifier: Apache-2.0 */
/* Time for what waits without an event loop. */
#ifndef NODE_CLOCK_H
#define NODE_CLOCK_H

#include <stdint.h>

/* A monotonic count of milliseconds. */
uint64_t clock_ms(void);

#endif
