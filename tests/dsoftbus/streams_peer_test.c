/* SPDX-License-Identifier: Apache-2.0 */
/* The stream layer against its peer: what it counts and bounds, what it drops, what ends the
 * session. */
#include "dsoftbus/streams/ends.h"

/* Bounds */

static void a_stream_counts_until_it_is_let_go(void **state)
{
    uint32_t first = make_stream(), second = make_stream();

    (void)state;
    assert_ok(dsb_streams_let_go(&a.streams, first));
    assert_ok(dsb_streams_let_go(&a.streams, second));
    pass(&a, &b); /* both RESET: gone for a, but not for b's application */
    uint32_t third = open_at(&a);
    pass(&a, &b);
    ASSERT_NEXT(&b, RESET, "\x00\x00\x00\x05\x00\x03"); /* busy */
    assert_ok(dsb_streams_let_go(&b.streams, first));
    uint32_t fourth = open_at(&a);
    pass(&a, &b);
    while (event(&b).type != DSB_STREAM_EVENT_NONE) {
    }
    assert_ok(dsb_streams_accept(&b.streams, fourth));
    assert_int_equal(dsb_streams_accept(&b.streams, third), DSB_WRONG_STATE);
}

/* What nobody heard of takes no room once it is reset, and is not told. */
static void opening_and_resetting_in_a_loop_gains_nothing(void **state)
{
    char open[] = OPEN_1, reset[] = "\x00\x00\x00\x01\x00\x04";

    (void)state;
    for (int i = 1; i < 256; i += 2) {
        open[3] = reset[3] = (char)i;
        assert_ok(RECEIVE(&b, OPEN, open));
        assert_ok(receive(&b, DSB_RECORD_RESET, reset, 6));
    }
    assert_int_equal(dsb_streams_peer_count(&b.streams), 0);
    assert_int_equal(event(&b).type, DSB_STREAM_EVENT_NONE);
    assert_int_equal(next(&b), 0);
}

static void refusals_are_bounded_by_what_was_announced(void **state)
{
    char open[] = OPEN_1;

    (void)state;
    for (int i = 0; i < 2 * STREAMS; i++) { /* two have room, two are owed a RESET */
        assert_ok(RECEIVE(&b, OPEN, open));
        open[3] += 2;
    }
    assert_int_equal(RECEIVE(&b, OPEN, open), DSB_REASON_STREAM_COUNT);
    assert_ok(RECEIVE(&b, RESET, "\x00\x00\x00\x05\x00\x04")); /* given up by the peer itself */
    assert_ok(RECEIVE(&b, OPEN, open));
    assert_ok(RECEIVE(&b, BYTES, "\x00\x00\x00\x05late"));
    ASSERT_NEXT(&b, RESET, "\x00\x00\x00\x09\x00\x03");
    ASSERT_NEXT(&b, RESET, "\x00\x00\x00\x07\x00\x03");
    assert_int_equal(next(&b), 0);
}

/* What a peer must not do */

static void ids_that_the_peer_cannot_give(void **state)
{
    (void)state;
    assert_int_equal(RECEIVE(&b, OPEN, "\x00\x00\x00\x00\x01s"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, OPEN, "\x00\x00\x00\x02\x01s"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&a, OPEN, OPEN_1), DSB_REASON_STREAM_ID);
    assert_ok(RECEIVE(&b, OPEN, OPEN_3));
    assert_int_equal(RECEIVE(&b, OPEN, OPEN_3), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, OPEN, OPEN_1), DSB_REASON_STREAM_ID);
    assert_ok(RECEIVE(&b, OPEN, "\xff\xff\xff\xff\x01s"));
}

static void records_for_streams_that_never_were(void **state)
{
    (void)state;
    assert_int_equal(RECEIVE(&b, FIN, "\x00\x00\x00\x00"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, FIN, "\x00\x00\x00\x01"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, BYTES, "\x00\x00\x00\x02x"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, RESET, "\x00\x00\x00\x02\x00\x01"), DSB_REASON_STREAM_ID);
    (void)open_at(&b); /* not sealed: the peer cannot know of it */
    assert_int_equal(RECEIVE(&b, OPENED, "\x00\x00\x00\x02\x00\x00\x00\x01"), DSB_REASON_STREAM_ID);
    assert_int_equal(RECEIVE(&b, FIN, "\x00\x00\x00\x04"), DSB_REASON_STREAM_ID);
}

