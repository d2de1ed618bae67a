/* SPDX-License-Identifier: Apache-2.0 */
/* When a device that failed is started anew: at once after a long good run, later and later while
 * it keeps failing, and never given up. Knows no clock. */
#ifndef NETSTACKD_BACKOFF_H
#define NETSTACKD_BACKOFF_H

#include <stdint.h>

enum {
    BACKOFF_DELAY_MS = 250, /* before the second start, doubled before each later one */
    BACKOFF_DELAY_MS_MAX = 30000,
    BACKOFF_GOOD_RUN_MS = 60000, /* a failure after so long is the first of its kind */
};

/* All zero at the start. */
struct backoff {
    uint64_t start_ms; /* of the last start that was planned */
    uint64_t delay_ms; /* before the next one */
};

/* It failed now. When to start it. */
uint64_t backoff_failed(struct backoff *backoff, uint64_t now_ms);

#endif
