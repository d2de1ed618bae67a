/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-rng driver and its pool against a simulated device. */
#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"
#include "source.h"

#include <string.h>

#define STATUS_NEEDS_RESET 64u

static struct simulated_device device;
static struct rng_source source;
static struct rng_dma dma;

static int start(void **state)
{
    (void)state;
    simulated_device_init(&device, VIRTIO_DEVICE_RNG, 0);
    memset(&source, 0, sizeof source);
    memset(&dma, 0, sizeof dma);
    assert_int_equal(rng_source_start(&source, simulated_registers(&device), &dma, (uintptr_t)&dma),
                     VIRTIO_OK);
    return 0;
}

/* The device answers the request that it holds with so many bytes, counting up. */
static void entropy_arrives(uint32_t bytes_len)
{
    static uint8_t next;
    struct simulated_buffer buffer;

    assert_true(simulated_take(&device.queues[0], &buffer));
    for (uint32_t i = 0; i < bytes_len && i < buffer.len; i++)
        buffer.bytes[i] = next++;
    simulated_give(&device.queues[0], buffer.id, bytes_len);
    rng_source_collect(&source);
}

static void gives_each_byte_once(void **state)
{
    uint8_t bytes[32];
    bool seen[256] = {false};

    (void)state;
    entropy_arrives(100);
    entropy_arrives(156);
    for (uint32_t i = 0; i < 8; i++) {
        assert_true(rng_source_take(&source, bytes, sizeof bytes));
        for (uint32_t b = 0; b < 32; b++) {
            assert_false(seen[bytes[b]]);
            seen[bytes[b]] = true;
        }
    }
    assert_int_equal(source.pool_len, 0);
    for (size_t i = 0; i < RNG_POOL_BYTES; i++)
        assert_int_equal(source.pool[i], 0); /* nothing given stays in memory */
    for (size_t i = 0; i < RNG_DEVICE_BYTES; i++)
        assert_int_equal(dma.bytes[i], 0);
}

static void gives_no_more_than_the_device_gave(void **state)
{
    uint8_t bytes[17];

    (void)state;
    assert_true(rng_source_asks(&source));
    assert_false(rng_source_take(&source, bytes, 1));
    entropy_arrives(16);
    assert_false(rng_source_take(&source, bytes, 17));
    assert_true(rng_source_take(&source, bytes, 16));
    assert_true(rng_source_asks(&source));
}

static void a_failed_device_asks_for_nothing(void **state)
{
    (void)state;
    rng_source_fail(&source);
    assert_false(rng_source_asks(&source));
}

static void asks_for_nothing_when_it_is_full(void **state)
{
    (void)state;
    entropy_arrives(RNG_BYTES_MAX);
    assert_true(rng_source_asks(&source));
    entropy_arrives(RNG_BYTES_MAX);
    assert_false(rng_source_asks(&source));
}

static void fails_on_an_empty_answer(void **state)
{
    (void)state;
    entropy_arrives(0);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
    assert_int_equal(device.status, 0);
}

static void fails_on_an_overlong_answer(void **state)
{
    (void)state;
    entropy_arrives(RNG_DEVICE_BYTES + 1);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
    assert_int_equal(source.pool_len, 0);
}

static void fails_when_the_device_asks_for_reset(void **state)
{
    (void)state;
    device.status |= STATUS_NEEDS_RESET;
    rng_source_collect(&source);
    assert_int_equal(source.state, RNG_SOURCE_FAILED);
}

static void starts_anew(void **state)
{
    uint8_t bytes[32];

    (void)state;
    rng_source_fail(&source);
    rng_source_collect(&source); /* a late interrupt */
    assert_int_equal(rng_source_start(&source, simulated_registers(&device), &dma, (uintptr_t)&dma),
                     VIRTIO_OK);
    entropy_arrives(32);
    assert_true(rng_source_take(&source, bytes, 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_each_byte_once, start),
        cmocka_unit_test_setup(gives_no_more_than_the_device_gave, start),
        cmocka_unit_test_setup(a_failed_device_asks_for_nothing, start),
        cmocka_unit_test_setup(asks_for_nothing_when_it_is_full, start),
        cmocka_unit_test_setup(fails_on_an_empty_answer, start),
        cmocka_unit_test_setup(fails_on_an_overlong_answer, start),
        cmocka_unit_test_setup(fails_when_the_device_asks_for_reset, start),
        cmocka_unit_test_setup(starts_anew, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
