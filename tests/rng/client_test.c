/* SPDX-License-Identifier: Apache-2.0 */
/* rngd's client: random bytes or none, whatever rngd answers, however long it takes. */
#include "call/transport.h"
#include "netstackd/testing.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"

#include <stdio.h>
#include <string.h>

#define START_MS 1000
#define END_MS   (2 * 3600 * 1000) /* whoever still waits then waits for ever */

/* How rngd is, each as long as its count says, the last for ever. */
enum manner {
    GIVES,
    WOULD_BLOCK,
    FAILED,
    DIES,
    ABSENT,
    GIVES_FEWER,
    GIVES_MORE,
    SAYS_FEWER,
    SAYS_MORE,
    UNKNOWN_STATUS,
};

static struct {
    enum manner manner;
    uint32_t count;
} manners[8];
static size_t manner_idx;
static uint32_t call_count;
static uint32_t asked_len[8];
static uint64_t now_ms;
static size_t line_count;
static char last_line[80];

uint64_t rt_ticks(void)
{
    return now_ms * ABI_TICKS_PER_MS;
}

void rt_sleep_ms(uint64_t ms)
{
    now_ms += ms;
    assert_true(now_ms < START_MS + END_MS);
}

void rt_logf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(last_line, sizeof last_line, format, args);
    va_end(args);
    line_count++;
}

static enum manner next_manner(void)
{
    while (manners[manner_idx].count == 0)
        manner_idx++;
    if (manners[manner_idx].count != UINT32_MAX)
        manners[manner_idx].count--;
    return manners[manner_idx].manner;
}

static size_t answer(struct rng_reply *reply, uint32_t status, uint32_t value, size_t bytes_len)
{
    reply->head = (struct serve_reply){.status = status, .value = value};
    memset(reply->bytes, 0xa5, bytes_len);
    return sizeof reply->head + bytes_len;
}

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    const struct rng_request *request = message->request;
    struct rng_reply *reply = message->reply;
    uint32_t len = request->bytes_len;

    assert_int_equal(message->endpoint_cap, 3);
    assert_int_equal(message->capability, 0);
    assert_int_equal(message->request_len, sizeof *request);
    assert_int_equal(request->head.op, RNG_OP_GET);
    assert_int_equal(request->head.handle, 0);
    assert_int_equal(request->reserved, 0);
    assert_in_range(len, 1, RNG_BYTES_MAX);
    if (call_count < sizeof asked_len / sizeof asked_len[0])
        asked_len[call_count] = len;
    call_count++;
    if (message->deadline < rt_ticks())
        return TRANSPORT_REFUSED;
    switch (next_manner()) {
    case GIVES:
        *reply_len = answer(reply, RNG_OK, len, len);
        break;
    case WOULD_BLOCK:
        *reply_len = answer(reply, RNG_WOULD_BLOCK, 0, 0);
        break;
    case FAILED:
        *reply_len = answer(reply, RNG_IO, 0, 0);
        break;
    case GIVES_FEWER:
        *reply_len = answer(reply, RNG_OK, len, len - 1);
        break;
    case GIVES_MORE:
        *reply_len = answer(reply, RNG_OK, len, len + 1);
        break;
    case SAYS_FEWER:
        *reply_len = answer(reply, RNG_OK, len - 1, len - 1);
        break;
    case SAYS_MORE:
        *reply_len = answer(reply, RNG_OK, len + 1, len + 1);
        break;
    case UNKNOWN_STATUS:
        *reply_len = answer(reply, 77, len, len);
        break;
    case DIES:
        return TRANSPORT_DIED;
    default:
        return TRANSPORT_REFUSED;
    }
    return TRANSPORT_ANSWERED;
}

static int begin(void **state)
{
    (void)state;
    memset(manners, 0, sizeof manners);
    manner_idx = 0;
    call_count = 0;
    now_ms = START_MS;
    line_count = 0;
    return 0;
}

static void is(size_t idx, enum manner manner, uint32_t count)
{
    manners[idx].manner = manner;
    manners[idx].count = count;
}

