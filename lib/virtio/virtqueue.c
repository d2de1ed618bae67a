/* SPDX-License-Identifier: Apache-2.0 */
/* A split virtqueue whose device is not trusted. */
#include "virtio/virtqueue.h"

enum {
    AVAILABLE_NO_INTERRUPT_MASK = 1u << 0, /* VIRTQ_AVAIL_F_NO_INTERRUPT */
};
_Static_assert(VIRTQUEUE_DEVICE_WRITES_MASK == 2, "bit 1, as a mask");

void virtqueue_init(struct virtqueue *queue, volatile struct virtqueue_memory *memory,
                    uint16_t size_count, bool interrupts)
{
    queue->memory = memory;
    queue->size_count = size_count;
    queue->available_idx = 0;
    queue->used_idx = 0;
    queue->in_flight_count = 0;
    queue->broken = false;
    for (uint16_t id = 0; id < VIRTQUEUE_SIZE_MAX; id++) {
        queue->in_flight[id] = false;
        queue->writable_len[id] = 0;
    }
    memory->available.flags_mask = interrupts ? 0 : AVAILABLE_NO_INTERRUPT_MASK;
    memory->available.idx = 0;
    memory->used.flags_mask = 0;
    memory->used.idx = 0;
}

static enum virtqueue_result submit(struct virtqueue *queue, uint16_t id, uint64_t address,
                                    uint32_t buffer_len, uint16_t flags_mask, uint32_t writable_len)
{
    volatile struct virtqueue_memory *memory = queue->memory;

    if (queue->broken)
        return VIRTQUEUE_BROKEN;
    if (id >= queue->size_count || queue->in_flight[id])
        return VIRTQUEUE_BUSY;

    queue->in_flight[id] = true;
    queue->in_flight_count++;
    queue->writable_len[id] = writable_len;
    memory->descriptors[id].address = address;
    memory->descriptors[id].buffer_len = buffer_len;
    memory->descriptors[id].flags_mask = flags_mask;
    memory->descriptors[id].next_idx = 0;
    memory->available.ring[queue->available_idx & (queue->size_count - 1)] = id;
    queue->available_idx++;
    /* The index is published only after what it points to. */
    __atomic_store_n(&memory->available.idx, queue->available_idx, __ATOMIC_RELEASE);
    return VIRTQUEUE_OK;
}

enum virtqueue_result virtqueue_submit(struct virtqueue *queue, uint16_t id, uint64_t address,
                                       uint32_t buffer_len, bool device_writes)
{
    return submit(queue, id, address, buffer_len, device_writes ? VIRTQUEUE_DEVICE_WRITES_MASK : 0,
                  device_writes ? buffer_len : 0);
}

enum virtqueue_result virtqueue_submit_chain(struct virtqueue *queue, uint16_t id, uint64_t table,
                                             uint32_t table_len, uint32_t writable_len)
{
    return submit(queue, id, table, table_len, VIRTQUEUE_INDIRECT_MASK, writable_len);
}

static enum virtqueue_result give_up(struct virtqueue *queue)
{
    queue->broken = true;
    return VIRTQUEUE_BROKEN;
}

enum virtqueue_result virtqueue_take(struct virtqueue *queue, uint16_t *id, uint32_t *written_len)
{
    volatile struct virtqueue_memory *memory = queue->memory;

    if (queue->broken)
        return VIRTQUEUE_BROKEN;
    uint16_t device_idx = __atomic_load_n(&memory->used.idx, __ATOMIC_ACQUIRE);
    /* Modulo 2^16, like the indices: right across their wrap. */
    uint16_t used_count = (uint16_t)(device_idx - queue->used_idx);
    if (used_count == 0)
        return VIRTQUEUE_EMPTY;
    if (used_count > queue->in_flight_count)
        return give_up(queue);

    volatile struct virtqueue_used_entry *entry =
        &memory->used.ring[queue->used_idx & (queue->size_count - 1)];
    uint32_t entry_id = entry->id;
    uint32_t entry_len = entry->written_len;
    if (entry_id >= queue->size_count || !queue->in_flight[entry_id])
        return give_up(queue);
    /* Of a buffer that the device only reads, some devices give the whole length here. */
    if (queue->writable_len[entry_id] == 0)
        entry_len = 0;
    if (entry_len > queue->writable_len[entry_id])
        return give_up(queue);

    queue->in_flight[entry_id] = false;
    queue->in_flight_count--;
    queue->used_idx++;
    *id = (uint16_t)entry_id;
    *written_len = entry_len;
    return VIRTQUEUE_OK;
}
