/* SPDX-License-Identifier: Apache-2.0 */
/* Starts of a failing device over time. */
#include "backoff.h"

uint64_t backoff_failed(struct backoff *backoff, uint64_t now_ms)
{
    if (now_ms - backoff->start_ms >= BACKOFF_GOOD_RUN_MS)
        backoff->delay_ms = 0;
    backoff->start_ms = now_ms + backoff->delay_ms;
    backoff->delay_ms = backoff->delay_ms == 0 ? BACKOFF_DELAY_MS : 2 * backoff->delay_ms;
    if (backoff->delay_ms > BACKOFF_DELAY_MS_MAX)
        backoff->delay_ms = BACKOFF_DELAY_MS_MAX;
    return backoff->start_ms;
}
