/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a command's words against the line that its help shows. */
#include "node/base/words.h"

#include <string.h>

bool words_check(const char *command, const char *wanted, char **words, int word_count,
                 struct error *e)
{
    const char *name = wanted;
    for (int i = 0; *name != '\0'; i++) {
        size_t name_len = strcspn(name, " ");
        if (i >= word_count)
            return name[0] == '[' ||
                   error_set(e, EXIT_USAGE, "%.*s is missing: dsoftbus %s [options] %s",
                             (int)name_len, name, command, wanted);
        name += name_len + strspn(name + name_len, " ");
        if (*name == '\0' && i + 1 < word_count)
            return error_set(e, EXIT_USAGE, "\"%s\" is a word too many: dsoftbus %s [options] %s",
                             words[i + 1], command, wanted);
    }
    return *wanted != '\0' || word_count == 0 ||
           error_set(e, EXIT_USAGE, "\"%s\" is a word too many: dsoftbus %s [options]", words[0],
                     command);
}
