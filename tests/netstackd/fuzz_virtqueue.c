/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile device: the fuzzer writes the used ring as it likes, the driver submits and takes.
 * Under the sanitizers no input may reach outside the queue, and a buffer never comes back twice.
 */
#include "virtio/virtqueue.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(4096) struct virtqueue_memory memory;
    struct virtqueue queue;
    bool out[VIRTQUEUE_SIZE_MAX] = {false};

    memset(&memory, 0, sizeof memory);
    virtqueue_init(&queue, &memory, 8, true);
    for (size_t i = 0; i + 10 <= size; i += 10) {
        struct virtqueue_used_entry entry;
        uint16_t id = data[i] & 15;
        uint32_t written_len;
        if (virtqueue_submit(&queue, id, 0x1000, data[i] >> 4, data[i + 1] & 1) == VIRTQUEUE_OK) {
            if (out[id])
                abort();
            out[id] = true;
        }
        memcpy(&entry, data + i + 2, sizeof entry);
        if (data[i + 1] & 2) { /* mostly plausible, so that the fuzzer gets deep */
            entry.id &= 7;
            entry.written_len &= 15;
        }
        memory.used.ring[memory.used.idx & 7] = entry;
        memory.used.idx = (uint16_t)(memory.used.idx + (data[i + 1] >> 6));
        while (virtqueue_take(&queue, &id, &written_len) == VIRTQUEUE_OK) {
            if (id >= 8 || !out[id] || written_len > 15)
                abort();
            out[id] = false;
        }
    }
    return 0;
}
