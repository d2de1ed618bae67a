/* SPDX-License-Identifier: Apache-2.0 */
/* An authenticated peer's arbitrary records, an arbitrary application between them, and state. */
#include "dsoftbus/streams/hostile.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hostile_count count = {0};

    hostile_run(data, size, &count);
    return 0;
}
