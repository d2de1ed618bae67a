/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/progress.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define FIRST_DRAW_MS 1000
#define DRAW_EVERY_MS 250

void progress_start(struct progress *p, const char *name, uint64_t total_len, bool quiet,
                    uint64_t now_ms)
{
    *p = (struct progress){.name = name,
                           .total_len = total_len,
                           .started_ms = now_ms,
                           .drawn_ms = 0,
                           .on = !quiet && isatty(STDERR_FILENO) == 1};
}

void progress_format_bytes(uint64_t len, char out[16])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit_idx = 0;
    double value = (double)len;
    while (value >= 1024 && unit_idx + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit_idx++;
    }
    (void)snprintf(out, 16, unit_idx > 0 && value < 10 ? "%.1f %s" : "%.0f %s", value,
                   units[unit_idx]);
}

void progress_update(struct progress *p, uint64_t done_len, uint64_t now_ms)
{
    char done[16];
    char rate[16];
    uint64_t age_ms = now_ms - p->started_ms;
    if (!p->on || age_ms < FIRST_DRAW_MS || now_ms - p->drawn_ms < DRAW_EVERY_MS)
        return;
    p->drawn_ms = now_ms;
    progress_format_bytes(done_len, done);
    progress_format_bytes(done_len / age_ms * 1000, rate);
    (void)fprintf(stderr, "\r%s ", p->name);
    if (p->total_len != PROGRESS_SIZE_UNKNOWN && p->total_len > 0)
        (void)fprintf(stderr, "%.0f%% ", 100.0 * (double)done_len / (double)p->total_len);
    (void)fprintf(stderr, "%s %s/s\033[K", done, rate);
    (void)fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->on && p->drawn_ms != 0)
        (void)fprintf(stderr, "\r\033[K");
    p->on = false;
}
