/* SPDX-License-Identifier: Apache-2.0 */
/* Any body decodes to at most one message, which encodes to the same bytes. */
#include "node/engine/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message m;
    uint8_t again[MESSAGE_CONTROL_MAX];
    if (size == 0 || !message_decode(&m, data, size) || m.kind == MESSAGE_ECHO)
        return 0;
    if (m.kind == MESSAGE_BYTES) {
        if (m.bytes != data + 1 || m.bytes_len != size - 1)
            abort();
        return 0;
    }
    if (message_encode(again, &m) != size || memcmp(again, data, size) != 0)
        abort();
    return 0;
}
