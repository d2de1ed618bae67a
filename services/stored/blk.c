/* SPDX-License-Identifier: Apache-2.0 */
/* The driver: of what the device says only a status of zero counts, and only for the whole length.
 */
#include "blk.h"

#include "rt/time.h"

#include <string.h>

enum {
    QUEUE_IDX = 0, /* virtio-blk has one queue that matters */
    QUEUE_SIZE_COUNT = 1,
    REQUEST_ID = 0,
    CONFIG_CAPACITY = 0, /* sectors of 512 bytes, 64 bits */
    CONFIG_TRIES_MAX = 8,
    STATUS_OK = 0,
    STATUS_NONE = 0xff, /* the device has not said */
};

enum type {
    TYPE_IN = 0,
    TYPE_OUT = 1,
    TYPE_FLUSH = 4,
};

static uint64_t physical(const struct blk *blk, size_t offset_len)
{
    return blk->dma_physical + offset_len;
}

/* A device that does not stop may still write its buffers: they are not looked at before a start
 * that begins with a reset that worked. */
static bool give_up(struct blk *blk)
{
    blk->is_running = false;
    (void)virtio_device_reset(&blk->device);
    return false;
}

static void set_link(struct blk *blk, uint16_t idx, uint64_t address, uint32_t len, uint16_t flags)
{
    volatile struct virtqueue_descriptor *link = &blk->dma->chain[idx];

    link->address = address;
    link->buffer_len = len;
    link->flags_mask = flags;
    link->next_idx = flags & VIRTQUEUE_NEXT_MASK ? (uint16_t)(idx + 1) : 0;
}

/* Header, data if there are any, status; gives the number of links. */
static uint16_t make_chain(struct blk *blk, enum type type, uint64_t sector, uint32_t data_len)
{
    uint16_t idx = 0;

    blk->dma->header.type = type;
    blk->dma->header.reserved = 0;
    blk->dma->header.sector = sector;
    blk->dma->status = STATUS_NONE;
    set_link(blk, idx++, physical(blk, offsetof(struct blk_dma, header)), sizeof(struct blk_header),
             VIRTQUEUE_NEXT_MASK);
    if (data_len != 0)
        set_link(blk, idx++, physical(blk, offsetof(struct blk_dma, bytes)), data_len,
                 VIRTQUEUE_NEXT_MASK | (type == TYPE_IN ? VIRTQUEUE_DEVICE_WRITES_MASK : 0));
    set_link(blk, idx++, physical(blk, offsetof(struct blk_dma, status)), 1,
             VIRTQUEUE_DEVICE_WRITES_MASK);
    return idx;
}

/* How many bytes the device says that it wrote. */
static bool await(struct blk *blk, uint32_t *written_len)
{
    uint64_t deadline = rt_deadline_ms(BLK_WAIT_MS);
    uint16_t id;

    for (;;) {
        enum virtqueue_result result = virtqueue_take(&blk->queue, &id, written_len);
        if (result != VIRTQUEUE_EMPTY)
            return result == VIRTQUEUE_OK;
        if (!blk->wait(deadline))
            return false;
        (void)virtio_device_interrupt(&blk->device);
    }
}

/* A device that fails a request goes on; one that breaks the rules, or says nothing, does not. */
static bool request(struct blk *blk, enum type type, uint64_t sector, uint32_t data_len)
{
    uint32_t writable_len = 1 + (type == TYPE_IN ? data_len : 0);
    uint32_t written_len = 0;

    uint16_t count = make_chain(blk, type, sector, data_len);
    if (virtqueue_submit_chain(
            &blk->queue, REQUEST_ID, physical(blk, offsetof(struct blk_dma, chain)),
            count * (uint32_t)sizeof(struct virtqueue_descriptor), writable_len) != VIRTQUEUE_OK)
        return give_up(blk);
    virtio_device_notify(&blk->device, QUEUE_IDX);
    if (!await(blk, &written_len))
        return give_up(blk);
    return blk->dma->status == STATUS_OK && written_len == writable_len;
}

static bool is_within(const struct blk *blk, uint64_t sector, uint32_t sector_count)
{
    return blk->is_running && sector_count != 0 && sector_count <= DISK_SECTORS_MAX &&
           sector < blk->disk.sector_count && sector_count <= blk->disk.sector_count - sector;
}

/* The device has them between submit and take, which order them; else they are memory like any. */
static uint8_t *bytes_of(const struct blk *blk)
{
    return (uint8_t *)(uintptr_t)blk->dma->bytes;
}

/* Nothing of a record stays in the memory that the device can reach. */
static void clear(const struct blk *blk, size_t len)
{
    memset(bytes_of(blk), 0, len);
}

static bool read_sectors(void *context, uint64_t sector, uint32_t sector_count, uint8_t *bytes)
{
    struct blk *blk = context;
    uint32_t len = sector_count * DISK_SECTOR_LEN;

    if (!is_within(blk, sector, sector_count) || !request(blk, TYPE_IN, sector, len))
        return false;
    memcpy(bytes, bytes_of(blk), len);
    clear(blk, len);
    return true;
}

static bool write_sectors(void *context, uint64_t sector, uint32_t sector_count,
                          const uint8_t *bytes)
{
    struct blk *blk = context;
    uint32_t len = sector_count * DISK_SECTOR_LEN;

    if (!is_within(blk, sector, sector_count))
        return false;
    memcpy(bytes_of(blk), bytes, len);
    bool done = request(blk, TYPE_OUT, sector, len);
    if (blk->is_running)
        clear(blk, len);
    return done;
}

static bool flush(void *context)
{
    struct blk *blk = context;

    return blk->is_running && request(blk, TYPE_FLUSH, 0, 0);
}

static bool read_capacity(struct blk *blk, uint64_t *sector_count)
{
    for (uint32_t tries = 0; tries < CONFIG_TRIES_MAX; tries++) {
        uint32_t generation = virtio_device_config_generation(&blk->device);
        *sector_count = virtio_device_config32(&blk->device, CONFIG_CAPACITY) |
                        (uint64_t)virtio_device_config32(&blk->device, CONFIG_CAPACITY + 4) << 32;
        if (virtio_device_config_generation(&blk->device) == generation)
            return true;
    }
    return false;
}

enum virtio_result blk_start(struct blk *blk, volatile struct virtio_registers *registers,
                             volatile struct blk_dma *dma, uint64_t dma_physical)
{
    const uint64_t features = VIRTIO_FEATURE_INDIRECT_MASK | VIRTIO_FEATURE_FLUSH_MASK;

    blk->is_running = false;
    blk->dma = dma;
    blk->dma_physical = dma_physical;
    blk->disk =
        (struct disk){.context = blk, .read = read_sectors, .write = write_sectors, .flush = flush};
    enum virtio_result result =
        virtio_device_begin(&blk->device, registers, VIRTIO_DEVICE_BLOCK, features, features);
    if (result != VIRTIO_OK)
        return result;
    virtqueue_init(&blk->queue, &dma->queue, QUEUE_SIZE_COUNT, true);
    result = virtio_device_queue(&blk->device, QUEUE_IDX, &blk->queue,
                                 physical(blk, offsetof(struct blk_dma, queue)));
    if (result != VIRTIO_OK)
        return result;
    if (!read_capacity(blk, &blk->disk.sector_count))
        return VIRTIO_REFUSED;
    virtio_device_go(&blk->device);
    clear(blk, sizeof dma->bytes);
    blk->is_running = true;
    return VIRTIO_OK;
}
