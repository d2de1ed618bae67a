/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a command beside its options: which are wanted, which are too many. */
#ifndef NODE_WORDS_H
#define NODE_WORDS_H

#include "node/base/error.h"

#include <stddef.h>

/*
 * `wanted` names the words that `command` takes, blanks between them, "[...]" around one that may
 * be missing. False, with the missing or the superfluous word named and the usage behind it, when
 * `words` are not that many.
 */
MUST_CHECK bool words_check(const char *command, const char *wanted, char **words, int word_count,
                            struct error *e);

/* A command of a command: `trust add`. */
struct verb {
    const char *word;
    const char *wanted; /* as above; at most 100 bytes */
};

/*
 * Finds the verb that words[0] is, and counts the words behind it. `command` is for messages:
 * "trust".
 */
MUST_CHECK bool words_verb(const char *command, const struct verb *verbs, size_t verb_count,
                           size_t *found_idx, char **words, int word_count, struct error *e);

#endif
