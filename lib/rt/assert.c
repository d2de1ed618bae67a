/* SPDX-License-Identifier: Apache-2.0 */
/* What a failed assertion does in a process. */
#include "rt/log.h"

/* What the C library's assert() calls: our own logic is wrong, and the process ends. */
void __assert_func(const char *file, int line, const char *function, const char *condition)
    __attribute__((noreturn));

void __assert_func(const char *file, int line, const char *function, const char *condition)
{
    (void)file; /* the build's path has no place in a log */
    rt_logf("assertion failed: %s (%s, line %d)", condition, function, line);
    rt_exit(255);
}