static void records_for_streams_that_are_over_are_dropped(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    assert_ok(dsb_streams_let_go(&b.streams, id));
    assert_int_equal(next(&b), DSB_RECORD_RESET);
    assert_ok(RECEIVE(&b, BYTES, "\x00\x00\x00\x01 on the way"));
    assert_ok(RECEIVE(&b, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x01"));
    assert_ok(RECEIVE(&b, FIN, "\x00\x00\x00\x01"));
    assert_ok(RECEIVE(&b, RESET, "\x00\x00\x00\x01\x00\x01"));
    assert_int_equal(event(&b).type, DSB_STREAM_EVENT_NONE);
}

static void before_its_opened_a_stream_gives_nothing(void **state)
{
    (void)state;
    (void)open_at(&a);
    assert_int_equal(next(&a), DSB_RECORD_OPEN);
    assert_int_equal(RECEIVE(&a, BYTES, "\x00\x00\x00\x01x"), DSB_REASON_STREAM_STATE);
    assert_int_equal(RECEIVE(&a, FIN, "\x00\x00\x00\x01"), DSB_REASON_STREAM_STATE);
    assert_int_equal(RECEIVE(&a, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x01"),
                     DSB_REASON_STREAM_STATE);
    assert_ok(RECEIVE(&a, OPENED, "\x00\x00\x00\x01\x00\x00\x00\x00"));
    assert_int_equal(RECEIVE(&a, OPENED, "\x00\x00\x00\x01\x00\x00\x00\x00"),
                     DSB_REASON_STREAM_STATE);
}

static void only_the_other_side_says_opened(void **state)
{
    (void)state;
    assert_ok(RECEIVE(&b, OPEN, OPEN_1));
    assert_int_equal(RECEIVE(&b, OPENED, "\x00\x00\x00\x01\x00\x00\x00\x00"),
                     DSB_REASON_STREAM_STATE);
}

static void nothing_follows_a_fin(void **state)
{
    (void)state;
    assert_ok(RECEIVE(&b, OPEN, OPEN_1));
    assert_ok(RECEIVE(&b, FIN, "\x00\x00\x00\x01"));
    assert_int_equal(RECEIVE(&b, BYTES, "\x00\x00\x00\x01x"), DSB_REASON_STREAM_STATE);
    assert_int_equal(RECEIVE(&b, FIN, "\x00\x00\x00\x01"), DSB_REASON_STREAM_STATE);
    assert_ok(RECEIVE(&b, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x01")); /* the other direction */
}

static void bytes_beyond_the_credit(void **state)
{
    (void)state;
    assert_ok(RECEIVE(&b, OPEN, OPEN_1));
    assert_int_equal(RECEIVE(&b, BYTES,
                             "\x00\x00\x00\x01"
                             "123456789"),
                     DSB_REASON_STREAM_CREDIT);
    assert_ok(RECEIVE(&b, BYTES,
                      "\x00\x00\x00\x01"
                      "12345678"));
    assert_int_equal(RECEIVE(&b, BYTES,
                             "\x00\x00\x00\x01"
                             "9"),
                     DSB_REASON_STREAM_CREDIT);
}

static void credit_that_overflows(void **state)
{
    (void)state;
    assert_ok(RECEIVE(&b, OPEN, OPEN_1));
    assert_int_equal(RECEIVE(&b, CREDIT, "\x00\x00\x00\x01\xff\xff\xff\xf8"),
                     DSB_REASON_STREAM_CREDIT);
    assert_ok(RECEIVE(&b, CREDIT, "\x00\x00\x00\x01\xff\xff\xff\xf7"));
    assert_int_equal(RECEIVE(&b, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x01"),
                     DSB_REASON_STREAM_CREDIT);
    (void)open_at(&a);
    (void)next(&a);
    assert_int_equal(RECEIVE(&a, OPENED, "\x00\x00\x00\x01\xff\xff\xff\xf8"),
                     DSB_REASON_STREAM_CREDIT);
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
}

static void what_is_no_stream_record(void **state)
{
    (void)state;
    assert_int_equal(receive(&b, DSB_RECORD_PING, "x", 1), DSB_REASON_RECORD_TYPE);
    assert_int_equal(RECEIVE(&b, FIN, "\x00"), DSB_REASON_RECORD_BODY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_stream_counts_until_it_is_let_go, ends_start),
        cmocka_unit_test_setup(opening_and_resetting_in_a_loop_gains_nothing, ends_start),
        cmocka_unit_test_setup(refusals_are_bounded_by_what_was_announced, ends_start),
        cmocka_unit_test_setup(ids_that_the_peer_cannot_give, ends_start),
        cmocka_unit_test_setup(records_for_streams_that_never_were, ends_start),
        cmocka_unit_test_setup(records_for_streams_that_are_over_are_dropped, ends_start),
        cmocka_unit_test_setup(before_its_opened_a_stream_gives_nothing, ends_start),
        cmocka_unit_test_setup(only_the_other_side_says_opened, ends_start),
        cmocka_unit_test_setup(nothing_follows_a_fin, ends_start),
        cmocka_unit_test_setup(bytes_beyond_the_credit, ends_start),
        cmocka_unit_test_setup(credit_that_overflows, ends_start),
        cmocka_unit_test_setup(what_is_no_stream_record, ends_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
