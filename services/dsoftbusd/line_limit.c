/* SPDX-License-Identifier: Apache-2.0 */
/* See line_limit.h. */
#include "line_limit.h"

bool line_limit_take(struct line_limit *limit, uint64_t now_ms)
{
    /* Held ones are told first: a window that has some ends by line_limit_release alone. */
    if (limit->held_count == 0 && now_ms - limit->begin_ms >= LINE_WINDOW_MS) {
        limit->begin_ms = now_ms;
        limit->line_count = 0;
    }
    if (limit->line_count < LINES_PER_WINDOW) {
        limit->line_count++;
        return true;
    }
    limit->held_count++;
    return false;
}

uint64_t line_limit_deadline(const struct line_limit *limit)
{
    return limit->held_count == 0 ? DSB_NO_DEADLINE : limit->begin_ms + LINE_WINDOW_MS;
}

uint32_t line_limit_release(struct line_limit *limit, uint64_t now_ms)
{
    if (line_limit_deadline(limit) > now_ms)
        return 0;
    uint32_t held_count = limit->held_count;
    *limit = (struct line_limit){.begin_ms = now_ms};
    return held_count;
}
