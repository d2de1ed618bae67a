/* SPDX-License-Identifier: Apache-2.0 */
/* stored's client: a record as it was kept or none, whatever stored answers; nothing stays behind.
 */
#include "call/transport.h"
#include "netstackd/testing.h"
#include "store/store.h"

#include <string.h>

#define SLOT 4

static struct {
    enum transport_result result;
    uint32_t status, value;
    size_t data_len;
} answer;
static size_t call_count;
static uint8_t *get_reply, *put_request;
static size_t put_len;
static char seen_name[STORE_NAME_MAX + 1];
static uint8_t seen_data[STORE_DATA_MAX], data[STORE_DATA_MAX];
static size_t data_len;

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    struct store_get_reply *reply = message->reply;
    const struct store_put_request *request = message->request;

    call_count++;
    assert_int_equal(message->endpoint_cap, SLOT);
    assert_int_equal(message->capability, 0);
    assert_int_equal(request->head.handle, 0);
    memcpy(seen_name, request->name.text, sizeof seen_name);
    if (request->head.op == STORE_OP_GET) {
        assert_int_equal(message->request_len, sizeof(struct store_get_request));
        get_reply = (uint8_t *)reply;
        memset(reply->data, 0x5a, answer.data_len);
    } else {
        put_request = message->request;
        put_len = message->request_len - offsetof(struct store_put_request, data);
        memcpy(seen_data, request->data, put_len);
    }
    reply->head = (struct serve_reply){.status = answer.status, .value = answer.value};
    *reply_len = sizeof reply->head + answer.data_len;
    return answer.result;
}

static int begin(void **state)
{
    (void)state;
    memset(&answer, 0, sizeof answer);
    memset(data, 0x77, sizeof data);
    call_count = 0;
    return 0;
}

static void is(enum transport_result result, uint32_t status, uint32_t value, size_t len)
{
    (void)begin(NULL);
    answer.result = result;
    answer.status = status;
    answer.value = value;
    answer.data_len = len;
}

static enum store_status get(size_t size)
{
    data_len = 99;
    return record_get(SLOT, "trust.2", data, size, &data_len);
}

static void assert_wiped(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], 0);
}

static void gives_the_record_and_keeps_nothing(void **state)
{
    static const size_t lens[] = {0, 1, 200, STORE_DATA_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        is(TRANSPORT_ANSWERED, STORE_OK, (uint32_t)lens[i], lens[i]);
        assert_int_equal(get(lens[i]), STORE_OK);
        assert_int_equal(data_len, lens[i]);
        for (size_t k = 0; k < sizeof data; k++)
            assert_int_equal(data[k], k < lens[i] ? 0x5a : 0x77);
        assert_string_equal(seen_name, "trust.2");
        assert_wiped(get_reply, sizeof(struct store_get_reply));
    }
}

static void assert_no_record(enum store_status expected, size_t size)
{
    assert_int_equal(get(size), expected);
    assert_int_equal(data_len, 0);
    assert_int_equal(data[0], 0x77);
    assert_wiped(get_reply, sizeof(struct store_get_reply));
}

static void a_record_that_does_not_fit_is_not_cut(void **state)
{
    (void)state;
    is(TRANSPORT_ANSWERED, STORE_OK, 201, 201);
    assert_no_record(STORE_MALFORMED, 200);
}

static void believes_no_answer_that_cannot_be(void **state)
{
    (void)state;
    is(TRANSPORT_ANSWERED, STORE_OK, 10, 9);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_ANSWERED, STORE_OK, 9, 10);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_ANSWERED, STORE_OK, UINT32_MAX, 10);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_ANSWERED, STORE_STATUS_COUNT, 0, 0);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_DIED, STORE_OK, 10, 10);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_REFUSED, STORE_OK, 10, 10);
    assert_no_record(STORE_IO, 200);
    is(TRANSPORT_ANSWERED, STORE_FOREIGN, 0, 0);
    assert_no_record(STORE_FOREIGN, 200);
}

static void gives_the_bytes_and_keeps_nothing(void **state)
{
    static const size_t lens[] = {0, 1, STORE_DATA_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        is(TRANSPORT_ANSWERED, STORE_OK, 0, 0);
        assert_int_equal(record_put(SLOT, "trust.2", data, lens[i]), STORE_OK);
        assert_int_equal(put_len, lens[i]);
        assert_memory_equal(seen_data, data, lens[i]);
        assert_string_equal(seen_name, "trust.2");
        assert_wiped(put_request, sizeof(struct store_put_request));
    }
    is(TRANSPORT_DIED, STORE_OK, 0, 0);
    assert_int_equal(record_put(SLOT, "trust.2", data, 5), STORE_IO);
    assert_wiped(put_request, sizeof(struct store_put_request));
}

static void asks_for_nothing_that_cannot_be(void **state)
{
    static const char longest[] = "0123456789012345678901234567890";

    (void)state;
    assert_int_equal(record_put(SLOT, "x", data, STORE_DATA_MAX + 1), STORE_MALFORMED);
    assert_int_equal(record_put(SLOT, "01234567890123456789012345678901", data, 1),
                     STORE_MALFORMED);
    assert_int_equal(
        record_get(SLOT, "01234567890123456789012345678901", data, sizeof data, &data_len),
        STORE_MALFORMED);
    assert_int_equal(call_count, 0);
    assert_int_equal(record_put(SLOT, longest, data, 1), STORE_OK);
    assert_string_equal(seen_name, longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_the_record_and_keeps_nothing, begin),
        cmocka_unit_test_setup(a_record_that_does_not_fit_is_not_cut, begin),
        cmocka_unit_test_setup(believes_no_answer_that_cannot_be, begin),
        cmocka_unit_test_setup(gives_the_bytes_and_keeps_nothing, begin),
        cmocka_unit_test_setup(asks_for_nothing_that_cannot_be, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
