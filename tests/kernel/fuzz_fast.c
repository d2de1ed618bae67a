/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of several processes, chosen by the fuzzer, made the general way and the short one: all
 * tables are the same after each of them. */
#include "fuzz_input.h"
#include "machine.h"
#include "random_messages.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint64_t digest[2][RANDOM_MESSAGES_STEPS];
    uint32_t count[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct input input = {.data = data, .left = len};
        machine_way = i == 0 ? MACHINE_GENERAL : MACHINE_SHORT;
        count[i] = random_messages(next_byte, &input, digest[i]);
    }
    if (count[0] != count[1] || memcmp(digest[0], digest[1], count[0] * sizeof digest[0][0]) != 0)
        abort();
    return 0;
}
