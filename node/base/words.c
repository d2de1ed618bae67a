/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a command's words against the line that its help shows. */
#include "node/base/words.h"

#include <stdio.h>
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

#define VERBS_TEXT_SIZE 128

/* "add, list or remove" */
static void list_verbs(char text[VERBS_TEXT_SIZE], const struct verb *verbs, size_t verb_count)
{
    size_t len = 0;
    for (size_t i = 0; i < verb_count; i++) {
        const char *between = i == 0 ? "" : i + 1 < verb_count ? ", " : " or ";
        len += (size_t)snprintf(text + len, VERBS_TEXT_SIZE - len, "%s%s", between, verbs[i].word);
    }
}

bool words_verb(const char *command, const struct verb *verbs, size_t verb_count, size_t *found_idx,
                char **words, int word_count, struct error *e)
{
    char known[VERBS_TEXT_SIZE];
    char name[64];
    list_verbs(known, verbs, verb_count);
    if (word_count == 0)
        return error_set(e, EXIT_USAGE, "say what to do: dsoftbus %s %s", command, known);
    for (size_t i = 0; i < verb_count; i++) {
        if (strcmp(verbs[i].word, words[0]) != 0)
            continue;
        *found_idx = i;
        (void)snprintf(name, sizeof name, "%s %s", command, verbs[i].word);
        return words_check(name, verbs[i].wanted, words + 1, word_count - 1, e);
    }
    return error_set(e, EXIT_USAGE, "unknown word \"%s\": dsoftbus %s %s", words[0], command,
                     known);
}
