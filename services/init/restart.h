/* SPDX-License-Identifier: Apache-2.0 */
/* When a process that died is started again. Deaths are counted over a time, not over the machine's
 * life: one that dies now and then is started again for ever, each time at once; one that keeps
 * dying is started later and later, and at last not any more. Knows no clock and no kernel. */
#ifndef INIT_RESTART_H
#define INIT_RESTART_H

#include <stdint.h>

enum {
    /* More deaths than this within the window: it cannot be kept up. */
    RESTART_COUNT_MAX = 8,
    RESTART_WINDOW_MS = 5 * 60 * 1000,
    /* Before the second start within a window, doubled before each later one up to the bound: all
     * eight take 24 s, so a fault of the moment can pass, and a deaf machine is soon a new one. */
    RESTART_DELAY_MS = 250,
    RESTART_DELAY_MS_MAX = 8000,
};

#define RESTART_NEVER UINT64_MAX

struct restart {
    uint32_t count;                      /* deaths within the window */
    uint64_t died_ms[RESTART_COUNT_MAX]; /* of these, oldest first */
};

/* It died now. When to start it, RESTART_NEVER when it cannot be kept up. Time never goes back. */
uint64_t restart_died(struct restart *restart, uint64_t now_ms);

#endif
