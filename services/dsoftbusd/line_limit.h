/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often lines that strangers can cause are written. Each kind of line has its own: so many in
 * LINE_WINDOW_MS; what is beyond them is counted and told in one line when that time is over.
 */
#ifndef DSOFTBUSD_LINE_LIMIT_H
#define DSOFTBUSD_LINE_LIMIT_H

#include "limits.h"

/* Zeroed at the start. */
struct line_limit {
    uint64_t begin_ms; /* of the window, if lines were counted in it */
    uint32_t line_count;
    uint32_t held_count; /* lines that were not written */
};

/* True when the line is to be written now; otherwise it is held. */
DSB_MUST_CHECK bool line_limit_take(struct line_limit *limit, uint64_t now_ms);

/* When lines that are held must be told; DSB_NO_DEADLINE when there are none. */
uint64_t line_limit_deadline(const struct line_limit *limit);

/* At the deadline: how many were held, and a new window. 0 before it. */
DSB_MUST_CHECK uint32_t line_limit_release(struct line_limit *limit, uint64_t now_ms);

#endif
