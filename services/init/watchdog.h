/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a service has stopped coming back to its receive. What counts is processor time that it
 * used itself since it was there last: whoever is kept from running, or waits for another, is not
 * to blame. Knows no clock and no kernel. */
#ifndef INIT_WATCHDOG_H
#define INIT_WATCHDOG_H

#include "abi/ipc.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    WATCHDOG_POLL_MS = 1000,
    /* No request or interrupt takes a service a hundredth of this, on the slowest machine. */
    WATCHDOG_LIMIT_MS = 5000,
};

struct watchdog {
    uint64_t receive_time; /* ticks: when it was last in its receive, as far as seen */
    uint64_t cpu_ticks;    /* at the last look */
    uint64_t ran_ticks;    /* used since then, each look's part bounded */
};

/* One look, every WATCHDOG_POLL_MS; both numbers are PROCESS_INFO's. True when it hangs. A look's
 * part is at most the time between two: a machine that stood still for long, as a stopped
 * emulator does, hangs nobody. All zero begins anew. */
bool watchdog_hangs(struct watchdog *watchdog, uint64_t cpu_ticks, uint64_t receive_time);

#endif
