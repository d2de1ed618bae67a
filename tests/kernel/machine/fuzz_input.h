/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer's bytes as the numbers that random_calls.h and random_messages.h ask for. */
#ifndef TESTS_KERNEL_FUZZ_INPUT_H
#define TESTS_KERNEL_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *data;
    size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static inline bool next_byte(void *context, uint32_t *number)
{
    struct input *input = context;
    if (input->left == 0)
        return false;
    input->left--;
    *number = *input->data++;
    return true;
}

#endif
