/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-net device (Virtual I/O Device 1.1, section 5.1): one receive and one transmit queue,
 * nothing offloaded. Knows frames, not networking. */
#ifndef NETSTACKD_VIRTIO_NET_H
#define NETSTACKD_VIRTIO_NET_H

#include "virtio/device.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NET_FRAME_BYTES_MAX = 1514, /* Ethernet header and 1500 bytes */
    /* Frames in each direction: several 8 KiB windows at once; one page holds the queue. */
    NET_QUEUE_COUNT = VIRTQUEUE_SIZE_MAX,
};

/* The header before each frame, all zero here: no offload was negotiated. */
struct net_frame_header {
    uint8_t bytes[12];
};

/* One frame in device memory; the size keeps buffers aligned. */
struct net_dma_buffer {
    struct net_frame_header header;
    uint8_t frame[NET_FRAME_BYTES_MAX];
    uint8_t padding[10];
};
_Static_assert(sizeof(struct net_dma_buffer) == 1536, "a multiple of the cache line");

/* Everything that the device reads or writes: one piece of DMA memory. */
struct net_dma {
    _Alignas(4096) struct virtqueue_memory receive_queue;
    _Alignas(4096) struct virtqueue_memory transmit_queue;
    _Alignas(4096) struct net_dma_buffer receive[NET_QUEUE_COUNT];
    struct net_dma_buffer transmit[NET_QUEUE_COUNT];
};

enum virtio_net_state {
    VIRTIO_NET_STOPPED, /* not started, or its start failed */
    VIRTIO_NET_RUNNING,
    VIRTIO_NET_FAILED, /* it broke the rules or asks for a reset; it is reset, and may be started */
};

struct virtio_net {
    enum virtio_net_state state;
    struct virtio_device device;
    struct virtqueue receive_queue;
    struct virtqueue transmit_queue;
    volatile struct virtio_registers *registers;
    struct net_dma *dma;
    uint64_t dma_physical;
    bool link_up;
    uint8_t mac[6];
    uint16_t next_transmit_id;
    uint16_t received_id; /* of the frame that is not given back yet */
    bool is_received;     /* there is one */
};

/* Where the device is. Nothing is touched yet. */
void virtio_net_init(struct virtio_net *net, volatile struct virtio_registers *registers,
                     struct net_dma *dma, uint64_t dma_physical);

/* Resets and starts the device, the first time or anew; frames under way are lost. Reads MAC and
 * link. On failure the device stays stopped; how soon it is tried again is the caller's. */
enum virtio_result virtio_net_start(struct virtio_net *net);

/* After an interrupt: acknowledges it and takes notice of the link. */
void virtio_net_interrupt(struct virtio_net *net);

/* One received frame, where the device put it; NULL when there is none. The device leaves it alone
 * until it is given back, which comes before the next one. Runts are told by `*frame_len` = 0. */
__attribute__((warn_unused_result)) uint8_t *virtio_net_receive(struct virtio_net *net,
                                                                size_t *frame_len);
/* The buffer of the frame received last goes back into the queue; once only. */
void virtio_net_give_back(struct virtio_net *net);

/* The buffer for the next frame to send; NULL when the device holds them all, or does not run. */
uint8_t *virtio_net_transmit_buffer(struct virtio_net *net);
/* Sends what was written there. */
void virtio_net_transmit(struct virtio_net *net, size_t frame_len);

#endif