static bool all(const uint8_t *bytes, size_t len, uint8_t value)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void any_length_comes_in_parts(void **state)
{
    uint8_t bytes[2 * RNG_BYTES_MAX + 1] = {0};

    (void)state;
    is(0, GIVES, UINT32_MAX);
    assert_int_equal(rng_get(3, bytes, sizeof bytes), RNG_OK);
    assert_true(all(bytes, sizeof bytes, 0xa5));
    assert_int_equal(call_count, 3);
    assert_int_equal(asked_len[0], RNG_BYTES_MAX);
    assert_int_equal(asked_len[2], 1);
    assert_int_equal(rng_get(3, bytes, 0), RNG_OK);
    assert_int_equal(call_count, 3);
}

static void a_slow_device_and_a_new_rngd_are_waited_for(void **state)
{
    uint8_t bytes[32];

    (void)state;
    is(0, WOULD_BLOCK, 100);
    is(1, DIES, 10);
    is(2, GIVES, UINT32_MAX);
    assert_int_equal(rng_get(3, bytes, sizeof bytes), RNG_OK);
    assert_true(all(bytes, sizeof bytes, 0xa5));
    assert_in_range(now_ms, START_MS + 110, START_MS + 29999);
}

static void half_a_minute_is_the_end_and_leaves_nothing(void **state)
{
    static const enum manner slow[] = {WOULD_BLOCK, DIES};
    uint8_t bytes[RNG_BYTES_MAX + 32];

    for (size_t i = 0; i < 2; i++) {
        begin(state);
        is(0, GIVES, 1); /* the first part */
        is(1, slow[i], UINT32_MAX);
        memset(bytes, 0x11, sizeof bytes);
        assert_int_equal(rng_get(3, bytes, sizeof bytes), RNG_IO);
        assert_true(all(bytes, sizeof bytes, 0));
        assert_in_range(now_ms, START_MS + 30000, START_MS + 31000);
    }
}

static void what_is_not_an_answer_gives_nothing_and_at_once(void **state)
{
    static const enum manner wrong[] = {FAILED,     ABSENT,    GIVES_FEWER,   GIVES_MORE,
                                        SAYS_FEWER, SAYS_MORE, UNKNOWN_STATUS};
    uint8_t bytes[32];

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin(state);
        is(0, wrong[i], UINT32_MAX);
        memset(bytes, 0x11, sizeof bytes);
        assert_int_equal(rng_get(3, bytes, sizeof bytes), RNG_IO);
        assert_true(all(bytes, sizeof bytes, 0));
        assert_int_equal(call_count, 1);
        assert_int_equal(now_ms, START_MS);
    }
}

/* A machine without an entropy device, into which one is put an hour later. */
static void who_needs_them_waits_says_so_once_and_goes_on(void **state)
{
    uint8_t bytes[32];

    (void)state;
    is(0, ABSENT, 10); /* rngd is not even there yet */
    is(1, FAILED, 3600);
    is(2, WOULD_BLOCK, 10);
    is(3, GIVES, UINT32_MAX);
    rng_wait("somebody", 3, bytes, sizeof bytes);
    assert_true(all(bytes, sizeof bytes, 0xa5));
    assert_int_equal(line_count, 1);
    assert_string_equal(last_line, "somebody: no random bytes yet, waiting");
    assert_true(now_ms >= START_MS + 3600 * 1000); /* it does not spin meanwhile */
}

static void who_gets_them_at_once_says_nothing(void **state)
{
    uint8_t bytes[32];

    (void)state;
    is(0, GIVES, UINT32_MAX);
    rng_wait("somebody", 3, bytes, sizeof bytes);
    assert_int_equal(line_count, 0);
    assert_int_equal(now_ms, START_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(any_length_comes_in_parts, begin),
        cmocka_unit_test_setup(a_slow_device_and_a_new_rngd_are_waited_for, begin),
        cmocka_unit_test_setup(half_a_minute_is_the_end_and_leaves_nothing, begin),
        cmocka_unit_test_setup(what_is_not_an_answer_gives_nothing_and_at_once, begin),
        cmocka_unit_test_setup(who_needs_them_waits_says_so_once_and_goes_on, begin),
        cmocka_unit_test_setup(who_gets_them_at_once_says_nothing, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
