/* SPDX-License-Identifier: Apache-2.0 */
/* rngd's answers, and when it starts its device again: for whoever asks, not too often, and by
 * itself when the device says nothing. */
#include "netstackd/simulated_device.h"
#include "netstackd/testing.h"
#include "service.h"
#include "support/asked_service.h"

#include <string.h>

#define START_MS    1000
#define IRQ_BIT     1u
#define REQUEST_LEN sizeof(struct rng_request)

static struct simulated_device device;
static struct rng_dma dma;

static size_t count_of(const char *line)
{
    size_t count = 0;

    for (size_t i = 0; i < asked.line_count; i++)
        count += strcmp(asked.lines[i], line) == 0;
    return count;
}

static void on_bits(uint64_t bits)
{
    assert_int_equal(bits, IRQ_BIT);
    rng_service_collect();
}

static int begin(void **state)
{
    (void)state;
    simulated_device_init(&device, VIRTIO_DEVICE_RNG, 0);
    memset(&dma, 0, sizeof dma);
    asked.now_ms = START_MS;
    asked.line_count = 0;
    rng_service.woken = on_bits;
    return 0;
}

static int start(void **state)
{
    begin(state);
    rng_service_start(simulated_registers(&device), &dma, (uintptr_t)&dma);
    assert_int_equal(asked.line_count, 0);
    return 0;
}

/* A request as any client may send it; true bytes of the answer are gone when this returns. */
static uint32_t ask_with(uint32_t op, uint32_t bytes_len, size_t request_len)
{
    *(struct rng_request *)rng_service.request =
        (struct rng_request){.head = {.op = op}, .bytes_len = bytes_len};
    asked.wake = (struct serve_wake){.kind = SERVE_WAKE_REQUEST, .value = 77, .len = request_len};
    serve_step(&rng_service);
    return ((const struct serve_reply *)(const void *)asked.answer)->status;
}

static uint32_t ask(uint32_t bytes_len)
{
    return ask_with(RNG_OP_GET, bytes_len, REQUEST_LEN);
}

#define WHATEVER_IT_ASKS_FOR UINT32_MAX

static void give(uint32_t bytes_len)
{
    struct simulated_buffer buffer;

    assert_true(simulated_take(&device.queues[0], &buffer));
    if (bytes_len == WHATEVER_IT_ASKS_FOR)
        bytes_len = buffer.len;
    memset(buffer.bytes, 0x5a, bytes_len <= buffer.len ? bytes_len : buffer.len);
    simulated_give(&device.queues[0], buffer.id, bytes_len);
    asked.wake = (struct serve_wake){.kind = SERVE_WAKE_BITS, .value = IRQ_BIT};
    serve_step(&rng_service);
}

static void sleep_until(uint64_t ms)
{
    asked.now_ms = ms;
    asked.wake = (struct serve_wake){.kind = SERVE_WAKE_DEADLINE};
    serve_step(&rng_service);
}

static void answers_anybody_and_keeps_nothing(void **state)
{
    (void)state;
    give(64);
    assert_int_equal(count_of("rngd: ready"), 1);
    assert_int_equal(ask(32), RNG_OK);
    assert_int_equal(asked.answer_len, sizeof(struct serve_reply) + 32);
    for (size_t i = 0; i < sizeof(struct rng_reply); i++)
        assert_int_equal(((const uint8_t *)rng_service.reply)[i], 0);
    give(64);
    assert_int_equal(count_of("rngd: ready"), 1);
}

static void says_not_yet_while_the_device_is_slow(void **state)
{
    (void)state;
    assert_int_equal(ask(1), RNG_WOULD_BLOCK);
    assert_int_equal(asked.answer_len, sizeof(struct serve_reply));
    give(16);
    assert_int_equal(ask(17), RNG_WOULD_BLOCK);
    assert_int_equal(ask(16), RNG_OK);
}

static void refuses_what_is_malformed(void **state)
{
    (void)state;
    give(RNG_BYTES_MAX);
    assert_int_equal(ask(0), RNG_MALFORMED);
    assert_int_equal(ask(RNG_BYTES_MAX + 1), RNG_MALFORMED);
    assert_int_equal(ask_with(RNG_OP_GET, 32, REQUEST_LEN - 1), RNG_MALFORMED);
    assert_int_equal(ask_with(RNG_OP_GET, 32, 0), RNG_MALFORMED);
    assert_int_equal(ask_with(SERVE_OP_ATTACH, 32, REQUEST_LEN), RNG_MALFORMED);
    assert_int_equal(ask_with(RNG_OP_COUNT, 32, REQUEST_LEN), RNG_MALFORMED);
    assert_int_equal(ask(RNG_BYTES_MAX), RNG_OK); /* all of it is still there */
}

