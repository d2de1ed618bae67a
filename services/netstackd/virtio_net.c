/* SPDX-License-Identifier: Apache-2.0 */
/* The driver: two queues of fixed buffers, and nothing of the device's believed. */
#include "virtio_net.h"

#include <string.h>

enum {
    QUEUE_RECEIVE = 0,
    QUEUE_TRANSMIT = 1,
    CONFIG_MAC = 0,
    CONFIG_STATUS = 6,
    CONFIG_STATUS_LINK_UP_MASK = 1u << 0,
    /* The configuration changes with the link, seldom; a device that changes it during every one of
     * these reads is not telling anything. */
    CONFIG_TRIES_MAX = 8,
    RECEIVE_BYTES_MAX = sizeof(struct net_frame_header) + NET_FRAME_BYTES_MAX,
    ETHERNET_HEADER_BYTES = 14,
};

void virtio_net_init(struct virtio_net *net, volatile struct virtio_registers *registers,
                     struct net_dma *dma, uint64_t dma_physical)
{
    memset(net, 0, sizeof *net);
    net->registers = registers;
    net->dma = dma;
    net->dma_physical = dma_physical;
}

static uint64_t receive_physical(const struct virtio_net *net, uint16_t id)
{
    return net->dma_physical + offsetof(struct net_dma, receive) +
           id * sizeof(struct net_dma_buffer);
}

static uint64_t transmit_physical(const struct virtio_net *net, uint16_t id)
{
    return net->dma_physical + offsetof(struct net_dma, transmit) +
           id * sizeof(struct net_dma_buffer);
}

/* MAC and link; what belongs together is read between two equal generations. */
static bool read_config(struct virtio_net *net)
{
    for (uint32_t tries = 0; tries < CONFIG_TRIES_MAX; tries++) {
        uint32_t generation = virtio_device_config_generation(&net->device);
        for (uint32_t i = 0; i < sizeof net->mac; i++)
            net->mac[i] = virtio_device_config8(&net->device, CONFIG_MAC + i);
        /* Without the feature the link is always up (5.1.4). */
        net->link_up =
            !(net->device.features_mask & VIRTIO_FEATURE_NET_STATUS_MASK) ||
            (virtio_device_config16(&net->device, CONFIG_STATUS) & CONFIG_STATUS_LINK_UP_MASK);
        if (virtio_device_config_generation(&net->device) == generation)
            return true;
    }
    return false;
}

static enum virtio_result start_queues(struct virtio_net *net)
{
    virtqueue_init(&net->receive_queue, &net->dma->receive_queue, NET_QUEUE_COUNT, true);
    /* Sent buffers are taken back when the next frame is sent: no interrupt for them. */
    virtqueue_init(&net->transmit_queue, &net->dma->transmit_queue, NET_QUEUE_COUNT, false);
    enum virtio_result result =
        virtio_device_queue(&net->device, QUEUE_RECEIVE, &net->receive_queue,
                            net->dma_physical + offsetof(struct net_dma, receive_queue));
    if (result != VIRTIO_OK)
        return result;
    return virtio_device_queue(&net->device, QUEUE_TRANSMIT, &net->transmit_queue,
                               net->dma_physical + offsetof(struct net_dma, transmit_queue));
}

enum virtio_result virtio_net_start(struct virtio_net *net)
{
    net->state = VIRTIO_NET_STOPPED;
    net->link_up = false;
    enum virtio_result result = virtio_device_begin(
        &net->device, net->registers, VIRTIO_DEVICE_NET,
        VIRTIO_FEATURE_NET_MAC_MASK | VIRTIO_FEATURE_NET_STATUS_MASK, VIRTIO_FEATURE_NET_MAC_MASK);
    if (result != VIRTIO_OK)
        return result;
    result = start_queues(net);
    if (result != VIRTIO_OK || !read_config(net))
        return result != VIRTIO_OK ? result : VIRTIO_REFUSED;

