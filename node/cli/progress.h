/* SPDX-License-Identifier: Apache-2.0 */
/* The line "name 42% 410 MiB 612 MiB/s" that a transfer of some seconds draws on a terminal. */
#ifndef NODE_PROGRESS_H
#define NODE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_SIZE_UNKNOWN UINT64_MAX

struct progress {
    const char *name;
    uint64_t total_len; /* PROGRESS_SIZE_UNKNOWN for a pipe */
    uint64_t started_ms;
    uint64_t drawn_ms;
    bool on; /* stderr is a terminal and the person did not ask for quiet */
};

/* `name` must live as long as the progress. */
void progress_start(struct progress *p, const char *name, uint64_t total_len, bool quiet,
                    uint64_t now_ms);

/* "name figures" in at most `width` bytes; a name that is too long loses its beginning, control
 * bytes are '?'. */
#define PROGRESS_LINE_MAX 512
void progress_line(char out[PROGRESS_LINE_MAX], const char *name, const char *figures,
                   size_t width);

/* Draws at most four times a second, first after one second. */
void progress_update(struct progress *p, uint64_t done_len, uint64_t now_ms);

/* Removes the line. */
void progress_end(struct progress *p);

/* "1.5 GiB": three digits at most before the unit. */
void progress_format_bytes(uint64_t len, char out[16]);

#endif
