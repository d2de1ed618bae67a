/* SPDX-License-Identifier: Apache-2.0 */
/* virtio-rng with one request at a time, and the pool that it fills. */
#include "source.h"

#include <string.h>

enum {
    QUEUE_IDX = 0, /* virtio-rng has one queue */
    QUEUE_SIZE_COUNT = 1,
    BUFFER_ID = 0,
};

void rng_source_fail(struct rng_source *source)
{
    source->state = RNG_SOURCE_FAILED;
    /* A device that does not stop may still write its buffer: that is never read again before a
     * start that begins with a reset that worked. */
    (void)virtio_device_reset(&source->device);
}

/* Asks for as much as the pool has room for, unless the device still has a request. */
static void ask(struct rng_source *source)
{
    uint32_t room_len = RNG_POOL_BYTES - source->pool_len;
    uint32_t ask_len = room_len < RNG_DEVICE_BYTES ? room_len : RNG_DEVICE_BYTES;

    if (ask_len == 0 || source->queue.in_flight_count != 0)
        return;
    if (virtqueue_submit(&source->queue, BUFFER_ID,
                         source->dma_physical + offsetof(struct rng_dma, bytes), ask_len,
                         true) != VIRTQUEUE_OK) {
        rng_source_fail(source);
        return;
    }
    source->asked_len = ask_len;
    virtio_device_notify(&source->device, QUEUE_IDX);
}

enum virtio_result rng_source_start(struct rng_source *source,
                                    volatile struct virtio_registers *registers,
                                    volatile struct rng_dma *dma, uint64_t dma_physical)
{
    source->state = RNG_SOURCE_FAILED;
    source->registers = registers;
    source->dma = dma;
    source->dma_physical = dma_physical;
    enum virtio_result result =
        virtio_device_begin(&source->device, registers, VIRTIO_DEVICE_RNG, 0, 0);
    if (result != VIRTIO_OK)
        return result;
    virtqueue_init(&source->queue, &dma->queue, QUEUE_SIZE_COUNT, true);
    result = virtio_device_queue(&source->device, QUEUE_IDX, &source->queue,
                                 dma_physical + offsetof(struct rng_dma, queue));
    if (result != VIRTIO_OK)
        return result;
    virtio_device_go(&source->device);
    source->state = RNG_SOURCE_RUNNING;
    ask(source);
    return VIRTIO_OK;
}

void rng_source_collect(struct rng_source *source)
{
    uint16_t id;
    uint32_t written_len;

    if (source->state != RNG_SOURCE_RUNNING)
        return;
    (void)virtio_device_interrupt(&source->device);
    enum virtqueue_result result = virtqueue_take(&source->queue, &id, &written_len);
    if (result == VIRTQUEUE_EMPTY && !virtio_device_needs_reset(&source->device))
        return;
    /* A device that gives a request back with nothing in it would be asked in an endless circle. */
    if (result != VIRTQUEUE_OK || written_len == 0 || written_len > source->asked_len) {
        rng_source_fail(source);
        return;
    }
    for (uint32_t i = 0; i < written_len; i++) {
        source->pool[source->pool_len + i] = source->dma->bytes[i];
        source->dma->bytes[i] = 0;
    }
    source->pool_len += written_len;
    ask(source);
}

bool rng_source_asks(const struct rng_source *source)
{
    return source->state == RNG_SOURCE_RUNNING && source->queue.in_flight_count != 0;
}

bool rng_source_take(struct rng_source *source, uint8_t *bytes, size_t bytes_len)
{
    if (bytes_len > source->pool_len)
        return false;
    /* From the end, so that what stays need not move; the order of random bytes means nothing. */
    source->pool_len -= (uint32_t)bytes_len;
    memcpy(bytes, source->pool + source->pool_len, bytes_len);
    explicit_bzero(source->pool + source->pool_len, bytes_len);
    if (source->state == RNG_SOURCE_RUNNING)
        ask(source);
    return true;
}
