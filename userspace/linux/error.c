/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/error.h"

#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *e, enum exit_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    e->code = code;
    (void)vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return false;
}

int error_print(const struct error *e, const char *program)
{
    (void)fprintf(stderr, "%s: %s\n", program, e->text);
    return e->code;
}
