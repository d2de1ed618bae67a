/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known answers that need nothing but the library: the same table runs on the host and, bare, on
 * rv64imac. Each check returns true when every value came out as published.
 */
#ifndef TESTS_VECTORS_KNOWN_ANSWERS_H
#define TESTS_VECTORS_KNOWN_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

struct known_answer {
    const char *name;
    bool (*check)(void);
};

extern const struct known_answer known_answers[];
extern const size_t known_answers_count;

#endif
