/* SPDX-License-Identifier: Apache-2.0 */
/* System calls of several processes, chosen by the fuzzer: no sanitizer finding, no panic, and all
 * tables stay sound. */
#include "audit.h"
#include "fuzz_input.h"
#include "random_calls.h"

#include <stddef.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct input input = {.data = data, .left = len};
    if (random_calls(next_byte, &input, 64) != AUDIT_OK)
        abort();
    return 0;
}