    net->next_transmit_id = 0;
    net->is_received = false;
    memset(net->dma->transmit, 0, sizeof net->dma->transmit);
    for (uint16_t id = 0; id < NET_QUEUE_COUNT; id++)
        if (virtqueue_submit(&net->receive_queue, id, receive_physical(net, id), RECEIVE_BYTES_MAX,
                             true) != VIRTQUEUE_OK)
            return VIRTIO_REFUSED; /* the queue is fresh: never */
    virtio_device_go(&net->device);
    virtio_device_notify(&net->device, QUEUE_RECEIVE);
    net->state = VIRTIO_NET_RUNNING;
    return VIRTIO_OK;
}

static void fail(struct virtio_net *net)
{
    net->state = VIRTIO_NET_FAILED;
    net->link_up = false;
    virtio_device_reset(&net->device); /* one that does not stop fails its next start */
}

void virtio_net_interrupt(struct virtio_net *net)
{
    if (net->state != VIRTIO_NET_RUNNING)
        return;
    uint32_t reasons_mask = virtio_device_interrupt(&net->device);
    if ((reasons_mask & VIRTIO_INTERRUPT_CONFIG_MASK) &&
        (virtio_device_needs_reset(&net->device) || !read_config(net)))
        fail(net);
}

uint8_t *virtio_net_receive(struct virtio_net *net, size_t *frame_len)
{
    uint32_t written_len;

    *frame_len = 0;
    if (net->state != VIRTIO_NET_RUNNING)
        return NULL;
    enum virtqueue_result result =
        virtqueue_take(&net->receive_queue, &net->received_id, &written_len);
    if (result != VIRTQUEUE_OK) {
        if (result != VIRTQUEUE_EMPTY)
            fail(net);
        return NULL;
    }
    net->is_received = true;
    if (written_len >= sizeof(struct net_frame_header) + ETHERNET_HEADER_BYTES)
        *frame_len = written_len - sizeof(struct net_frame_header);
    return net->dma->receive[net->received_id].frame;
}

void virtio_net_give_back(struct virtio_net *net)
{
    if (net->state != VIRTIO_NET_RUNNING || !net->is_received)
        return; /* it failed meanwhile: its next start gives it every buffer */
    net->is_received = false;
    if (virtqueue_submit(&net->receive_queue, net->received_id,
                         receive_physical(net, net->received_id), RECEIVE_BYTES_MAX,
                         true) == VIRTQUEUE_OK)
        virtio_device_notify(&net->device, QUEUE_RECEIVE);
    else
        fail(net);
}

uint8_t *virtio_net_transmit_buffer(struct virtio_net *net)
{
    uint16_t id;
    uint32_t written_len;
    enum virtqueue_result result;

    if (net->state != VIRTIO_NET_RUNNING)
        return NULL;
    /* At most as many as are in flight. */
    do
        result = virtqueue_take(&net->transmit_queue, &id, &written_len);
    while (result == VIRTQUEUE_OK);
    /* Devices send in order, so the next buffer round is the first to be free. */
    if (result == VIRTQUEUE_BROKEN)
        fail(net);
    if (result != VIRTQUEUE_EMPTY || net->transmit_queue.in_flight[net->next_transmit_id])
        return NULL;
    return net->dma->transmit[net->next_transmit_id].frame;
}

void virtio_net_transmit(struct virtio_net *net, size_t frame_len)
{
    uint16_t id = net->next_transmit_id;

    if (virtqueue_submit(&net->transmit_queue, id, transmit_physical(net, id),
                         (uint32_t)(sizeof(struct net_frame_header) + frame_len),
                         false) != VIRTQUEUE_OK)
        return; /* the buffer was free just now: never */
    net->next_transmit_id = (uint16_t)((id + 1) % NET_QUEUE_COUNT);
    virtio_device_notify(&net->device, QUEUE_TRANSMIT);
}