static void tries_a_device_that_is_not_there_and_says_so_once(void **state)
{
    begin(state);
    device.magic = 0; /* no magic: an empty place */
    rng_service_start(simulated_registers(&device), &dma, (uintptr_t)&dma);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(ask(32), RNG_IO);
        asked.now_ms += DEVICE_AGAIN_MS;
    }
    assert_int_equal(asked.line_count, 1);
    assert_int_equal(asked.deadline, SERVE_FOREVER); /* and nothing wakes it meanwhile */
}

/* It comes: the next who asks makes it start. */
static void a_device_that_comes_later_is_found(void **state)
{
    begin(state);
    uint32_t magic = device.magic;
    device.magic = 0;
    rng_service_start(simulated_registers(&device), &dma, (uintptr_t)&dma);
    assert_int_equal(ask(32), RNG_IO);
    device.magic = magic;
    asked.now_ms += DEVICE_AGAIN_MS;
    assert_int_equal(ask(32), RNG_WOULD_BLOCK);
    give(32);
    assert_int_equal(ask(32), RNG_OK);
}

static void callers_do_not_make_it_start_a_device_too_often(void **state)
{
    (void)state;
    asked.now_ms += DEVICE_AGAIN_MS;
    give(0);                                   /* it fails */
    assert_int_equal(ask(1), RNG_WOULD_BLOCK); /* started at once, for the first who asks */
    give(0);
    for (uint32_t ms = 0; ms < DEVICE_AGAIN_MS; ms++) {
        assert_int_equal(ask(1), RNG_IO);
        asked.now_ms++;
    }
    assert_int_equal(ask(1), RNG_WOULD_BLOCK);
}

static void a_silent_device_is_started_again(void **state)
{
    (void)state;
    sleep_until(START_MS + DEVICE_SILENT_MS - 1);
    assert_int_equal(asked.line_count, 0);
    assert_int_equal(asked.deadline, (START_MS + DEVICE_SILENT_MS) * ABI_TICKS_PER_MS);
    sleep_until(START_MS + DEVICE_SILENT_MS);
    assert_int_equal(count_of("rngd: device silent, starting it again"), 1);
    sleep_until(START_MS + 2 * DEVICE_SILENT_MS - 1);
    assert_int_equal(asked.line_count, 1);
    give(16);
    assert_int_equal(ask(16), RNG_OK);
}

/* Those who ask do not put it off. */
static void callers_do_not_keep_a_silent_device(void **state)
{
    (void)state;
    for (asked.now_ms = START_MS; asked.now_ms < START_MS + DEVICE_SILENT_MS; asked.now_ms += 20)
        assert_int_equal(ask(1), RNG_WOULD_BLOCK);
    assert_int_equal(asked.line_count, 0);
    (void)ask(1);
    assert_int_equal(count_of("rngd: device silent, starting it again"), 1);
}

/* Each sign of life counts, and a device that nobody asked is not silent. */
static void a_slow_device_is_left_alone(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        asked.now_ms += DEVICE_SILENT_MS - 1;
        give(1);
    }
    while (rng_service.deadline() != SERVE_FOREVER)
        give(WHATEVER_IT_ASKS_FOR);
    sleep_until(asked.now_ms + 10 * DEVICE_SILENT_MS);
    assert_int_equal(asked.deadline, SERVE_FOREVER);
    assert_int_equal(ask(RNG_BYTES_MAX), RNG_OK); /* it is asked again from here on */
    sleep_until(asked.now_ms + DEVICE_SILENT_MS - 1);
    assert_int_equal(count_of("rngd: device silent, starting it again"), 0);
    sleep_until(asked.now_ms + 1);
    assert_int_equal(count_of("rngd: device silent, starting it again"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(answers_anybody_and_keeps_nothing, start),
        cmocka_unit_test_setup(says_not_yet_while_the_device_is_slow, start),
        cmocka_unit_test_setup(refuses_what_is_malformed, start),
        cmocka_unit_test_setup(tries_a_device_that_is_not_there_and_says_so_once, begin),
        cmocka_unit_test_setup(a_device_that_comes_later_is_found, begin),
        cmocka_unit_test_setup(callers_do_not_make_it_start_a_device_too_often, start),
        cmocka_unit_test_setup(a_silent_device_is_started_again, start),
        cmocka_unit_test_setup(callers_do_not_keep_a_silent_device, start),
        cmocka_unit_test_setup(a_slow_device_is_left_alone, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
