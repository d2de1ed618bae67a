/* SPDX-License-Identifier: Apache-2.0 */
/* What rngd's client makes of every answer, the dead, the slow and the wrong ones among them. */
#include "rng/rng.h"

#include "rt/log.h"
#include "rt/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENDPOINT 9
#define CALL_MAX 2000
#define WAIT_MS  30000 /* rng.h: half a minute */

static struct {
    uint64_t now_ms;
    unsigned call_count, log_count;
    unsigned bad_count;   /* of the first calls that get the answer below; then good ones */
    int64_t bad_result;   /* of the call */
    struct rng_reply bad; /* its answer, when bad_result is 0 */
    size_t bad_len;
} world;

static int setup(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    return 0;
}

uint64_t rt_ticks(void)
{
    return world.now_ms * ABI_TICKS_PER_MS;
}

void rt_sleep_ms(uint64_t ms)
{
    world.now_ms += ms;
}

void rt_logf(const char *format, ...)
{
    char line[80];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_string_equal(line, "tester: no random bytes yet, waiting");
    world.log_count++;
}

int64_t rt_call(rt_slot endpoint, const void *send, size_t send_len, void *recv,
                size_t recv_capacity, struct abi_caps *caps, uint64_t deadline, size_t *recv_len)
{
    const struct rng_request *request = send;
    struct rng_reply *reply = recv;
    (void)caps;
    assert_int_equal(endpoint, ENDPOINT);
    assert_int_equal(send_len, sizeof *request);
    assert_int_equal(request->op, RNG_OP_GET);
    assert_in_range(request->bytes_len, 1, RNG_BYTES_MAX);
    assert_int_equal(recv_capacity, sizeof *reply);
    assert_true(deadline != ABI_DEADLINE_NONE &&
                deadline <= rt_ticks() + WAIT_MS * ABI_TICKS_PER_MS);
    assert_true(world.call_count++ < CALL_MAX);
    if (world.call_count <= world.bad_count) {
        *reply = world.bad;
        *recv_len = world.bad_len;
        return world.bad_result;
    }
    *reply = (struct rng_reply){.status = RNG_OK, .bytes_len = request->bytes_len};
    memset(reply->bytes, (int)world.call_count, request->bytes_len);
    *recv_len = offsetof(struct rng_reply, bytes) + request->bytes_len;
    return 0;
}

/* Every byte is what the call that gave it said. */
static void check_bytes(const uint8_t *bytes, size_t len, uint8_t value)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], value);
}

static void more_than_one_call_gives_is_asked_in_parts(void **state)
{
    uint8_t bytes[2 * RNG_BYTES_MAX + 1];
    (void)state;
    assert_int_equal(rng_get(ENDPOINT, bytes, sizeof bytes), RNG_OK);
    assert_int_equal(world.call_count, 3);
    check_bytes(bytes, RNG_BYTES_MAX, 1);
    check_bytes(bytes + RNG_BYTES_MAX, RNG_BYTES_MAX, 2);
    check_bytes(bytes + 2 * RNG_BYTES_MAX, 1, 3);
}

static void answers_would_block(void)
{
    world.bad = (struct rng_reply){.status = RNG_WOULD_BLOCK};
    world.bad_len = offsetof(struct rng_reply, bytes);
}

static void a_slow_device_is_waited_for(void **state)
{
    uint8_t bytes[32];
    (void)state;
    answers_would_block();
    world.bad_count = 100;
    assert_int_equal(rng_get(ENDPOINT, bytes, sizeof bytes), RNG_OK);
    assert_true(world.now_ms > 0 && world.now_ms < WAIT_MS);
    check_bytes(bytes, sizeof bytes, 101);
}

static void an_rngd_that_is_started_again_is_waited_for(void **state)
{
    uint8_t bytes[32];
    (void)state;
    world.bad_result = -ABI_E_PEER_DIED;
    world.bad_count = 3;
    assert_int_equal(rng_get(ENDPOINT, bytes, sizeof bytes), RNG_OK);
    check_bytes(bytes, sizeof bytes, 4);
}

