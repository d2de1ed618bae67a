/* SPDX-License-Identifier: Apache-2.0 */
/* A virtio device behind the MMIO transport, version 2 (Virtual I/O Device 1.1, sections 3.1 and
 * 4.2). How a driver begins, and begins again after the device misbehaved:
 *
 *   virtio_device_begin()   reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK
 *   virtio_device_queue()   once per queue
 *   virtio_device_go()      DRIVER_OK */
#ifndef VIRTIO_DEVICE_H
#define VIRTIO_DEVICE_H

#include "virtio/registers.h"
#include "virtio/virtqueue.h"
#include <stdbool.h>
#include <stdint.h>

enum virtio_device_id {
    VIRTIO_DEVICE_NET = 1,
    VIRTIO_DEVICE_BLOCK = 2,
    VIRTIO_DEVICE_RNG = 4,
};

/* Feature bits, as masks of the 64-bit feature word. */
#define VIRTIO_FEATURE_VERSION_1_MASK  ((uint64_t)1 << 32)
#define VIRTIO_FEATURE_INDIRECT_MASK   ((uint64_t)1 << 28)
#define VIRTIO_FEATURE_FLUSH_MASK      ((uint64_t)1 << 9) /* of a block device */
#define VIRTIO_FEATURE_NET_MAC_MASK    ((uint64_t)1 << 5)
#define VIRTIO_FEATURE_NET_STATUS_MASK ((uint64_t)1 << 16)
_Static_assert(VIRTIO_FEATURE_VERSION_1_MASK == 0x100000000, "bit 32, as a mask");
_Static_assert(VIRTIO_FEATURE_NET_MAC_MASK == 0x20, "bit 5, as a mask");
_Static_assert(VIRTIO_FEATURE_NET_STATUS_MASK == 0x10000, "bit 16, as a mask");

enum virtio_result {
    VIRTIO_OK,
    VIRTIO_NO_DEVICE, /* the slot holds no device of this kind and version */
    VIRTIO_REFUSED,   /* a required feature or queue is missing, or FEATURES_OK did not hold */
    VIRTIO_STUCK,     /* the device did not finish its reset */
};

enum {
    VIRTIO_INTERRUPT_USED_MASK = 1u << 0,
    VIRTIO_INTERRUPT_CONFIG_MASK = 1u << 1,
};

struct virtio_device {
    volatile struct virtio_registers *registers;
    uint64_t features_mask; /* what both sides agreed on */
};

/* `wanted_mask` includes `required_mask`; VERSION_1 is always required. */
__attribute__((warn_unused_result)) enum virtio_result
virtio_device_begin(struct virtio_device *device, volatile struct virtio_registers *registers,
                    enum virtio_device_id id, uint64_t wanted_mask, uint64_t required_mask);

/* Tells the device where queue `queue_idx` lies; `queue` was set up by virtqueue_init() over memory
 * whose physical address is `physical`. */
__attribute__((warn_unused_result)) enum virtio_result
virtio_device_queue(struct virtio_device *device, uint32_t queue_idx, const struct virtqueue *queue,
                    uint64_t physical);

void virtio_device_go(struct virtio_device *device);
void virtio_device_notify(struct virtio_device *device, uint32_t queue_idx);

/* Reads and acknowledges what the device interrupted for: a mask of VIRTIO_INTERRUPT_*. */
uint32_t virtio_device_interrupt(struct virtio_device *device);

/* The device itself asks to be reset. */
bool virtio_device_needs_reset(struct virtio_device *device);

/* Stops the device: it touches no memory afterwards. False when it does not finish; its next
 * virtio_device_begin() then fails too. */
bool virtio_device_reset(struct virtio_device *device);

/* Device configuration, by the width of the field. Fields that belong together are read between two
 * equal generations. */
uint32_t virtio_device_config_generation(const struct virtio_device *device);
uint8_t virtio_device_config8(const struct virtio_device *device, uint32_t offset_len);
uint16_t virtio_device_config16(const struct virtio_device *device, uint32_t offset_len);
uint32_t virtio_device_config32(const struct virtio_device *device, uint32_t offset_len);

#endif
