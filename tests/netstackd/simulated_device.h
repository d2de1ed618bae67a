/* SPDX-License-Identifier: Apache-2.0 */
/* A virtio-mmio device in plain memory: its registers answer as the specification says, its queues
 * are served by the test, which may also break any rule. "Physical" addresses are host addresses.
 */
#ifndef NET_SIMULATED_DEVICE_H
#define NET_SIMULATED_DEVICE_H

#include "virtio/device.h"
#include <stdbool.h>
#include <stdint.h>

#define SIMULATED_QUEUE_COUNT 2

struct simulated_queue {
    uint32_t size_count;
    uint32_t ready;
    uint64_t descriptors, available, used; /* addresses */
    uint16_t taken_idx;                    /* of the available ring */
    uint16_t used_idx;
};

struct simulated_device {
    uint32_t magic, version, device_id;
    uint64_t features_mask;
    uint32_t queue_size_max;
    uint8_t config[16];

    /* Faults. */
    bool reset_sticks;     /* never finishes a reset */
    bool refuses_features; /* FEATURES_OK does not hold */
    bool config_moves;     /* another generation at every read */

    /* What the driver made of it. */
    uint32_t status, device_select, driver_select, queue_select;
    uint64_t driver_features_mask;
    uint32_t interrupt_mask, generation;
    uint32_t reset_count, notify_count;
    struct simulated_queue queues[SIMULATED_QUEUE_COUNT];
};

struct simulated_buffer {
    uint16_t id;
    uint8_t *bytes;
    uint32_t len;
    bool device_writes;
};

/* A well-behaved device of this kind. */
void simulated_device_init(struct simulated_device *device, enum virtio_device_id id,
                           uint64_t features_mask);
/* What the driver is given as its registers. */
volatile struct virtio_registers *simulated_registers(struct simulated_device *device);

/* The device's side of a queue: takes the next buffer that the driver published, if any. */
bool simulated_take(struct simulated_queue *queue, struct simulated_buffer *buffer);
/* Gives a buffer back. Any id and length: also ones that a real device would not give. */
void simulated_give(struct simulated_queue *queue, uint32_t id, uint32_t written_len);

#endif
