/* SPDX-License-Identifier: Apache-2.0 */
/* A virtio device's side of registers and queues. */
#include "netstackd/simulated_device.h"

#include <string.h>

#define STATUS_FEATURES_OK_MASK 8u

void simulated_device_init(struct simulated_device *device, enum virtio_device_id id,
                           uint64_t features_mask)
{
    memset(device, 0, sizeof *device);
    device->magic = 0x74726976;
    device->version = 2;
    device->device_id = id;
    device->features_mask = features_mask | VIRTIO_FEATURE_VERSION_1_MASK;
    device->queue_size_max = 1024;
}

volatile struct virtio_registers *simulated_registers(struct simulated_device *device)
{
    return (volatile struct virtio_registers *)device;
}

static struct simulated_device *device_of(volatile struct virtio_registers *registers)
{
    return (struct simulated_device *)(uintptr_t)registers;
}

static struct simulated_queue *selected(struct simulated_device *device)
{
    return &device->queues[device->queue_select % SIMULATED_QUEUE_COUNT];
}

uint32_t virtio_register_read(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    struct simulated_device *device = device_of(registers);

    switch (offset_len) {
    case 0x000:
        return device->magic;
    case 0x004:
        return device->version;
    case 0x008:
        return device->device_id;
    case 0x010:
        return (uint32_t)(device->device_select == 0 ? device->features_mask
                                                     : device->features_mask >> 32);
    case 0x034:
        return device->queue_select < SIMULATED_QUEUE_COUNT ? device->queue_size_max : 0;
    case 0x044:
        return selected(device)->ready;
    case 0x060:
        return device->interrupt_mask;
    case 0x070:
        return device->status;
    case 0x0fc:
        return device->config_moves ? device->generation++ : device->generation;
    default:
        return offset_len < 0x100
                   ? 0
                   : (uint32_t)(virtio_register_read16(registers, offset_len) |
                                virtio_register_read16(registers, offset_len + 2) << 16);
    }
}

uint8_t virtio_register_read8(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    return device_of(registers)->config[offset_len - 0x100];
}

uint16_t virtio_register_read16(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    const uint8_t *bytes = &device_of(registers)->config[offset_len - 0x100];

    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static void set_low(uint64_t *address, uint32_t value)
{
    *address = (*address & 0xffffffff00000000) | value;
}

static void set_high(uint64_t *address, uint32_t value)
{
    *address = (*address & 0xffffffff) | (uint64_t)value << 32;
}

static void write_status(struct simulated_device *device, uint32_t value)
{
    if (value == 0) {
        device->reset_count++;
        memset(device->queues, 0, sizeof device->queues);
        device->interrupt_mask = 0;
        if (device->reset_sticks)
            return;
    }
    if (device->refuses_features)
        value &= ~STATUS_FEATURES_OK_MASK;
    device->status = value;
}

void virtio_register_write(volatile struct virtio_registers *registers, uint32_t offset_len,
                           uint32_t value)
{
    struct simulated_device *device = device_of(registers);
    struct simulated_queue *queue = selected(device);

    switch (offset_len) {
    case 0x014:
        device->device_select = value;
        break;
    case 0x020:
        if (device->driver_select == 0)
            set_low(&device->driver_features_mask, value);
        else
            set_high(&device->driver_features_mask, value);
        break;
    case 0x024:
        device->driver_select = value;
        break;
    case 0x030:
        device->queue_select = value;
        break;
    case 0x038:
        queue->size_count = value;
        break;
    case 0x044:
        queue->ready = value;
        break;
    case 0x050:
        device->notify_count++;
        break;
    case 0x064:
        device->interrupt_mask &= ~value;
        break;
    case 0x070:
        write_status(device, value);
        break;
    case 0x080:
        set_low(&queue->descriptors, value);
        break;
    case 0x084:
        set_high(&queue->descriptors, value);
        break;
    case 0x090:
        set_low(&queue->available, value);
        break;
    case 0x094:
        set_high(&queue->available, value);
        break;
    case 0x0a0:
        set_low(&queue->used, value);
        break;
    case 0x0a4:
        set_high(&queue->used, value);
        break;
    default:
        break;
    }
}

bool simulated_take(struct simulated_queue *queue, struct simulated_buffer *buffer)
{
    const uint16_t *available = (const uint16_t *)(uintptr_t)queue->available;
    const struct virtqueue_descriptor *descriptors =
        (const struct virtqueue_descriptor *)(uintptr_t)queue->descriptors;

    if (queue->ready == 0 || available[1] == queue->taken_idx)
        return false;
    buffer->id = available[2 + queue->taken_idx % queue->size_count];
    buffer->bytes = (uint8_t *)(uintptr_t)descriptors[buffer->id].address;
    buffer->len = descriptors[buffer->id].buffer_len;
    buffer->device_writes = descriptors[buffer->id].flags_mask & 2;
    queue->taken_idx++;
    return true;
}

void simulated_give(struct simulated_queue *queue, uint32_t id, uint32_t written_len)
{
    uint16_t *used = (uint16_t *)(uintptr_t)queue->used;
    struct virtqueue_used_entry *ring = (struct virtqueue_used_entry *)(uintptr_t)(queue->used + 4);

    ring[queue->used_idx % queue->size_count] =
        (struct virtqueue_used_entry){.id = id, .written_len = written_len};
    queue->used_idx++;
    used[1] = queue->used_idx;
}
