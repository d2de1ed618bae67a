/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text for the console. */
#include "rt/log.h"

#include <stdarg.h>
#include <stdio.h>

void rt_logf(const char *format, ...)
{
    char line[ABI_LOG_BYTES_MAX + 1];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0)
        return;
    size_t line_len = (size_t)len < sizeof line ? (size_t)len : sizeof line - 1;
    (void)rt_log(RT_SLOT_CONSOLE, line, line_len);
}

void rt_panic(const char *what, int64_t status)
{
    rt_logf("%s (%lld)", what, (long long)status);
    rt_exit(255);
}
