/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line, drawn over itself a few times a second and cut to the width of the terminal.
 */
#include "node/cli/progress.h"

#include "node/base/error.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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

static size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < PROGRESS_LINE_MAX ? size.ws_col : PROGRESS_LINE_MAX;
}

void progress_line(char out[PROGRESS_LINE_MAX], const char *name, const char *figures, size_t width)
{
    size_t figures_len = strlen(figures);
    size_t name_len = strlen(name);
    size_t room = width > figures_len + 1 ? width - figures_len - 1 : 0;
    const char *gap = "";
    if (name_len > room) { /* the end of a path says more than its beginning */
        gap = room > 3 ? "..." : "";
        room -= strlen(gap);
        name += name_len - room;
    }
    (void)snprintf(out, PROGRESS_LINE_MAX, "%s%s %s", gap, name, figures);
    error_make_printable(out);
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
    char figures[64];
    char line[PROGRESS_LINE_MAX];
    (void)snprintf(figures, sizeof figures, "%s %s/s", done, rate);
    if (p->total_len != PROGRESS_SIZE_UNKNOWN && p->total_len > 0)
        (void)snprintf(figures, sizeof figures, "%.0f%% %s %s/s",
                       100.0 * (double)done_len / (double)p->total_len, done, rate);
    progress_line(line, p->name, figures, terminal_width() - 1);
    (void)fprintf(stderr, "\r%s\033[K", line);
    (void)fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->on && p->drawn_ms != 0)
        (void)fprintf(stderr, "\r\033[K");
    p->on = false;
}
