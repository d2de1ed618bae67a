/* SPDX-License-Identifier: Apache-2.0 */
/* keystored's client: a shared secret or none, whatever keystored answers. */
#include "call/transport.h"
#include "key/key.h"
#include "netstackd/testing.h"
#include "rt/time.h"

#include <string.h>

#define START_MS 1000
#define SLOT     5

static struct {
    enum transport_result result;
    uint32_t status;
    size_t reply_len;
    uint32_t id_len;
} answers[4];
static size_t call_count;
static uint64_t now_ms;
static uint8_t seen_peer[KEY_LEN];
static const struct key_holder holder = {.endpoint_cap = SLOT};
static const uint8_t peer[KEY_LEN] = {9, 8, 7};
static const uint8_t zeros[KEY_LEN];

uint64_t rt_ticks(void)
{
    return now_ms * ABI_TICKS_PER_MS;
}

void rt_sleep_ms(uint64_t ms)
{
    now_ms += ms;
}

static void fill(const struct transport_message *message, const struct serve_request *request)
{
    struct key_identity_reply *identity = message->reply;
    struct key_dh_reply *dh = message->reply;

    if (request->op == KEY_OP_IDENTITY) {
        identity->id_len = answers[call_count].id_len;
    } else {
        memcpy(seen_peer, ((const struct key_dh_request *)message->request)->peer, KEY_LEN);
        memset(dh->shared, 0xa5, KEY_LEN);
    }
}

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    const struct serve_request *request = message->request;
    struct serve_reply *head = message->reply;

    assert_int_equal(message->endpoint_cap, SLOT);
    assert_int_equal(message->capability, 0);
    assert_int_equal(request->handle, 0);
    if (request->op == KEY_OP_DH)
        assert_int_equal(message->deadline, (now_ms + KEY_DH_WAIT_MS) * ABI_TICKS_PER_MS);
    fill(message, request);
    head->status = answers[call_count].status;
    head->value = 0;
    *reply_len = answers[call_count].reply_len;
    return answers[call_count++].result;
}

static int begin(void **state)
{
    (void)state;
    memset(answers, 0, sizeof answers);
    call_count = 0;
    now_ms = START_MS;
    return 0;
}

static int ask(uint8_t shared[KEY_LEN])
{
    memset(shared, 0x77, KEY_LEN);
    return key_dh((void *)(uintptr_t)&holder, shared, peer);
}

static void gives_what_keystored_gave(void **state)
{
    uint8_t shared[KEY_LEN], expected[KEY_LEN];

    (void)state;
    memset(expected, 0xa5, sizeof expected);
    answers[0].reply_len = sizeof(struct key_dh_reply);
    assert_int_equal(ask(shared), 0);
    assert_memory_equal(shared, expected, KEY_LEN);
    assert_memory_equal(seen_peer, peer, KEY_LEN);
}

/* The peer's fault, told by a result that is all zero; not the holder's. */
static void a_point_of_low_order_gives_all_zero(void **state)
{
    uint8_t shared[KEY_LEN];

    (void)state;
    answers[0].status = KEY_LOW_ORDER;
    answers[0].reply_len = sizeof(struct serve_reply);
    assert_int_equal(ask(shared), 0);
    assert_memory_equal(shared, zeros, KEY_LEN);
}

static void anything_else_is_a_failure_with_nothing_in_hand(void **state)
{
    static const struct {
        enum transport_result result;
        uint32_t status;
        size_t reply_len;
    } rows[] = {
        {TRANSPORT_DIED, KEY_OK, sizeof(struct key_dh_reply)},
        {TRANSPORT_REFUSED, KEY_OK, sizeof(struct key_dh_reply)},
        {TRANSPORT_ANSWERED, KEY_OK, sizeof(struct key_dh_reply) - 1},
        {TRANSPORT_ANSWERED, KEY_OK, sizeof(struct serve_reply)},
        {TRANSPORT_ANSWERED, KEY_OK, 0},
        {TRANSPORT_ANSWERED, KEY_NOT_ALLOWED, sizeof(struct serve_reply)},
        {TRANSPORT_ANSWERED, KEY_BUSY, sizeof(struct serve_reply)},
        {TRANSPORT_ANSWERED, KEY_MALFORMED, sizeof(struct serve_reply)},
        {TRANSPORT_ANSWERED, KEY_LOW_ORDER, sizeof(struct key_dh_reply)},
        {TRANSPORT_ANSWERED, KEY_STATUS_COUNT, sizeof(struct serve_reply)},
    };
    uint8_t shared[KEY_LEN];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)begin(state);
        answers[0].result = rows[i].result;
        answers[0].status = rows[i].status;
        answers[0].reply_len = rows[i].reply_len;
        assert_int_not_equal(ask(shared), 0);
        assert_memory_equal(shared, zeros, KEY_LEN);
        assert_int_equal(call_count, 1); /* what ended it may have been the request */
    }
}

static void waits_for_a_keystored_that_is_started_again(void **state)
{
    struct key_identity_reply identity;

    (void)state;
    answers[0].result = answers[1].result = TRANSPORT_DIED;
    answers[2].reply_len = sizeof identity;
    answers[2].id_len = 5;
    assert_int_equal(key_identity(&holder, &identity), KEY_OK);
    assert_int_equal(call_count, 3);
    assert_true(now_ms > START_MS);
}

static void believes_no_id_that_cannot_be(void **state)
{
    static const uint32_t bad[] = {0, KEY_ID_MAX + 1, UINT32_MAX};
    struct key_identity_reply identity;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)begin(state);
        answers[0].reply_len = sizeof identity;
        answers[0].id_len = bad[i];
        assert_int_equal(key_identity(&holder, &identity), KEY_IO);
    }
    (void)begin(state);
    answers[0].reply_len = sizeof identity;
    answers[0].id_len = KEY_ID_MAX;
    assert_int_equal(key_identity(&holder, &identity), KEY_OK);
    (void)begin(state);
    answers[0].status = KEY_NOT_ALLOWED;
    answers[0].reply_len = sizeof(struct serve_reply);
    assert_int_equal(key_identity(&holder, &identity), KEY_NOT_ALLOWED);
    (void)begin(state);
    answers[0].result = TRANSPORT_REFUSED;
    assert_int_equal(key_identity(&holder, &identity), KEY_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_what_keystored_gave, begin),
        cmocka_unit_test_setup(a_point_of_low_order_gives_all_zero, begin),
        cmocka_unit_test_setup(anything_else_is_a_failure_with_nothing_in_hand, begin),
        cmocka_unit_test_setup(waits_for_a_keystored_that_is_started_again, begin),
        cmocka_unit_test_setup(believes_no_id_that_cannot_be, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
