/* SPDX-License-Identifier: Apache-2.0 */
/* virtio-blk, one request at a time, each waited for: a store's next write depends on this one. */
#ifndef STORED_BLK_H
#define STORED_BLK_H

#include "disk.h"
#include "virtio/device.h"

enum {
    BLK_WAIT_MS = 10 * 1000, /* longer than a busy host takes to flush its own disk */
    BLK_CHAIN_COUNT = 3,     /* header, data, status */
};

/* Virtio 1.1, section 5.2.6. */
struct blk_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

/* What the device reads and writes: one piece of DMA memory. */
struct blk_dma {
    _Alignas(4096) struct virtqueue_memory queue;
    _Alignas(4096) uint8_t bytes[DISK_SECTORS_MAX * DISK_SECTOR_LEN]; /* zero between requests */
    _Alignas(16) struct virtqueue_descriptor chain[BLK_CHAIN_COUNT];
    struct blk_header header;
    uint8_t status;
};

struct blk {
    struct virtio_device device;
    struct virtqueue queue;
    volatile struct blk_dma *dma;
    uint64_t dma_physical;
    bool is_running; /* else nothing is asked of the device until a start succeeds */
    /* Sleeps until an interrupt or the deadline (ticks); false: it was the deadline. */
    bool (*wait)(uint64_t deadline);
    struct disk disk; /* while it runs: what it gives to the store */
};

/* Starts the device, or starts it anew. */
__attribute__((warn_unused_result)) enum virtio_result
blk_start(struct blk *blk, volatile struct virtio_registers *registers,
          volatile struct blk_dma *dma, uint64_t dma_physical);

#endif
