/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines and panic. Every process holds the console in RT_SLOT_CONSOLE. */
#ifndef RT_LOG_H
#define RT_LOG_H

#include "rt/syscall.h"

#define RT_SLOT_CONSOLE 1

/* One line, cut to ABI_LOG_BYTES_MAX; the text carries no line end. Integers and strings only
 * (no floating point). A marker is printed as the last act of the check that it reports. */
void rt_logf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs "<what> (<status>)" and ends the process with exit code 255. For conditions that only a bug
 * or a wrong system table brings about. */
void rt_panic(const char *what, int64_t status) __attribute__((noreturn));

/* rt_panic(what) when status is negative; otherwise returns it. */
static inline int64_t rt_must(int64_t status, const char *what)
{
    if (status < 0)
        rt_panic(what, status);
    return status;
}

#endif
