/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of dsoftbus ping, whichever way it went. */
#include "node/cli/ping.h"

#include <stdio.h>
#include <uv.h>

void ping_begins(struct ping_tally *tally)
{
    tally->began_ns = uv_hrtime();
}

void ping_answered(struct ping_tally *tally, const char *peer, bool quiet)
{
    uint64_t took_ns = uv_hrtime() - tally->began_ns;
    bool is_first = tally->answered_count == 0;
    tally->answered_count++;
    tally->sum_ns += took_ns;
    tally->most_ns = took_ns > tally->most_ns ? took_ns : tally->most_ns;
    tally->least_ns = is_first || took_ns < tally->least_ns ? took_ns : tally->least_ns;
    if (!quiet)
        (void)printf("%s: seq=%llu time=%.3f ms\n", peer, (unsigned long long)tally->sent_count,
                     (double)took_ns / 1e6);
    (void)fflush(stdout);
}

void ping_summary(const struct ping_tally *tally, bool quiet)
{
    unsigned long long count = tally->answered_count;
    if (quiet || count == 0)
        return;
    (void)printf("%llu ping%s answered, round trip min/mean/max %.3f/%.3f/%.3f ms\n", count,
                 count == 1 ? "" : "s", (double)tally->least_ns / 1e6,
                 (double)tally->sum_ns / (double)count / 1e6, (double)tally->most_ns / 1e6);
}
