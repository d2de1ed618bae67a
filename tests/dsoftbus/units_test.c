/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts: device id, frame, payload fields, record. One rejected input per line or test.
 */
#include "dsoftbus/frame.h"
#include "dsoftbus/payload.h"
#include "dsoftbus/record.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

/* Device id */

static void device_id_takes_exactly_its_characters(void **state)
{
    struct dsb_device_id id;

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        char text = (char)c;
        bool letter = c != 0 && strchr("abcdefghijklmnopqrstuvwxyz", (int)c) != NULL;
        bool good = letter || (c != 0 && strchr("0123456789.-", (int)c) != NULL);
        char inside[] = {'a', text, 'b'};

        assert_int_equal(dsb_device_id_set(&id, &text, 1), letter ? DSB_OK : DSB_INVALID);
        assert_int_equal(id.len, letter);
        assert_int_equal(dsb_device_id_set(&id, inside, 3), good ? DSB_OK : DSB_INVALID);
    }
}

static void device_id_is_labels_with_one_dot_between(void **state)
{
    static const char *const good[] = {"a",       "7a",   "a7",  "a.b",          "gateway.lab",
                                       "a-b.c-d", "a--b", "7.a", "sensor-7.lab", "x.7.y.8"};
    static const char *const bad[] = {".",  "..",  "a.",        ".a",        "a..b", "-",
                                      "--", "-rf", "a-",        "a-.b",      "a.-b", "--help",
                                      "7",  "1.2", "127.0.0.1", "10.0.2.15", "7-7"};
    struct dsb_device_id id;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(dsb_device_id_set(&id, good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dsb_device_id_set(&id, bad[i], strlen(bad[i])), DSB_INVALID);
        assert_int_equal(id.len, 0);
    }
}

static void device_id_has_1_to_64_bytes(void **state)
{
    struct dsb_device_id id;
    char text[DSB_DEVICE_ID_MAX + 1];

    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(dsb_device_id_set(&id, text, 0), DSB_INVALID);
    assert_ok(dsb_device_id_set(&id, text, DSB_DEVICE_ID_MAX));
    assert_int_equal(dsb_device_id_set(&id, text, DSB_DEVICE_ID_MAX + 1), DSB_INVALID);
    assert_int_equal(id.len, 0);
}

static void device_ids_are_equal_only_as_a_whole(void **state)
{
    struct dsb_device_id a, b, prefix, none = {0};

    (void)state;
    assert_ok(dsb_device_id_set(&a, "node-1", 6));
    assert_ok(dsb_device_id_set(&b, "node-2", 6));
    assert_ok(dsb_device_id_set(&prefix, "node", 4));
    assert_true(dsb_device_id_equal(&a, &a));
    assert_false(dsb_device_id_equal(&a, &b));
    assert_false(dsb_device_id_equal(&a, &prefix));
    assert_false(dsb_device_id_equal(&prefix, &a));
    assert_false(dsb_device_id_equal(&none, &none));
}

/* Frame */

static void frame_is_complete_with_its_last_byte(void **state)
{
    static const uint8_t in[] = {0, 3, 'a', 'b', 'c', 'd'};
    size_t unit_len;

    (void)state;
    assert_int_equal(dsb_frame_next(in, 0, 10, &unit_len), DSB_FRAME_PARTIAL);
    assert_int_equal(dsb_frame_next(in, 1, 10, &unit_len), DSB_FRAME_PARTIAL);
    assert_int_equal(unit_len, 0);
    for (size_t len = 2; len <= 6; len++) {
        assert_int_equal(dsb_frame_next(in, len, 10, &unit_len),
                         len < 5 ? DSB_FRAME_PARTIAL : DSB_FRAME_COMPLETE);
        assert_int_equal(unit_len, 3);
    }
}

static void frame_length_is_big_endian_and_bounded(void **state)
{
    static uint8_t in[2 + DSB_FRAME_UNIT_MAX];
    size_t unit_len;

    (void)state;
    assert_int_equal(dsb_frame_next(in, 2, 10, &unit_len), DSB_FRAME_ZERO_LENGTH);
    for (size_t len = 1; len <= DSB_FRAME_UNIT_MAX; len++) {
        dsb_frame_header(in, len);
        assert_int_equal(in[0], len / 256);
        assert_int_equal(dsb_frame_next(in, len + 2, len, &unit_len), DSB_FRAME_COMPLETE);
        assert_int_equal(unit_len, len);
        assert_int_equal(dsb_frame_next(in, 2, len - 1, &unit_len), DSB_FRAME_OVERSIZE);
    }
}

