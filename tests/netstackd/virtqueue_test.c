/* SPDX-License-Identifier: Apache-2.0 */
/* The virtqueue against a device that keeps the rules, and one rule broken per test. */
#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"

#include <string.h>

#define SIZE_COUNT 8
#define BUFFER_LEN 64

static struct virtqueue queue;
static _Alignas(4096) struct virtqueue_memory memory;
static struct simulated_queue device;
static uint8_t buffers[SIZE_COUNT][BUFFER_LEN];

static int begin(void **state)
{
    (void)state;
    virtqueue_init(&queue, &memory, SIZE_COUNT, true);
    device = (struct simulated_queue){.size_count = SIZE_COUNT,
                                      .ready = 1,
                                      .descriptors = (uintptr_t)memory.descriptors,
                                      .available = (uintptr_t)&memory.available,
                                      .used = (uintptr_t)&memory.used};
    return 0;
}

static enum virtqueue_result submit(uint16_t id, bool device_writes)
{
    return virtqueue_submit(&queue, id, (uintptr_t)buffers[id], BUFFER_LEN, device_writes);
}

static enum virtqueue_result take(void)
{
    uint16_t id;
    uint32_t written_len;

    return virtqueue_take(&queue, &id, &written_len);
}

/* Stays broken, whatever comes, until it is set up again. */
static void assert_broken(void)
{
    assert_int_equal(take(), VIRTQUEUE_BROKEN);
    assert_int_equal(take(), VIRTQUEUE_BROKEN);
    assert_int_equal(submit(7, true), VIRTQUEUE_BROKEN);
    begin(NULL);
    assert_int_equal(submit(7, true), VIRTQUEUE_OK);
}

static void a_buffer_travels_and_comes_back(void **state)
{
    struct simulated_buffer buffer;
    uint16_t id;
    uint32_t written_len;

    (void)state;
    assert_int_equal(submit(3, true), VIRTQUEUE_OK);
    assert_true(simulated_take(&device, &buffer));
    assert_int_equal(buffer.id, 3);
    assert_ptr_equal(buffer.bytes, buffers[3]);
    assert_int_equal(buffer.len, BUFFER_LEN);
    assert_true(buffer.device_writes);
    assert_int_equal(take(), VIRTQUEUE_EMPTY);
    simulated_give(&device, 3, 10);
    assert_int_equal(virtqueue_take(&queue, &id, &written_len), VIRTQUEUE_OK);
    assert_int_equal(id, 3);
    assert_int_equal(written_len, 10);
    assert_int_equal(take(), VIRTQUEUE_EMPTY);
}

static void a_full_queue_takes_no_more(void **state)
{
    (void)state;
    for (uint16_t id = 0; id < SIZE_COUNT; id++)
        assert_int_equal(submit(id, true), VIRTQUEUE_OK);
    assert_int_equal(submit(0, true), VIRTQUEUE_BUSY);
    assert_int_equal(submit(SIZE_COUNT, true), VIRTQUEUE_BUSY);
}

/* 2^16 + some rounds of a full queue, returned out of order: the indices wrap on the way. */
static void indices_wrap(void **state)
{
    struct simulated_buffer taken[SIZE_COUNT];
    uint16_t id;
    uint32_t written_len;

    (void)state;
    for (uint32_t round = 0; round < 65536 / SIZE_COUNT + 3; round++) {
        for (uint16_t i = 0; i < SIZE_COUNT; i++)
            assert_int_equal(submit(i, true), VIRTQUEUE_OK);
        assert_int_equal(submit(0, true), VIRTQUEUE_BUSY);
        for (uint32_t i = 0; i < SIZE_COUNT; i++)
            assert_true(simulated_take(&device, &taken[i]));
        for (uint32_t i = SIZE_COUNT; i-- > 0;)
            simulated_give(&device, taken[i].id, i);
        for (uint32_t i = SIZE_COUNT; i-- > 0;) {
            assert_int_equal(virtqueue_take(&queue, &id, &written_len), VIRTQUEUE_OK);
            assert_int_equal(id, taken[i].id);
            assert_int_equal(written_len, i);
        }
        assert_int_equal(take(), VIRTQUEUE_EMPTY);
    }
    assert_int_equal(queue.used_idx, 3 * SIZE_COUNT); /* it did wrap */
}

static void rejects_an_id_outside_the_queue(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    simulated_give(&device, SIZE_COUNT, 1);
    assert_broken();
}

static void rejects_an_id_beyond_sixteen_bits(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    simulated_give(&device, 0x10000, 1); /* 0 when cut */
    assert_broken();
}

static void rejects_an_id_never_submitted(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    simulated_give(&device, 1, 1);
    assert_broken();
}

static void rejects_a_repeated_id(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    assert_int_equal(submit(1, true), VIRTQUEUE_OK);
    simulated_give(&device, 0, 1);
    simulated_give(&device, 0, 1);
    assert_int_equal(take(), VIRTQUEUE_OK);
    assert_broken();
}

static void rejects_more_bytes_than_the_buffer_has(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    simulated_give(&device, 0, BUFFER_LEN + 1);
    assert_broken();
}

/* kvmtool gives a sent frame's length there. */
static void a_length_of_a_buffer_that_the_device_only_reads_is_ignored(void **state)
{
    static const uint32_t lens[] = {1, BUFFER_LEN, UINT32_MAX};
    uint16_t id;
    uint32_t written_len;

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        assert_int_equal(submit(0, false), VIRTQUEUE_OK);
        simulated_give(&device, 0, lens[i]);
        assert_int_equal(virtqueue_take(&queue, &id, &written_len), VIRTQUEUE_OK);
        assert_int_equal(written_len, 0);
    }
}

static void rejects_more_used_than_in_flight(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    simulated_give(&device, 0, 1);
    simulated_give(&device, 1, 1);
    assert_broken();
}

static void rejects_a_used_index_that_goes_back(void **state)
{
    (void)state;
    assert_int_equal(submit(0, true), VIRTQUEUE_OK);
    memory.used.idx = 0xffff;
    assert_broken();
}

static void asks_for_no_interrupts(void **state)
{
    (void)state;
    virtqueue_init(&queue, &memory, SIZE_COUNT, false);
    assert_int_equal(memory.available.flags_mask, 1);
    virtqueue_init(&queue, &memory, SIZE_COUNT, true);
    assert_int_equal(memory.available.flags_mask, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_buffer_travels_and_comes_back, begin),
        cmocka_unit_test_setup(a_full_queue_takes_no_more, begin),
        cmocka_unit_test_setup(indices_wrap, begin),
        cmocka_unit_test_setup(rejects_an_id_outside_the_queue, begin),
        cmocka_unit_test_setup(rejects_an_id_beyond_sixteen_bits, begin),
        cmocka_unit_test_setup(rejects_an_id_never_submitted, begin),
        cmocka_unit_test_setup(rejects_a_repeated_id, begin),
        cmocka_unit_test_setup(rejects_more_bytes_than_the_buffer_has, begin),
        cmocka_unit_test_setup(a_length_of_a_buffer_that_the_device_only_reads_is_ignored, begin),
        cmocka_unit_test_setup(rejects_more_used_than_in_flight, begin),
        cmocka_unit_test_setup(rejects_a_used_index_that_goes_back, begin),
        cmocka_unit_test_setup(asks_for_no_interrupts, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
