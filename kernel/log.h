/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own log lines, and its end. */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>
#include <stdint.h>

/* One line of the console, built from parts. */
void log_text(const char *text);
void log_hex(uint64_t value);
void log_end(void);

/* One line from user bytes: what is not printable ASCII is written as '?'. */
void log_line(const char *bytes, size_t len);

/* Logs "kernel: panic: <what> <value>" and powers off. */
void panic(const char *what, uint64_t value) __attribute__((noreturn));

/* Guards the kernel's own logic; never a check of what a process passes. Stays in every build. */
#define KASSERT(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            panic(__FILE_NAME__ ": " #condition, __LINE__);                                        \
    } while (0)

#endif
