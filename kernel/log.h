/* SPDX-License-Identifier: Apache-2.0 */
/* The log: lines of processes and of the kernel wait here for the console, which is slow, and stay
 * a while for whoever may read them. Nobody waits for the console with interrupts off. */
#ifndef LOG_H
#define LOG_H

#include "abi/ipc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is kept for readers, and of that: what waits for the console, and how much of it processes
 * leave to the kernel's own lines: those of a few deaths at once. What does not fit is lost, and
 * counted. */
#define LOG_RING_BYTES    16384u
#define LOG_BUFFER_BYTES  4096u
#define LOG_RESERVE_BYTES 512u
/* Most that one log_drain() writes. */
#define LOG_PIECE_BYTES 64u
/* A console that takes nothing for so long is dead. */
#define LOG_PATIENCE_TICKS (100 * ABI_TICKS_PER_MS)

/* One line of the kernel's, built from parts. */
void log_text(const char *text);
void log_hex(uint64_t value);
void log_end(void);

/* One line from user bytes: what is not printable ASCII is written as '?'. False, with nothing
 * written, when there is no room now. */
bool log_line(const char *bytes, size_t len);

/* What was logged from byte *pos on, counted from the boot, at most limit bytes: fewer where the
 * ring begins anew, none at the end. Moves *pos on to the oldest byte that is still there. The
 * bytes are the log's until the next one is logged. False for a position that is not reached yet.
 */
bool log_read(uint64_t *pos, uint32_t limit, const char **bytes, uint32_t *len);

/* Writes what the console takes now; after every event while log_pending(). */
void log_drain(void);
bool log_pending(void);

/* Writes everything, however long it takes: before the machine ends. */
void log_flush(void);

/* Logs "kernel: panic: <what> <value>" and powers off. */
void panic(const char *what, uint64_t value) __attribute__((noreturn));

/* Guards the kernel's own logic; never a check of what a process passes. Stays in every build. */
#define KASSERT(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            panic(__FILE_NAME__ ": " #condition, __LINE__);                                        \
    } while (0)

#endif
