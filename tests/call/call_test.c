/* SPDX-License-Identifier: Apache-2.0 */
/* What a client believes of an answer, one lie per test; and what it sends. */
#include "call/call.h"
#include "netstackd/testing.h"
#include <string.h>

enum {
    OWN_STATUS = SERVE_STATUS_COUNT,
    STATUS_COUNT,
    ITEMS_MAX = 4,
    COUNT_MAX = 3, /* fewer than the buffer holds */
};

struct request {
    struct serve_request head;
    uint32_t amount, reserved;
};

struct reply {
    struct serve_reply head;
    uint32_t items[ITEMS_MAX];
};

/* What the service answers, and what it was sent. */
static enum transport_result result;
static struct serve_reply answer_head;
static size_t answer_len;
static struct transport_message sent;
static struct request sent_request;

static struct request request;
static struct reply reply;
static struct call call;

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    sent = *message;
    memcpy(&sent_request, message->request, message->request_len);
    memset(message->reply, 0x77, message->reply_capacity_len);
    memcpy(message->reply, &answer_head, sizeof answer_head);
    *reply_len = answer_len;
    return result;
}

static int begin(void **state)
{
    (void)state;
    result = TRANSPORT_ANSWERED;
    memset(&request, 0xee, sizeof request);
    call_begin(&call, 5, &request, sizeof request, &reply, sizeof reply);
    call_name(&call, 3, 0x1234);
    return 0;
}

static uint32_t exact(uint32_t status, uint32_t value, size_t len)
{
    answer_head = (struct serve_reply){status, value};
    answer_len = len;
    return call_exact(&call, sizeof(struct serve_reply) + 8);
}

static uint32_t counted(uint32_t status, uint32_t value, size_t len)
{
    uint32_t count = 99;

    answer_head = (struct serve_reply){status, value};
    answer_len = len;
    uint32_t got =
        call_counted(&call, sizeof(struct serve_reply), sizeof(uint32_t), COUNT_MAX, &count);
    assert_int_equal(count, got == SERVE_OK ? value : 0);
    return got;
}

static void a_request_is_its_head_and_zeros(void **state)
{
    (void)state;
    assert_int_equal(exact(SERVE_OK, 0, 16), SERVE_OK);
    assert_int_equal(sent.endpoint_cap, 5);
    assert_int_equal(sent.capability, 0);
    assert_true(sent.deadline == CALL_NO_DEADLINE);
    assert_int_equal(sent.request_len, sizeof request);
    assert_int_equal(sent.reply_capacity_len, sizeof reply);
    assert_int_equal(sent_request.head.op, 3);
    assert_int_equal(sent_request.head.handle, 0x1234);
    assert_int_equal(sent_request.amount, 0);
    assert_int_equal(sent_request.reserved, 0);
}

static void an_answer_has_the_length_of_its_operation(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof reply; len++)
        assert_int_equal(exact(SERVE_OK, 1, len), len == 16 ? SERVE_OK : SERVE_IO);
}

static void a_refusal_is_a_head_and_nothing_more(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof reply; len++)
        assert_int_equal(exact(SERVE_WOULD_BLOCK, 0, len),
                         len == sizeof(struct serve_reply) ? SERVE_WOULD_BLOCK : SERVE_IO);
}

static void an_unknown_status_is_none(void **state)
{
    static const uint32_t unknown[] = {STATUS_COUNT, 77, UINT32_MAX};

    (void)state;
    assert_int_equal(exact(OWN_STATUS, 0, 8), SERVE_IO); /* unless the service is said to have it */
    call.status_count = STATUS_COUNT;
    assert_int_equal(exact(OWN_STATUS, 0, 8), OWN_STATUS);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(exact(unknown[i], 0, 8), SERVE_IO);
}

static void a_count_agrees_with_the_length(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= ITEMS_MAX + 1; value++) {
        for (size_t len = 0; len <= sizeof reply + 4; len++) {
            bool good = value <= COUNT_MAX && len == sizeof(struct serve_reply) + value * 4;
            assert_int_equal(counted(SERVE_OK, value, len), good ? SERVE_OK : SERVE_IO);
        }
    }
    assert_int_equal(counted(SERVE_NO_BUFFERS, 3, 8), SERVE_NO_BUFFERS);
    assert_int_equal(counted(SERVE_OK, 1u << 30, 8), SERVE_IO); /* 4 of it wrap to nothing */
}

static void without_an_answer_nothing_counts(void **state)
{
    (void)state;
    result = TRANSPORT_REFUSED;
    assert_int_equal(exact(SERVE_OK, 1, 16), SERVE_IO);
    assert_false(call.peer_died);
    assert_int_equal(counted(SERVE_OK, 1, 12), SERVE_IO);
    result = TRANSPORT_DIED;
    assert_int_equal(exact(SERVE_OK, 1, 16), SERVE_IO);
    assert_true(call.peer_died);
    result = TRANSPORT_ANSWERED;
    assert_int_equal(exact(SERVE_OK, 1, 16), SERVE_OK);
    assert_false(call.peer_died);
}

/* The kernel does not allow it; the client does not rely on that. */
static void an_answer_larger_than_the_buffer_is_none(void **state)
{
    uint32_t count;

    (void)state;
    answer_head = (struct serve_reply){SERVE_OK, 100};
    answer_len = sizeof(struct serve_reply) + 400;
    assert_int_equal(call_counted(&call, sizeof(struct serve_reply), 4, 100, &count), SERVE_IO);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_request_is_its_head_and_zeros, begin),
        cmocka_unit_test_setup(an_answer_has_the_length_of_its_operation, begin),
        cmocka_unit_test_setup(a_refusal_is_a_head_and_nothing_more, begin),
        cmocka_unit_test_setup(an_unknown_status_is_none, begin),
        cmocka_unit_test_setup(a_count_agrees_with_the_length, begin),
        cmocka_unit_test_setup(without_an_answer_nothing_counts, begin),
        cmocka_unit_test_setup(an_answer_larger_than_the_buffer_is_none, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