/* Payload fields */

struct payload_case {
    const char *bytes;
    size_t len;
    enum dsb_payload_result result;
};

#define CASE(text, expected)                                                                       \
    {                                                                                              \
        text, sizeof(text) - 1, expected                                                           \
    }

/* What is said of streams, behind the others. */
#define STREAMS "\x83\x04\x00\x01\x00\x00\x84\x02\x00\x08"

static void payload2_accepts_and_rejects(void **state)
{
    static const struct payload_case cases[] = {
        CASE("\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_OK),
        CASE("\x02\x02\x10\x00" STREAMS, DSB_PAYLOAD_OK),          /* known: the bit says nothing */
        CASE("\x01\x01x\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_OK), /* id has no meaning here */
        CASE("\x82\x02\x10\x00" STREAMS "\x05\x00", DSB_PAYLOAD_OK), /* unknown, optional, empty */
        CASE("\x82\x02\x10\x00" STREAMS "\x7f\x02xy", DSB_PAYLOAD_OK), /* the last type there is */
        CASE("\x82\x02\x00\x80" STREAMS, DSB_PAYLOAD_OK),              /* 128 */
        CASE("\x82\x02\x00\x7f" STREAMS, DSB_PAYLOAD_RECV_MAX),        /* 127 */
        CASE("\x82\x02\xff\xff" STREAMS, DSB_PAYLOAD_OK),              /* 65535 */
        CASE("\x82\x01\x10" STREAMS, DSB_PAYLOAD_RECV_MAX),            /* one byte */
        CASE("\x82\x03\x10\x00\x00" STREAMS, DSB_PAYLOAD_RECV_MAX),    /* three */
        CASE("\x82\x00" STREAMS, DSB_PAYLOAD_RECV_MAX),                /* none */
        CASE("", DSB_PAYLOAD_MALFORMED),                               /* missing */
        CASE(STREAMS, DSB_PAYLOAD_MALFORMED),
        CASE("\x7f\x00", DSB_PAYLOAD_MALFORMED),                        /* missing behind another */
        CASE("\x82\x02\x10\x00", DSB_PAYLOAD_MALFORMED),                /* streams missing */
        CASE("\x82", DSB_PAYLOAD_MALFORMED),                            /* cut in the header */
        CASE("\x82\x02\x10", DSB_PAYLOAD_MALFORMED),                    /* cut in the value */
        CASE("\x82\x02\x10\x00" STREAMS "\x05", DSB_PAYLOAD_MALFORMED), /* cut behind a type */
        CASE("\x82\x02\x10\x00" STREAMS "\x00", DSB_PAYLOAD_MALFORMED), /* a stray byte */
        CASE("\x82\x02\x10\x00\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_MALFORMED), /* twice */
        CASE("\x02\x02\x10\x00\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_MALFORMED), /* other bit */
        CASE(STREAMS "\x82\x02\x10\x00", DSB_PAYLOAD_MALFORMED),                 /* descending */
        CASE("\x82\x02\x10\x00" STREAMS "\x85\x00", DSB_PAYLOAD_CRITICAL), /* unknown, critical */
        CASE("\x80\x00\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_CRITICAL),    /* type 0 is one, too */
        CASE("\x81\x01x\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_CRITICAL),   /* no place for an id */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint16_t recv_max = 7;
        struct dsb_stream_limits limits = {0, 7};
        enum dsb_payload_result result =
            dsb_payload2_read((const uint8_t *)cases[i].bytes, cases[i].len, &recv_max, &limits);

        assert_int_equal(result, cases[i].result);
        assert_true((result == DSB_PAYLOAD_OK) == (recv_max != 7));
        assert_true((result == DSB_PAYLOAD_OK) == (limits.streams_max == 8));
    }
}

static void payload3_accepts_and_rejects(void **state)
{
    static const struct payload_case cases[] = {
        CASE("\x81\x01x\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_OK),
        CASE("\x81\x01x\x82\x02\x10\x00" STREAMS "\x05\x00", DSB_PAYLOAD_OK),
        CASE("\x81\x01X\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_BAD_ID),
        CASE("\x81\x00\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_BAD_ID),
        CASE("\x81\x01x", DSB_PAYLOAD_MALFORMED),
        CASE("\x81\x01x\x82\x02\x10\x00", DSB_PAYLOAD_MALFORMED),
        CASE("\x82\x02\x10\x00" STREAMS, DSB_PAYLOAD_MALFORMED),
        CASE("\x82\x02\x10\x00\x81\x01x" STREAMS, DSB_PAYLOAD_MALFORMED),
        CASE("\x81\x01x\x82\x02\x00\x01" STREAMS, DSB_PAYLOAD_RECV_MAX),
        CASE("\x81\x01x\x82\x02\x10\x00" STREAMS "\x90\x00", DSB_PAYLOAD_CRITICAL),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dsb_device_id id = {0};
        uint16_t recv_max = 7;
        struct dsb_stream_limits limits;
        enum dsb_payload_result result = dsb_payload3_read((const uint8_t *)cases[i].bytes,
                                                           cases[i].len, &id, &recv_max, &limits);

        assert_int_equal(result, cases[i].result);
        assert_true((result == DSB_PAYLOAD_OK) == (recv_max != 7));
        assert_true((result == DSB_PAYLOAD_OK) == (id.len == 1));
    }
}

static void payload3_refuses_an_id_of_65_bytes(void **state)
{
    static const struct dsb_stream_limits limits = {1, 1};
    uint8_t payload[2 + 65 + DSB_PAYLOAD2_MAX] = {0x81, 65};
    struct dsb_device_id id;
    struct dsb_stream_limits read_limits;
    uint16_t recv_max;

    (void)state;
    memset(payload + 2, 'x', 65);
    (void)dsb_payload2_write(payload + 67, 4096, &limits);
    assert_int_equal(dsb_payload3_read(payload, sizeof payload, &id, &recv_max, &read_limits),
                     DSB_PAYLOAD_BAD_ID);
}

/* Behind a recv_max of 128. */
#define STREAMS_CASE(text, expected) CASE("\x82\x02\x00\x80" text, expected)

static void what_is_said_of_streams_has_its_bounds(void **state)
{
    static const struct payload_case cases[] = {
        STREAMS_CASE("\x03\x04\x00\x01\x00\x00\x04\x02\x00\x08", DSB_PAYLOAD_OK),
        STREAMS_CASE("\x83\x04\xff\xff\xff\xff\x84\x02\xff\xff", DSB_PAYLOAD_OK),
        STREAMS_CASE("\x03\x04\x00\x00\x00\x01\x04\x02\x00\x00", DSB_PAYLOAD_OK),
        STREAMS_CASE("\x03\x04\x00\x00\x00\x00\x04\x02\x00\x08", DSB_PAYLOAD_STREAMS),
        STREAMS_CASE("\x03\x04\x00\x01\x00\x00", DSB_PAYLOAD_MALFORMED), /* one alone */
        STREAMS_CASE("\x04\x02\x00\x08", DSB_PAYLOAD_MALFORMED),
        STREAMS_CASE("\x03\x03\x01\x00\x00\x04\x02\x00\x08", DSB_PAYLOAD_STREAMS),
        STREAMS_CASE("\x03\x05\x00\x00\x00\x00\x01\x04\x02\x00\x08", DSB_PAYLOAD_STREAMS),
        STREAMS_CASE("\x03\x04\x00\x01\x00\x00\x04\x01\x08", DSB_PAYLOAD_STREAMS),
        STREAMS_CASE("\x03\x04\x00\x01\x00\x00\x04\x03\x00\x00\x08", DSB_PAYLOAD_STREAMS),
        STREAMS_CASE("\x03\x00\x04\x00", DSB_PAYLOAD_STREAMS),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dsb_stream_limits limits = {0, 0};
        uint16_t recv_max = 0;

        assert_int_equal(
            dsb_payload2_read((const uint8_t *)cases[i].bytes, cases[i].len, &recv_max, &limits),
            cases[i].result);
        assert_true((limits.window != 0) == (cases[i].result == DSB_PAYLOAD_OK));
        assert_true((recv_max != 0) == (cases[i].result == DSB_PAYLOAD_OK));
    }
}

static void payloads_read_back_as_written(void **state)
{
    static const struct dsb_stream_limits limits = {0x12345678, 0x9abc};
    uint8_t payload[DSB_PAYLOAD3_MAX];
    char text[DSB_DEVICE_ID_MAX];
    struct dsb_device_id id, read_id;
    struct dsb_stream_limits read_limits;
    uint16_t recv_max;

    (void)state;
    memset(text, 'q', sizeof text);
    for (size_t len = 1; len <= DSB_DEVICE_ID_MAX; len++) {
        assert_ok(dsb_device_id_set(&id, text, len));
        size_t payload_len =
            dsb_payload3_write(payload, &id, (uint16_t)(DSB_RECV_MAX_MIN + len), &limits);
        assert_int_equal(payload_len, 2 + len + DSB_PAYLOAD2_MAX);
        assert_ok(dsb_payload3_read(payload, payload_len, &read_id, &recv_max, &read_limits));
        assert_true(dsb_device_id_equal(&id, &read_id));
        assert_int_equal(recv_max, DSB_RECV_MAX_MIN + len);
        assert_int_equal(read_limits.window, limits.window);
        assert_int_equal(read_limits.streams_max, limits.streams_max);
    }
}

/* Record */

static void record_bodies_have_their_bounds(void **state)
{
    static const struct {
        unsigned type;
        size_t min, max;
    } bounds[] = {{DSB_RECORD_ACCEPT, 0, 0},
                  {DSB_RECORD_PING, 0, DSB_PING_MAX},
                  {DSB_RECORD_PONG, 0, DSB_PING_MAX},
                  {DSB_RECORD_CLOSE, 0, 0},
                  {DSB_RECORD_OPEN, 6, 69},
                  {DSB_RECORD_OPENED, 8, 8},
                  {DSB_RECORD_BYTES, 5, 200},
                  {DSB_RECORD_CREDIT, 8, 8},
                  {DSB_RECORD_FIN, 4, 4},
                  {DSB_RECORD_RESET, 6, 6}};
    uint8_t plaintext[201] = {0};
    struct dsb_record record;

    (void)state;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        plaintext[0] = (uint8_t)bounds[i].type;
        for (size_t len = 0; len <= 200; len++) {
            bool good = len >= bounds[i].min && len <= bounds[i].max;

            assert_int_equal(dsb_record_parse(&record, plaintext, 1 + len),
                             good ? DSB_RECORD_OK : DSB_RECORD_BAD_BODY);
            if (good) {
                assert_int_equal(record.type, bounds[i].type);
                assert_ptr_equal(record.body, plaintext + 1);
                assert_int_equal(record.body_len, len);
            }
        }
    }
    assert_int_equal(dsb_record_parse(&record, plaintext, 0), DSB_RECORD_EMPTY);
    for (unsigned type = 0; type < 256; type++) {
        plaintext[0] = (uint8_t)type;
        if (type < DSB_RECORD_ACCEPT || type == 2 || type > DSB_RECORD_RESET)
            assert_int_equal(dsb_record_parse(&record, plaintext, 2), DSB_RECORD_BAD_TYPE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_id_takes_exactly_its_characters),
        cmocka_unit_test(device_id_is_labels_with_one_dot_between),
        cmocka_unit_test(device_id_has_1_to_64_bytes),
        cmocka_unit_test(device_ids_are_equal_only_as_a_whole),
        cmocka_unit_test(frame_is_complete_with_its_last_byte),
        cmocka_unit_test(frame_length_is_big_endian_and_bounded),
        cmocka_unit_test(payload2_accepts_and_rejects),
        cmocka_unit_test(payload3_accepts_and_rejects),
        cmocka_unit_test(payload3_refuses_an_id_of_65_bytes),
        cmocka_unit_test(what_is_said_of_streams_has_its_bounds),
        cmocka_unit_test(payloads_read_back_as_written),
        cmocka_unit_test(record_bodies_have_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
