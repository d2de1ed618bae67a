/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a device in its registers and brings it up. */
#include "virtio/device.h"

#include <stddef.h>

/* Register offsets (4.2.2). */
enum {
    REG_MAGIC = 0x000,
    REG_VERSION = 0x004,
    REG_DEVICE_ID = 0x008,
    REG_DEVICE_FEATURES = 0x010,
    REG_DEVICE_FEATURES_SELECT = 0x014,
    REG_DRIVER_FEATURES = 0x020,
    REG_DRIVER_FEATURES_SELECT = 0x024,
    REG_QUEUE_SELECT = 0x030,
    REG_QUEUE_SIZE_MAX = 0x034,
    REG_QUEUE_SIZE = 0x038,
    REG_QUEUE_READY = 0x044,
    REG_QUEUE_NOTIFY = 0x050,
    REG_INTERRUPT_STATUS = 0x060,
    REG_INTERRUPT_ACK = 0x064,
    REG_STATUS = 0x070,
    REG_QUEUE_DESCRIPTORS_LOW = 0x080,
    REG_QUEUE_DESCRIPTORS_HIGH = 0x084,
    REG_QUEUE_AVAILABLE_LOW = 0x090,
    REG_QUEUE_AVAILABLE_HIGH = 0x094,
    REG_QUEUE_USED_LOW = 0x0a0,
    REG_QUEUE_USED_HIGH = 0x0a4,
    REG_CONFIG_GENERATION = 0x0fc,
    REG_CONFIG = 0x100,
};

/* Device status bits (2.1), as masks. */
enum {
    STATUS_ACKNOWLEDGE_MASK = 1,
    STATUS_DRIVER_MASK = 2,
    STATUS_DRIVER_OK_MASK = 4,
    STATUS_FEATURES_OK_MASK = 8,
    STATUS_NEEDS_RESET_MASK = 64,
};

enum {
    MAGIC_VALUE = 0x74726976, /* "virt" */
    VERSION_MODERN = 2,
    /* QEMU resets before the register write returns; a device that needs longer than this many
     * reads is taken for stuck. */
    RESET_READS_MAX = 100000,
};

static uint32_t read_register(const struct virtio_device *device, uint32_t offset_len)
{
    return virtio_register_read(device->registers, offset_len);
}

static void write_register(const struct virtio_device *device, uint32_t offset_len, uint32_t value)
{
    virtio_register_write(device->registers, offset_len, value);
}

static void write_register_pair(const struct virtio_device *device, uint32_t low_offset_len,
                                uint64_t value)
{
    write_register(device, low_offset_len, (uint32_t)value);
    write_register(device, low_offset_len + 4, (uint32_t)(value >> 32));
}
_Static_assert(REG_QUEUE_DESCRIPTORS_HIGH == REG_QUEUE_DESCRIPTORS_LOW + 4, "a pair");
_Static_assert(REG_QUEUE_AVAILABLE_HIGH == REG_QUEUE_AVAILABLE_LOW + 4, "a pair");
_Static_assert(REG_QUEUE_USED_HIGH == REG_QUEUE_USED_LOW + 4, "a pair");

bool virtio_device_reset(struct virtio_device *device)
{
    write_register(device, REG_STATUS, 0);
    for (uint32_t reads = 0; reads < RESET_READS_MAX; reads++)
        if (read_register(device, REG_STATUS) == 0)
            return true;
    return false;
}

static uint64_t device_features(const struct virtio_device *device)
{
    write_register(device, REG_DEVICE_FEATURES_SELECT, 0);
    uint64_t features_mask = read_register(device, REG_DEVICE_FEATURES);
    write_register(device, REG_DEVICE_FEATURES_SELECT, 1);
    return features_mask | (uint64_t)read_register(device, REG_DEVICE_FEATURES) << 32;
}

static void accept_features(const struct virtio_device *device)
{
    write_register(device, REG_DRIVER_FEATURES_SELECT, 0);
    write_register(device, REG_DRIVER_FEATURES, (uint32_t)device->features_mask);
    write_register(device, REG_DRIVER_FEATURES_SELECT, 1);
    write_register(device, REG_DRIVER_FEATURES, (uint32_t)(device->features_mask >> 32));
}

