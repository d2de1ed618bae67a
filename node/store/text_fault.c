/* SPDX-License-Identifier: Apache-2.0 */
/* The words for a fault at a line. */
#include "node/store/text_fault.h"

#include <stdio.h>
#include <string.h>

/* What an editor of another system leaves, and a person cannot see. */
static const char *invisible_fault(const char *text, size_t text_len, size_t line)
{
    const char *end = text + text_len;
    while (--line > 0 && text < end) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        text = feed != NULL ? feed + 1 : end;
    }
    const char *feed = memchr(text, '\n', (size_t)(end - text));
    size_t len = (size_t)((feed != NULL ? feed : end) - text);
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return " (it begins with a byte order mark: save it without)";
    if (memchr(text, '\r', len) != NULL)
        return " (it ends in a carriage return: save it with Unix line ends)";
    if (memchr(text, '\t', len) != NULL)
        return " (it has a tab: words are separated by one space)";
    return feed == NULL ? " (the last line needs a line feed at its end)" : "";
}

bool text_fault_set_path(struct error *e, const char *path, const struct dsb_text_error *at,
                         const char *text, size_t text_len)
{
    const char *fault = dsb_text_fault_name(at->fault);
    if (at->line == 0) /* an empty file */
        return error_set(e, EXIT_CONFIG, "%s: %s", path, fault);
    return error_set(e, EXIT_CONFIG, "%s:%zu: %s%s", path, at->line, fault,
                     invisible_fault(text, text_len, at->line));
}

bool text_fault_set(struct error *e, const struct confdir *dir, const char *name,
                    const struct dsb_text_error *at, const char *text, size_t text_len)
{
    char path[PATH_MAX + NAME_MAX + 2];
    (void)snprintf(path, sizeof path, "%s/%s", dir->path, name);
    return text_fault_set_path(e, path, at, text, text_len);
}
