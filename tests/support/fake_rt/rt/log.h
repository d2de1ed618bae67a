/* SPDX-License-Identifier: Apache-2.0 */
/* As lib/rt/log.h, for a test on the host. */
#ifndef RT_LOG_H
#define RT_LOG_H

#include "rt/syscall.h"

#define RT_SLOT_CONSOLE 1

void rt_logf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rt_panic(const char *what, int64_t status) __attribute__((noreturn));

static inline int64_t rt_must(int64_t status, const char *what)
{
    if (status < 0)
        rt_panic(what, status);
    return status;
}

#endif