/* Asked for, it failed: the buffer holds nothing that could be taken for random. */
static void check_failure(uint64_t least_ms, uint64_t most_ms)
{
    uint8_t bytes[32];
    memset(bytes, 0xee, sizeof bytes);
    world.bad_count = CALL_MAX;
    assert_int_equal(rng_get(ENDPOINT, bytes, sizeof bytes), RNG_IO);
    check_bytes(bytes, sizeof bytes, 0);
    assert_in_range(world.now_ms, least_ms, most_ms);
}

static void nobody_waits_for_ever(void **state)
{
    (void)state;
    answers_would_block();
    check_failure(WAIT_MS, WAIT_MS + 100);
}

static void a_late_answer_of_the_kernel_is_a_failure(void **state)
{
    (void)state;
    world.bad_result = -ABI_E_TIMED_OUT;
    check_failure(0, 0);
}

static void a_device_that_failed_is_a_failure(void **state)
{
    (void)state;
    world.bad = (struct rng_reply){.status = RNG_IO};
    world.bad_len = offsetof(struct rng_reply, bytes);
    check_failure(0, 0);
}

/* rngd is trusted with the bytes, not with our memory. */
static void an_answer_of_another_shape_is_a_failure(void **state)
{
    static const struct {
        uint32_t status, bytes_len;
        size_t reply_len;
    } shapes[] = {
        {RNG_OK, 32, 8 + 31},
        {RNG_OK, 32, 8 + 33},
        {RNG_OK, 31, 8 + 32},
        {RNG_OK, 0, 8},
        {RNG_OK, 32, 0},
        {RNG_STATUS_COUNT, 32, 8 + 32},
        {RNG_WOULD_BLOCK, 32, 8 + 32},
        {RNG_IO, 32, 8 + 32},
    };
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        assert_int_equal(setup(NULL), 0);
        memset(world.bad.bytes, 0x11, sizeof world.bad.bytes);
        world.bad.status = shapes[i].status;
        world.bad.bytes_len = shapes[i].bytes_len;
        world.bad_len = shapes[i].reply_len;
        check_failure(0, 0);
    }
}

static void a_failure_in_a_later_part_takes_the_earlier_ones(void **state)
{
    uint8_t bytes[RNG_BYTES_MAX + 1];
    (void)state;
    memset(bytes, 0xee, sizeof bytes);
    world.bad_result = -ABI_E_PEER_DIED;
    world.bad_count = CALL_MAX;
    world.now_ms = 1;
    assert_int_equal(rng_get(ENDPOINT, bytes, sizeof bytes), RNG_IO);
    check_bytes(bytes, sizeof bytes, 0);
}

static void who_must_have_bytes_waits_and_says_so_once(void **state)
{
    uint8_t bytes[32];
    (void)state;
    world.bad = (struct rng_reply){.status = RNG_IO};
    world.bad_len = offsetof(struct rng_reply, bytes);
    world.bad_count = 300;
    rng_await(ENDPOINT, bytes, sizeof bytes, "tester");
    assert_int_equal(world.log_count, 1);
    assert_in_range(world.now_ms, 300 * 100, 300 * 2000); /* neither busy nor asleep */
    check_bytes(bytes, sizeof bytes, (uint8_t)301);
    rng_await(ENDPOINT, bytes, sizeof bytes, "tester");
    assert_int_equal(world.log_count, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(more_than_one_call_gives_is_asked_in_parts),
        TEST(a_slow_device_is_waited_for),
        TEST(an_rngd_that_is_started_again_is_waited_for),
        TEST(nobody_waits_for_ever),
        TEST(a_late_answer_of_the_kernel_is_a_failure),
        TEST(a_device_that_failed_is_a_failure),
        TEST(an_answer_of_another_shape_is_a_failure),
        TEST(a_failure_in_a_later_part_takes_the_earlier_ones),
        TEST(who_must_have_bytes_waits_and_says_so_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
