/* SPDX-License-Identifier: Apache-2.0 */
/* What every fuzz target of this folder needs. */
#ifndef TESTS_DSOFTBUS_FUZZ_H
#define TESTS_DSOFTBUS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that no input may break. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
