/* SPDX-License-Identifier: Apache-2.0 */
/* The error line. Names come from peers and from shared folders: what would move the cursor is
 * shown as "?". */
#include "node/base/error.h"

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

void error_make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

int error_print(struct error *e, const char *program)
{
    error_make_printable(e->text);
    (void)fprintf(stderr, "%s: %s\n", program, e->text);
    return e->code;
}
