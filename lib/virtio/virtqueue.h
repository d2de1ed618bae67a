/* SPDX-License-Identifier: Apache-2.0 */
/* Split virtqueue, driver side (Virtual I/O Device 1.1, section 2.6). One descriptor per buffer,
 * or per chain of buffers: the caller numbers its buffers 0 .. size-1 and buffer i always travels
 * in descriptor i.
 *
 * The rings lie in memory that the device writes. Nothing in them is trusted: each used entry is
 * copied once, checked against what the driver itself noted, and only the copy is used. */
#ifndef VIRTIO_VIRTQUEUE_H
#define VIRTIO_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Buffers of one queue: a power of two, as the specification asks. 64 full frames are more than
     * the
     * 8 KiB windows of several streams, and descriptors and rings fit one page. */
    VIRTQUEUE_SIZE_MAX = 64,
};

/* Of a descriptor, as masks (2.6.5). */
enum {
    VIRTQUEUE_NEXT_MASK = 1u << 0, /* in a chain's table: next_idx follows */
    VIRTQUEUE_DEVICE_WRITES_MASK = 1u << 1,
    VIRTQUEUE_INDIRECT_MASK = 1u << 2,
};

struct virtqueue_descriptor {
    uint64_t address; /* physical */
    uint32_t buffer_len;
    uint16_t flags_mask;
    uint16_t next_idx;
};

struct virtqueue_used_entry {
    uint32_t id;
    uint32_t written_len;
};

/* What driver and device share: physically contiguous and page aligned. */
struct virtqueue_memory {
    _Alignas(16) struct virtqueue_descriptor descriptors[VIRTQUEUE_SIZE_MAX];
    struct {
        uint16_t flags_mask;
        uint16_t idx;
        uint16_t ring[VIRTQUEUE_SIZE_MAX];
    } available;
    _Alignas(4) struct {
        uint16_t flags_mask;
        uint16_t idx;
        struct virtqueue_used_entry ring[VIRTQUEUE_SIZE_MAX];
    } used;
};

enum virtqueue_result {
    VIRTQUEUE_OK,
    VIRTQUEUE_EMPTY,  /* the device has used nothing more */
    VIRTQUEUE_BUSY,   /* the buffer is with the device already */
    VIRTQUEUE_BROKEN, /* the device broke the rules; stays so until virtqueue_init() */
};

/* The driver's private account; the device never sees it. */
struct virtqueue {
    volatile struct virtqueue_memory *memory;
    uint16_t size_count;
    uint16_t available_idx; /* next free-running index to publish */
    uint16_t used_idx;      /* next free-running index to take */
    uint16_t in_flight_count;
    bool broken;
    bool in_flight[VIRTQUEUE_SIZE_MAX];
    uint32_t writable_len[VIRTQUEUE_SIZE_MAX]; /* what the device may write into the buffer */
};

/* `size_count`: a power of two, at most VIRTQUEUE_SIZE_MAX. Forgets every buffer, so the device
 * must have been reset. With `interrupts` false the device is asked not to interrupt for this
 * queue. */
void virtqueue_init(struct virtqueue *queue, volatile struct virtqueue_memory *memory,
                    uint16_t size_count, bool interrupts);

/* Gives buffer `id` to the device, to read (`device_writes` false) or to write. The device is not
 * yet notified. */
__attribute__((warn_unused_result)) enum virtqueue_result
virtqueue_submit(struct virtqueue *queue, uint16_t id, uint64_t address, uint32_t buffer_len,
                 bool device_writes);

/* The same for a chain of buffers, some to read and some to write: `table` is the physical address
 * of `table_len` bytes of descriptors, which the device reads; of what they name it may write
 * `writable_len` bytes. Both sides agreed on VIRTIO_FEATURE_INDIRECT_MASK. */
__attribute__((warn_unused_result)) enum virtqueue_result
virtqueue_submit_chain(struct virtqueue *queue, uint16_t id, uint64_t table, uint32_t table_len,
                       uint32_t writable_len);

/* Takes back one buffer. `*written_len` is at most what the device was allowed to write. */
__attribute__((warn_unused_result)) enum virtqueue_result
virtqueue_take(struct virtqueue *queue, uint16_t *id, uint32_t *written_len);

_Static_assert((VIRTQUEUE_SIZE_MAX & (VIRTQUEUE_SIZE_MAX - 1)) == 0, "a power of two");
_Static_assert(sizeof(struct virtqueue_descriptor) == 16, "specification layout");
_Static_assert(sizeof(struct virtqueue_used_entry) == 8, "specification layout");
_Static_assert(sizeof(struct virtqueue_memory) <= 4096, "one page");

#endif
