/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-blk driver against a device that keeps the rules, and one rule broken per test. */
#include "blk.h"

#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"
#include "rt/time.h"

#include <string.h>

#define SECTORS  100
#define FEATURES (VIRTIO_FEATURE_INDIRECT_MASK | VIRTIO_FEATURE_FLUSH_MASK)

static struct simulated_device device;
static struct blk blk;
static _Alignas(4096) struct blk_dma dma;
static uint8_t sectors[SECTORS][DISK_SECTOR_LEN], bytes[DISK_SECTORS_MAX * DISK_SECTOR_LEN];
static const uint8_t zeros[sizeof bytes];
static unsigned flush_count, wait_count;
static uint64_t now_ms;

/* How the device is. */
static struct {
    unsigned idle_wakes; /* interrupts that come for nothing, before the answer */
    bool is_silent;
    uint8_t status;
    uint32_t written_more; /* added to what it says that it wrote */
    uint32_t id;
    bool twice; /* gives it back two times */
} manner;

uint64_t rt_ticks(void)
{
    return now_ms * ABI_TICKS_PER_MS;
}

static void *at(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

/* Does what the chain asks for, and gives how many bytes it wrote. */
static uint32_t serve_chain(const struct virtqueue_descriptor *chain, uint32_t count)
{
    const struct blk_header *header = at(chain[0].address);
    uint32_t len = count == 3 ? chain[1].buffer_len : 0;
    bool reads = header->type == 0;

    assert_int_equal(chain[0].buffer_len, sizeof *header);
    assert_int_equal(chain[0].flags_mask, VIRTQUEUE_NEXT_MASK);
    assert_int_equal(chain[count - 1].flags_mask, VIRTQUEUE_DEVICE_WRITES_MASK);
    if (count == 3) {
        assert_true(header->type <= 1);
        assert_int_equal(chain[1].flags_mask,
                         VIRTQUEUE_NEXT_MASK | (reads ? VIRTQUEUE_DEVICE_WRITES_MASK : 0));
        if (reads)
            memcpy(at(chain[1].address), sectors[header->sector], len);
        else
            memcpy(sectors[header->sector], at(chain[1].address), len);
    } else {
        assert_int_equal(header->type, 4);
        flush_count++;
    }
    *(uint8_t *)at(chain[count - 1].address) = manner.status;
    return reads && count == 3 ? len + 1 : 1;
}

static bool wait(uint64_t deadline)
{
    struct simulated_buffer buffer;

    wait_count++;
    if (manner.is_silent) {
        now_ms = deadline / ABI_TICKS_PER_MS;
        return false;
    }
    if (manner.idle_wakes > 0) {
        manner.idle_wakes--;
        return true;
    }
    assert_true(simulated_take(&device.queues[0], &buffer));
    uint32_t written_len =
        serve_chain((const void *)buffer.bytes, buffer.len / sizeof(struct virtqueue_descriptor));
    simulated_give(&device.queues[0], buffer.id + manner.id, written_len + manner.written_more);
    if (manner.twice)
        simulated_give(&device.queues[0], buffer.id, written_len);
    return true;
}

static int begin(void **state)
{
    (void)state;
    simulated_device_init(&device, VIRTIO_DEVICE_BLOCK, FEATURES);
    device.config[0] = SECTORS;
    memset(&blk, 0, sizeof blk);
    memset(&dma, 0, sizeof dma);
    memset(&manner, 0, sizeof manner);
    blk.wait = wait;
    now_ms = 1000;
    flush_count = wait_count = 0;
    for (uint32_t i = 0; i < SECTORS; i++)
        memset(sectors[i], (int)i + 1, sizeof sectors[i]);
    return 0;
}

static enum virtio_result start_device(void)
{
    return blk_start(&blk, simulated_registers(&device), &dma, (uintptr_t)&dma);
}

static int start(void **state)
{
    (void)begin(state);
    assert_int_equal(start_device(), VIRTIO_OK);
    return 0;
}

static bool read(uint64_t sector, uint32_t count)
{
    return blk.disk.read(blk.disk.context, sector, count, bytes);
}

static bool write(uint64_t sector, uint32_t count)
{
    return blk.disk.write(blk.disk.context, sector, count, bytes);
}

static bool flush(void)
{
    return blk.disk.flush(blk.disk.context);
}

static void reads_writes_and_flushes(void **state)
{
    (void)state;
    assert_int_equal(blk.disk.sector_count, SECTORS);
    assert_true(read(3, 2));
    assert_memory_equal(bytes, sectors[3], 2 * DISK_SECTOR_LEN);
    memset(bytes, 0xab, sizeof bytes);
    assert_true(write(SECTORS - DISK_SECTORS_MAX, DISK_SECTORS_MAX));
    assert_memory_equal(sectors[SECTORS - DISK_SECTORS_MAX], bytes, sizeof bytes);
    assert_int_equal(sectors[SECTORS - DISK_SECTORS_MAX - 1][0], SECTORS - DISK_SECTORS_MAX);
    assert_true(flush());
    assert_int_equal(flush_count, 1);
    assert_memory_equal(dma.bytes, zeros, sizeof dma.bytes); /* nothing stays there */
}

static void asks_for_nothing_beyond_the_disk(void **state)
{
    (void)state;
    assert_false(read(SECTORS, 1));
    assert_false(read(SECTORS - 1, 2));
    assert_false(read(UINT64_MAX, 1));
    assert_false(write(SECTORS, 1));
    assert_false(read(0, 0));
    assert_false(read(0, DISK_SECTORS_MAX + 1));
    assert_int_equal(wait_count, 0);
    assert_true(read(SECTORS - 1, 1));
}

/* The device says so: it goes on with the next request. */
static void a_request_that_fails_is_told(void **state)
{
    (void)state;
    manner.status = 1;
    assert_false(read(0, 1));
    assert_false(write(0, 1));
    assert_false(flush());
    manner.status = 0;
    assert_true(read(0, 1));
    assert_memory_equal(dma.bytes, zeros, sizeof dma.bytes);
}

static void interrupts_for_nothing_do_not_matter(void **state)
{
    (void)state;
    manner.idle_wakes = 1000;
    assert_true(read(0, 1));
    assert_int_equal(wait_count, 1001);
}

/* It may still write its memory: it is stopped, and asked nothing until it was started anew. */
static void assert_given_up(void)
{
    unsigned waits = wait_count;

    assert_false(blk.is_running);
    assert_int_equal(device.status, 0);
    assert_false(read(0, 1));
    assert_false(write(0, 1));
    assert_false(flush());
    assert_int_equal(wait_count, waits);
    memset(&manner, 0, sizeof manner);
    assert_int_equal(start_device(), VIRTIO_OK);
    assert_true(read(0, 1));
}

static void a_silent_device_is_given_up_in_time(void **state)
{
    (void)state;
    manner.is_silent = true;
    assert_false(read(0, 1));
    assert_int_equal(now_ms, 1000 + BLK_WAIT_MS);
    assert_given_up();
}

static void a_device_that_breaks_the_queue_is_given_up(void **state)
{
    (void)state;
    manner.id = 1; /* of a buffer that it does not have */
    assert_false(read(0, 1));
    assert_given_up();
    manner.written_more = 1; /* than it may write */
    assert_false(read(0, 1));
    assert_given_up();
    manner.twice = true; /* one request, two answers */
    assert_false(read(0, 1) && read(0, 1));
    assert_given_up();
}

/* Fewer bytes than were asked for: what stands behind them is not the disk's. */
static void a_short_answer_is_none(void **state)
{
    (void)state;
    manner.written_more = (uint32_t)-1;
    assert_false(read(0, 1));
    manner.written_more = 0;
    assert_true(read(0, 1));
}

static void takes_no_device_that_cannot_flush_or_chain(void **state)
{
    (void)state;
    device.features_mask &= ~VIRTIO_FEATURE_FLUSH_MASK;
    assert_int_equal(start_device(), VIRTIO_REFUSED);
    device.features_mask |= VIRTIO_FEATURE_FLUSH_MASK;
    device.features_mask &= ~VIRTIO_FEATURE_INDIRECT_MASK;
    assert_int_equal(start_device(), VIRTIO_REFUSED);
    assert_false(read(0, 1));
}

static void takes_no_other_device(void **state)
{
    (void)state;
    device.device_id = VIRTIO_DEVICE_RNG;
    assert_int_equal(start_device(), VIRTIO_NO_DEVICE);
    device.device_id = VIRTIO_DEVICE_BLOCK;
    device.config_moves = true;
    assert_int_equal(start_device(), VIRTIO_REFUSED);
    device.config_moves = false;
    device.queue_size_max = 0;
    assert_int_equal(start_device(), VIRTIO_REFUSED);
    assert_false(blk.is_running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads_writes_and_flushes, start),
        cmocka_unit_test_setup(asks_for_nothing_beyond_the_disk, start),
        cmocka_unit_test_setup(a_request_that_fails_is_told, start),
        cmocka_unit_test_setup(interrupts_for_nothing_do_not_matter, start),
        cmocka_unit_test_setup(a_silent_device_is_given_up_in_time, start),
        cmocka_unit_test_setup(a_device_that_breaks_the_queue_is_given_up, start),
        cmocka_unit_test_setup(a_short_answer_is_none, start),
        cmocka_unit_test_setup(takes_no_device_that_cannot_flush_or_chain, begin),
        cmocka_unit_test_setup(takes_no_other_device, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
