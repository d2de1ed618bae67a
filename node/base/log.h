/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines of the daemon on stderr: "<time> <level> <text>", or with the journal's "<n>" prefix
 * and no time when systemd reads them. One event per line; never a key, a nonce or a hash.
 */
#ifndef NODE_LOG_H
#define NODE_LOG_H

#include "node/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above `most_verbose` are dropped. Until the first call nothing below a warning is shown. */
void log_open(enum log_level most_verbose);

void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Collects lines until log_flush(), which an event loop calls before it waits: one write for all
 * lines of a turn. An error is not kept waiting, nor is what fills the buffer. A process that dies
 * by a signal takes the lines of its last turn with it. `false` writes what there is and goes back
 * to single lines.
 */
void log_collect(bool on);
void log_flush(void);

/*
 * A budget for lines that a stranger can cause: a burst, then a steady rate. What is left out is
 * counted and reported with the next line that fits.
 */
struct log_budget {
    uint64_t refilled_ms;
    uint32_t left_count;
    uint64_t dropped_count;
};

#define LOG_BUDGET_BURST      50 /* lines at once: a person sees each of a small incident */
#define LOG_BUDGET_PER_SECOND 10 /* lines after that: a flood costs the disk under 100 MB a day */

/* True when a line may be written at now_ms. */
bool log_budget_take(struct log_budget *b, uint64_t now_ms);

#endif
