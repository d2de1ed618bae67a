/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of the stream records: each as it stands on the wire, and each body that is refused. */
#include "dsoftbus/stream_record.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define CASE(type, bytes)                                                                          \
    {                                                                                              \
        DSB_RECORD_##type, bytes, sizeof(bytes) - 1                                                \
    }

struct body {
    enum dsb_record_type type;
    const char *bytes;
    size_t len;
};

static enum dsb_record_result parse(const struct body *body, struct dsb_stream_record *record)
{
    return dsb_stream_record_parse(record, body->type, (const uint8_t *)body->bytes, body->len);
}

static void each_record_is_read_and_written_alike(void **state)
{
    static const struct body bodies[] = {
        CASE(OPEN, "\x00\x00\x00\x01\x04"
                   "echo"),
        CASE(OPEN, "\xff\xff\xff\xff\x01-"),
        CASE(OPENED, "\x00\x00\x00\x02\x00\x00\x00\x00"),
        CASE(OPENED, "\x00\x00\x00\x02\xff\xff\xff\xff"),
        CASE(BYTES, "\x00\x00\x00\x03x"),
        CASE(BYTES, "\x00\x00\x00\x03hello\x00world"),
        CASE(CREDIT, "\x00\x00\x00\x04\x00\x00\x00\x01"),
        CASE(CREDIT, "\x00\x00\x00\x04\xff\xff\xff\xff"),
        CASE(FIN, "\x00\x00\x00\x05"),
        CASE(RESET, "\x00\x00\x00\x06\x00\x01"),
        CASE(RESET, "\x00\x00\x00\x06\xff\xff"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct dsb_stream_record record;
        uint8_t written[32];

        assert_int_equal(parse(&bodies[i], &record), DSB_RECORD_OK);
        assert_int_equal(dsb_stream_record_len(&record), bodies[i].len);
        dsb_stream_record_write(&record, written);
        assert_memory_equal(written, bodies[i].bytes, bodies[i].len);
    }
}

static void fields_are_where_they_belong(void **state)
{
    static const struct body open = CASE(OPEN, "\x01\x02\x03\x04\x03"
                                               "a.9");
    static const struct body credit = CASE(CREDIT, "\x00\x00\x00\x04\x05\x06\x07\x08");
    static const struct body reset = CASE(RESET, "\x00\x00\x00\x06\x09\x0a");
    struct dsb_stream_record record;

    (void)state;
    assert_ok(parse(&open, &record));
    assert_int_equal(record.id, 0x01020304);
    assert_int_equal(record.bytes_len, 3);
    assert_memory_equal(record.bytes, "a.9", 3);
    assert_ok(parse(&credit, &record));
    assert_int_equal(record.credit, 0x05060708);
    assert_ok(parse(&reset, &record));
    assert_int_equal(record.code, 0x090a);
}

static void refused(const struct body *body, enum dsb_record_result result)
{
    struct dsb_stream_record record = {.id = 77};

    assert_int_equal(parse(body, &record), result);
    assert_int_equal(record.id, 77);
}

#define REFUSED(name, type, bytes)                                                                 \
    static void name##_is_refused(void **state)                                                    \
    {                                                                                              \
        static const struct body body = CASE(type, bytes);                                         \
        (void)state;                                                                               \
        refused(&body, DSB_RECORD_BAD_BODY);                                                       \
    }

REFUSED(open_without_a_name, OPEN, "\x00\x00\x00\x01\x00")
REFUSED(open_with_a_cut_name, OPEN,
        "\x00\x00\x00\x01\x05"
        "echo")
REFUSED(open_with_more_than_a_name, OPEN,
        "\x00\x00\x00\x01\x03"
        "echo")
REFUSED(open_with_a_capital, OPEN,
        "\x00\x00\x00\x01\x04"
        "Echo")
REFUSED(open_with_an_underscore, OPEN,
        "\x00\x00\x00\x01\x04"
        "a_ho")
REFUSED(open_with_a_nul, OPEN,
        "\x00\x00\x00\x01\x04"
        "ech\x00")
REFUSED(open_with_a_slash, OPEN,
        "\x00\x00\x00\x01\x04"
        "../x")
REFUSED(open_without_a_length, OPEN, "\x00\x00\x00\x01")
REFUSED(short_opened, OPENED, "\x00\x00\x00\x02\x00\x00\x00")
REFUSED(long_opened, OPENED, "\x00\x00\x00\x02\x00\x00\x00\x00\x00")
REFUSED(bytes_of_none, BYTES, "\x00\x00\x00\x03")
REFUSED(short_credit, CREDIT, "\x00\x00\x00\x04\x00\x00\x01")
REFUSED(long_credit, CREDIT, "\x00\x00\x00\x04\x00\x00\x00\x01\x01")
REFUSED(credit_of_none, CREDIT, "\x00\x00\x00\x04\x00\x00\x00\x00")
REFUSED(short_fin, FIN, "\x00\x00\x00")
REFUSED(long_fin, FIN, "\x00\x00\x00\x05\x00")
REFUSED(short_reset, RESET, "\x00\x00\x00\x06\x01")
REFUSED(long_reset, RESET, "\x00\x00\x00\x06\x00\x01\x00")
REFUSED(reset_without_a_code, RESET, "\x00\x00\x00\x06\x00\x00")

static void names_have_1_to_64_bytes(void **state)
{
    uint8_t body[DSB_STREAM_CONTROL_MAX + 1] = {0, 0, 0, 1, 64};
    struct dsb_stream_record record;

    (void)state;
    memset(body + 5, 'a', 65);
    assert_ok(dsb_stream_record_parse(&record, DSB_RECORD_OPEN, body, 69));
    assert_int_equal(record.bytes_len, 64);
    body[4] = 65;
    assert_int_equal(dsb_stream_record_parse(&record, DSB_RECORD_OPEN, body, 70),
                     DSB_RECORD_BAD_BODY);
    assert_true(dsb_service_name_is_valid("az09.-", 6));
    assert_false(dsb_service_name_is_valid("a", 0));
    assert_false(dsb_service_name_is_valid(body + 5, 65));
}

static void other_types_are_none(void **state)
{
    static const unsigned types[] = {0, 1, 2, 3, 4, 5, 12, 255};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct body body = {(enum dsb_record_type)types[i], "\x00\x00\x00\x05", 4};
        refused(&body, DSB_RECORD_BAD_TYPE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_is_read_and_written_alike),
        cmocka_unit_test(fields_are_where_they_belong),
        cmocka_unit_test(open_without_a_name_is_refused),
        cmocka_unit_test(open_with_a_cut_name_is_refused),
        cmocka_unit_test(open_with_more_than_a_name_is_refused),
        cmocka_unit_test(open_with_a_capital_is_refused),
        cmocka_unit_test(open_with_an_underscore_is_refused),
        cmocka_unit_test(open_with_a_nul_is_refused),
        cmocka_unit_test(open_with_a_slash_is_refused),
        cmocka_unit_test(open_without_a_length_is_refused),
        cmocka_unit_test(short_opened_is_refused),
        cmocka_unit_test(long_opened_is_refused),
        cmocka_unit_test(bytes_of_none_is_refused),
        cmocka_unit_test(short_credit_is_refused),
        cmocka_unit_test(long_credit_is_refused),
        cmocka_unit_test(credit_of_none_is_refused),
        cmocka_unit_test(short_fin_is_refused),
        cmocka_unit_test(long_fin_is_refused),
        cmocka_unit_test(short_reset_is_refused),
        cmocka_unit_test(long_reset_is_refused),
        cmocka_unit_test(reset_without_a_code_is_refused),
        cmocka_unit_test(names_have_1_to_64_bytes),
        cmocka_unit_test(other_types_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