enum virtio_result virtio_device_begin(struct virtio_device *device,
                                       volatile struct virtio_registers *registers,
                                       enum virtio_device_id id, uint64_t wanted_mask,
                                       uint64_t required_mask)
{
    device->registers = registers;
    device->features_mask = 0;
    if (read_register(device, REG_MAGIC) != MAGIC_VALUE ||
        read_register(device, REG_VERSION) != VERSION_MODERN ||
        read_register(device, REG_DEVICE_ID) != id)
        return VIRTIO_NO_DEVICE;
    if (!virtio_device_reset(device))
        return VIRTIO_STUCK;

    uint32_t status_mask = STATUS_ACKNOWLEDGE_MASK;
    write_register(device, REG_STATUS, status_mask);
    status_mask |= STATUS_DRIVER_MASK;
    write_register(device, REG_STATUS, status_mask);

    required_mask |= VIRTIO_FEATURE_VERSION_1_MASK;
    device->features_mask = device_features(device) & (wanted_mask | required_mask);
    if ((device->features_mask & required_mask) != required_mask)
        return VIRTIO_REFUSED;
    accept_features(device);
    status_mask |= STATUS_FEATURES_OK_MASK;
    write_register(device, REG_STATUS, status_mask);
    if (!(read_register(device, REG_STATUS) & STATUS_FEATURES_OK_MASK))
        return VIRTIO_REFUSED;
    return VIRTIO_OK;
}

enum virtio_result virtio_device_queue(struct virtio_device *device, uint32_t queue_idx,
                                       const struct virtqueue *queue, uint64_t physical)
{
    write_register(device, REG_QUEUE_SELECT, queue_idx);
    if (read_register(device, REG_QUEUE_READY) != 0 ||
        read_register(device, REG_QUEUE_SIZE_MAX) < queue->size_count)
        return VIRTIO_REFUSED;
    write_register(device, REG_QUEUE_SIZE, queue->size_count);
    write_register_pair(device, REG_QUEUE_DESCRIPTORS_LOW,
                        physical + offsetof(struct virtqueue_memory, descriptors));
    write_register_pair(device, REG_QUEUE_AVAILABLE_LOW,
                        physical + offsetof(struct virtqueue_memory, available));
    write_register_pair(device, REG_QUEUE_USED_LOW,
                        physical + offsetof(struct virtqueue_memory, used));
    write_register(device, REG_QUEUE_READY, 1);
    return VIRTIO_OK;
}

void virtio_device_go(struct virtio_device *device)
{
    write_register(device, REG_STATUS,
                   STATUS_ACKNOWLEDGE_MASK | STATUS_DRIVER_MASK | STATUS_FEATURES_OK_MASK |
                       STATUS_DRIVER_OK_MASK);
}

void virtio_device_notify(struct virtio_device *device, uint32_t queue_idx)
{
    write_register(device, REG_QUEUE_NOTIFY, queue_idx);
}

uint32_t virtio_device_interrupt(struct virtio_device *device)
{
    uint32_t reasons_mask = read_register(device, REG_INTERRUPT_STATUS);

    write_register(device, REG_INTERRUPT_ACK, reasons_mask);
    return reasons_mask & (VIRTIO_INTERRUPT_USED_MASK | VIRTIO_INTERRUPT_CONFIG_MASK);
}

bool virtio_device_needs_reset(struct virtio_device *device)
{
    return read_register(device, REG_STATUS) & STATUS_NEEDS_RESET_MASK;
}

uint32_t virtio_device_config_generation(const struct virtio_device *device)
{
    return read_register(device, REG_CONFIG_GENERATION);
}

uint8_t virtio_device_config8(const struct virtio_device *device, uint32_t offset_len)
{
    return virtio_register_read8(device->registers, REG_CONFIG + offset_len);
}

uint16_t virtio_device_config16(const struct virtio_device *device, uint32_t offset_len)
{
    return virtio_register_read16(device->registers, REG_CONFIG + offset_len);
}

uint32_t virtio_device_config32(const struct virtio_device *device, uint32_t offset_len)
{
    return read_register(device, REG_CONFIG + offset_len);
}
