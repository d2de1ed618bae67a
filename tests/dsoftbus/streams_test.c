/* SPDX-License-Identifier: Apache-2.0 */
/* The stream layer for its applications: what each call answers, what passes, and how it ends. */
#include "dsoftbus/streams/ends.h"

#include <string.h>

/* Beginning */

static void what_cannot_be_is_refused_at_init(void **state)
{
    static struct dsb_stream table[1];
    struct dsb_streams_config config = ends_defaults;
    struct dsb_streams_memory memory = {NULL, a.bytes, a.refused};

    (void)state;
    config.window = 0;
    assert_int_equal(begin(&a, &config), DSB_INVALID);
    config = ends_defaults;
    config.peer_window = 0;
    assert_int_equal(begin(&a, &config), DSB_INVALID);
    config = ends_defaults;
    config.send_cap = 0;
    assert_int_equal(begin(&a, &config), DSB_INVALID);
    config = ends_defaults;
    assert_int_equal(dsb_streams_init(&a.streams, &config, &memory), DSB_INVALID);
    memory = (struct dsb_streams_memory){a.table, NULL, a.refused};
    assert_int_equal(dsb_streams_init(&a.streams, &config, &memory), DSB_INVALID);
    memory = (struct dsb_streams_memory){a.table, a.bytes, NULL};
    assert_int_equal(dsb_streams_init(&a.streams, &config, &memory), DSB_INVALID);
    config.streams_max = 0xffff;
    config.own_max = 1;
    memory = (struct dsb_streams_memory){table, a.bytes, a.refused};
    assert_int_equal(dsb_streams_init(&a.streams, &config, &memory), DSB_INVALID);
    config = ends_defaults;
    config.streams_max = 0; /* takes none, and needs no memory for it */
    memory = (struct dsb_streams_memory){a.table, a.bytes, NULL};
    assert_ok(dsb_streams_init(&a.streams, &config, &memory));
    assert_int_equal(RECEIVE(&a, OPEN, "\x00\x00\x00\x02\x01s"), DSB_REASON_STREAM_COUNT);
}

static void open_says_why_not(void **state)
{
    uint32_t id;
    struct dsb_streams_config config = ends_defaults;

    (void)state;
    assert_int_equal(dsb_streams_open(&a.streams, "No", 2, &id), DSB_INVALID);
    assert_int_equal(dsb_streams_open(&a.streams, "", 0, &id), DSB_INVALID);
    config.peer_streams_max = 0;
    assert_ok(begin(&a, &config));
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &id), DSB_WRONG_STATE);
    config.peer_streams_max = 1;
    assert_ok(begin(&a, &config));
    (void)open_at(&a);
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &id), DSB_WOULD_BLOCK);
    config.peer_streams_max = 9;
    assert_ok(begin(&a, &config));
    assert_int_equal(open_at(&a), 1);
    assert_int_equal(open_at(&a), 3);
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &id), DSB_WOULD_BLOCK);
    dsb_streams_end(&a.streams);
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &id), DSB_WRONG_STATE);
}

static void ids_are_never_used_again(void **state)
{
    uint32_t id;

    (void)state;
    a.streams.next_id = UINT32_MAX - 2;
    assert_int_equal(open_at(&a), UINT32_MAX - 2);
    assert_int_equal(open_at(&a), UINT32_MAX);
    assert_ok(dsb_streams_let_go(&a.streams, UINT32_MAX));
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &id), DSB_WRONG_STATE);
    assert_int_equal(open_at(&b), 2);
    assert_int_equal(open_at(&b), 4);
}

static void an_open_that_has_found_no_room_is_told_when_there_is(void **state)
{
    uint32_t id, other;

    (void)state;
    id = open_at(&a);
    (void)open_at(&a);
    assert_int_equal(dsb_streams_open(&a.streams, "s", 1, &other), DSB_WOULD_BLOCK);
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
    assert_ok(dsb_streams_let_go(&a.streams, id));
    assert_event(&a, DSB_STREAM_EVENT_CAN_OPEN, 0);
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
}

/* What passes */

static void bytes_may_follow_an_open_at_once(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    put(&a, id, "hello");
    assert_ok(dsb_streams_finish(&a.streams, id));
    ASSERT_NEXT(&a, OPEN, OPEN_1);
    ASSERT_NEXT(&a, BYTES, "\x00\x00\x00\x01hello");
    ASSERT_NEXT(&a, FIN, "\x00\x00\x00\x01");
    assert_int_equal(next(&a), 0);
}

static void a_stream_goes_both_ways_and_ends(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    put(&a, id, "hello");
    pass(&a, &b);
    struct dsb_stream_event incoming = event(&b);
    assert_int_equal(incoming.type, DSB_STREAM_EVENT_INCOMING);
    assert_int_equal(incoming.service_len, 1);
    assert_memory_equal(incoming.service, "s", 1);
    assert_int_equal(event(&b).type, DSB_STREAM_EVENT_NONE);
    assert_int_equal(read_status(&b, id), DSB_WRONG_STATE); /* not accepted */
    assert_ok(dsb_streams_accept(&b.streams, id));
    assert_event(&b, DSB_STREAM_EVENT_READABLE, id);
    assert_reads(&b, id, "hello");
    assert_int_equal(read_status(&b, id), DSB_WOULD_BLOCK);
    put(&b, id, "world");
    assert_ok(dsb_streams_finish(&b.streams, id));
    assert_ok(dsb_streams_finish(&b.streams, id));
    pass(&b, &a);
    assert_event(&a, DSB_STREAM_EVENT_OPENED, id);
    assert_event(&a, DSB_STREAM_EVENT_READABLE, id);
    assert_reads(&a, id, "world");
    assert_int_equal(read_status(&a, id), DSB_ENDED);
    assert_ok(dsb_streams_finish(&a.streams, id));
    pass(&a, &b);
    assert_event(&b, DSB_STREAM_EVENT_READABLE, id);
    assert_int_equal(read_status(&b, id), DSB_ENDED);
    assert_ok(dsb_streams_let_go(&a.streams, id));
    assert_ok(dsb_streams_let_go(&b.streams, id));
    assert_int_equal(next(&a) + next(&b), 0);
    assert_int_equal(dsb_streams_own_count(&a.streams) + dsb_streams_peer_count(&b.streams), 0);
}

/* Credit is what the application has taken, never what has arrived. */
static void credit_comes_with_reading(void **state)
{
    uint32_t id = make_stream();
    uint8_t bytes[4];
    size_t len;

    (void)state;
    put(&a, id, "12345678");
    pass(&a, &b);
    put(&a, id, "9abcdefg");
    assert_int_equal(next(&a), 0); /* no credit */
    assert_int_equal(next(&b), 0); /* nothing was read */
    assert_ok(dsb_streams_read(&b.streams, id, bytes, 3, &len));
    assert_int_equal(next(&b), 0); /* less than half a window */
    assert_ok(dsb_streams_read(&b.streams, id, bytes, 1, &len));
    ASSERT_NEXT(&b, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x04");
    assert_int_equal(next(&b), 0);
    assert_ok(RECEIVE(&a, CREDIT, "\x00\x00\x00\x01\x00\x00\x00\x04"));
    ASSERT_NEXT(&a, BYTES,
                "\x00\x00\x00\x01"
                "9abc"); /* not one more */
    assert_int_equal(next(&a), 0);
}

static void opened_brings_the_credit_of_what_was_read_before(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    put(&a, id, "12");
    pass(&a, &b);
    (void)event(&b);
    assert_ok(dsb_streams_accept(&b.streams, id));
    assert_reads(&b, id, "12");
    ASSERT_NEXT(&b, OPENED, "\x00\x00\x00\x01\x00\x00\x00\x02");
}

static void a_short_write_is_told_when_there_is_room(void **state)
{
    uint32_t id = make_stream();
    size_t len;

    (void)state;
    assert_ok(write_at(&a, id, "123456789", &len));
    assert_int_equal(len, 8);
    assert_int_equal(write_at(&a, id, "9", &len), DSB_WOULD_BLOCK);
    assert_int_equal(len, 0);
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
    pass(&a, &b);
    assert_event(&a, DSB_STREAM_EVENT_WRITABLE, id);
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
}

static void the_peers_end_is_seen_before_its_bytes_are_read(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    put(&a, id, "abcd");
    pass(&a, &b);
    assert_false(dsb_streams_is_finished(&b.streams, id));
    assert_ok(dsb_streams_finish(&a.streams, id));
    pass(&a, &b);
    assert_true(dsb_streams_is_finished(&b.streams, id));
    assert_int_equal(dsb_streams_unread(&b.streams, id), 4);
    assert_false(dsb_streams_is_finished(&b.streams, id + 99));
}

static void bytes_pass_in_place(void **state)
{
    uint32_t id = make_stream();
    uint8_t *room;
    const uint8_t *front;
    size_t len;

    (void)state;
    assert_ok(dsb_streams_room(&a.streams, id, &room, &len));
    assert_int_equal(len, 8);
    memcpy(room, "12345678", 8);
    assert_int_equal(dsb_streams_wrote(&a.streams, id, 9), DSB_INVALID);
    assert_ok(dsb_streams_wrote(&a.streams, id, 8));
    assert_int_equal(dsb_streams_unsent(&a.streams, id), 8);
    assert_int_equal(dsb_streams_room(&a.streams, id, &room, &len), DSB_WOULD_BLOCK);
    pass(&a, &b);
    assert_ok(dsb_streams_front(&b.streams, id, &front, &len));
    assert_int_equal(len, 8);
    assert_memory_equal(front, "12345678", 8);
    assert_int_equal(dsb_streams_took(&b.streams, id, 9), DSB_INVALID);
    assert_ok(dsb_streams_took(&b.streams, id, 6));
    assert_int_equal(dsb_streams_unread(&b.streams, id), 2);
    pass(&b, &a); /* CREDIT */
    put(&a, id, "abcd");
    pass(&a, &b);
    assert_reads(&b, id, "78abcd"); /* across the ring's end */
}

/* Nothing may be done with a stream that is not accepted, was reset here, or is nobody's. */
static void a_stream_that_is_not_open_takes_no_call(void **state)
{
    uint32_t id = open_at(&a);
    static const uint32_t nobodys[] = {0, 2, 77};
    uint8_t *room;
    const uint8_t *front;
    size_t len;

    (void)state;
    pass(&a, &b);
    assert_event(&b, DSB_STREAM_EVENT_INCOMING, id);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(write_at(&b, id, "x", &len), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_room(&b.streams, id, &room, &len), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_wrote(&b.streams, id, 1), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_front(&b.streams, id, &front, &len), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_took(&b.streams, id, 1), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_finish(&b.streams, id), DSB_WRONG_STATE);
        if (i == 0)
            assert_ok(dsb_streams_reset(&b.streams, id, DSB_RESET_GONE));
    }
    for (size_t i = 0; i < sizeof nobodys / sizeof nobodys[0]; i++) {
        assert_int_equal(write_at(&b, nobodys[i], "x", &len), DSB_WRONG_STATE);
        assert_int_equal(read_status(&b, nobodys[i]), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_accept(&b.streams, nobodys[i]), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_reset(&b.streams, nobodys[i], DSB_RESET_GONE),
                         DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_let_go(&b.streams, nobodys[i]), DSB_WRONG_STATE);
        assert_int_equal(dsb_streams_unread(&b.streams, nobodys[i]), 0);
        assert_int_equal(dsb_streams_unsent(&b.streams, nobodys[i]), 0);
    }
    put(&a, id, "x");
    assert_int_equal(write_at(&a, id, "", &len), DSB_INVALID);
    assert_ok(dsb_streams_finish(&a.streams, id));
    assert_int_equal(write_at(&a, id, "x", &len), DSB_WRONG_STATE);
}

static void records_are_cut_to_the_room_and_wait_for_it(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    put(&a, id, "12345");
    assert_int_equal(dsb_streams_next_record(&a.streams, &a.type, a.body, 5), 0); /* OPEN waits */
    assert_true(dsb_streams_wants_output(&a.streams));
    ASSERT_NEXT(&a, OPEN, OPEN_1);
    assert_int_equal(dsb_streams_next_record(&a.streams, &a.type, a.body, 4), 0);
    assert_int_equal(dsb_streams_next_record(&a.streams, &a.type, a.body, 6), 6);
    assert_memory_equal(a.body,
                        "\x00\x00\x00\x01"
                        "12",
                        6);
    ASSERT_NEXT(&a, BYTES,
                "\x00\x00\x00\x01"
                "345");
    assert_ok(dsb_streams_finish(&a.streams, id));
    assert_int_equal(dsb_streams_next_record(&a.streams, &a.type, a.body, 3), 0);
    ASSERT_NEXT(&a, FIN, "\x00\x00\x00\x01");
    assert_false(dsb_streams_wants_output(&a.streams));
}

static void streams_take_turns(void **state)
{
    uint32_t first = make_stream(), second = make_stream();
    size_t room = DSB_STREAM_ID_LEN + 2;

    (void)state;
    put(&a, first, "1111");
    put(&a, second, "2222");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(dsb_streams_next_record(&a.streams, &a.type, a.body, room), room);
        assert_int_equal(a.body[4], i % 2 == 0 ? '1' : '2');
    }
}

static void a_stream_that_nobody_reads_holds_up_no_other(void **state)
{
    uint32_t stalled = make_stream(), other = make_stream();
    size_t len;

    (void)state;
    put(&a, stalled, "12345678");
    pass(&a, &b);
    (void)write_at(&a, stalled, "12345678", &len);
    for (int i = 0; i < 100; i++) {
        put(&a, other, "abcd");
        pass(&a, &b);
        assert_reads(&b, other, "abcd");
        pass(&b, &a);
    }
    assert_int_equal(dsb_streams_unread(&b.streams, stalled), 8);
}

/* Ends */

static void a_reset_drops_what_was_not_sent(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    put(&a, id, "lost");
    assert_int_equal(dsb_streams_reset(&a.streams, id, DSB_RESET_NONE), DSB_INVALID);
    assert_ok(dsb_streams_reset(&a.streams, id, DSB_RESET_PROTOCOL));
    assert_int_equal(dsb_streams_reset(&a.streams, id, DSB_RESET_PROTOCOL), DSB_WRONG_STATE);
    assert_int_equal(read_status(&a, id), DSB_WRONG_STATE);
    ASSERT_NEXT(&a, RESET, "\x00\x00\x00\x01\x00\x06");
    assert_int_equal(next(&a), 0);
}

static void an_end_without_fin_is_an_error(void **state)
{
    uint32_t id = make_stream();
    size_t len;

    (void)state;
    put(&a, id, "part");
    pass(&a, &b);
    assert_ok(dsb_streams_reset(&a.streams, id, DSB_RESET_CANCELLED));
    pass(&a, &b);
    assert_event(&b, DSB_STREAM_EVENT_READABLE, id);
    struct dsb_stream_event reset = event(&b);
    assert_int_equal(reset.type, DSB_STREAM_EVENT_RESET);
    assert_int_equal(reset.code, DSB_RESET_CANCELLED);
    assert_reads(&b, id, "part");
    assert_int_equal(read_status(&b, id), DSB_WAS_RESET);
    assert_int_equal(write_at(&b, id, "x", &len), DSB_WAS_RESET);
    assert_int_equal(dsb_streams_finish(&b.streams, id), DSB_WAS_RESET);
    assert_int_equal(dsb_streams_reset(&b.streams, id, DSB_RESET_GONE), DSB_WAS_RESET);
    assert_ok(dsb_streams_let_go(&b.streams, id));
    assert_int_equal(next(&b), 0); /* a RESET is not answered */
}

static void what_was_finished_stays_whole_after_a_reset(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    put(&a, id, "whole");
    assert_ok(dsb_streams_finish(&a.streams, id));
    assert_ok(dsb_streams_let_go(&a.streams, id)); /* does not wait for b's answer */
    ASSERT_NEXT(&a, BYTES, "\x00\x00\x00\x01whole");
    ASSERT_NEXT(&a, FIN, "\x00\x00\x00\x01");
    ASSERT_NEXT(&a, RESET, "\x00\x00\x00\x01\x00\x05");
    assert_int_equal(dsb_streams_own_count(&a.streams), 0);
    assert_ok(RECEIVE(&b, BYTES, "\x00\x00\x00\x01whole"));
    assert_ok(RECEIVE(&b, FIN, "\x00\x00\x00\x01"));
    assert_ok(RECEIVE(&b, RESET, "\x00\x00\x00\x01\x00\x05"));
    assert_reads(&b, id, "whole");
    assert_int_equal(read_status(&b, id), DSB_ENDED);
}

/* Written, finished, let go, and not waited for: it is whole, and can still be taken. */
static void what_was_said_and_left_still_arrives(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) { /* b's application hears of it before the RESET, or after it */
        uint32_t id = open_at(&a);

        put(&a, id, "whole");
        assert_ok(dsb_streams_finish(&a.streams, id));
        if (i == 0) {
            pass(&a, &b);
            assert_event(&b, DSB_STREAM_EVENT_INCOMING, id);
        }
        assert_ok(dsb_streams_let_go(&a.streams, id));
        pass(&a, &b);
        assert_int_equal(dsb_streams_own_count(&a.streams), 0);
        if (i == 1)
            assert_event(&b, DSB_STREAM_EVENT_INCOMING, id);
        assert_event(&b, DSB_STREAM_EVENT_RESET, id);
        assert_ok(dsb_streams_accept(&b.streams, id));
        assert_int_equal(dsb_streams_accept(&b.streams, id), DSB_WRONG_STATE);
        assert_event(&b, DSB_STREAM_EVENT_READABLE, id);
        assert_reads(&b, id, "whole");
        assert_int_equal(read_status(&b, id), DSB_ENDED);
        assert_int_equal(dsb_streams_finish(&b.streams, id), DSB_WAS_RESET);
        assert_ok(dsb_streams_let_go(&b.streams, id));
        assert_int_equal(dsb_streams_peer_count(&b.streams), 0);
        assert_int_equal(next(&b), 0);
    }
}

static void both_reset_at_once(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    assert_ok(dsb_streams_reset(&a.streams, id, DSB_RESET_CANCELLED));
    assert_ok(dsb_streams_reset(&b.streams, id, DSB_RESET_GONE));
    assert_int_equal(next(&a), DSB_RECORD_RESET);
    assert_ok(RECEIVE(&b, RESET, "\x00\x00\x00\x01\x00\x04"));
    assert_int_equal(next(&b), 0); /* not said any more */
    assert_ok(RECEIVE(&a, RESET, "\x00\x00\x00\x01\x00\x05"));
    assert_int_equal(event(&a).type, DSB_STREAM_EVENT_NONE);
    assert_int_equal(event(&b).type, DSB_STREAM_EVENT_NONE);
    assert_ok(dsb_streams_let_go(&a.streams, id));
    assert_ok(dsb_streams_let_go(&b.streams, id));
    assert_int_equal(dsb_streams_own_count(&a.streams) + dsb_streams_peer_count(&b.streams), 0);
}

/* Also while both applications are gone and have bytes left: each takes what the other still says.
 */
static void both_let_go_with_full_buffers(void **state)
{
    uint32_t id = make_stream();

    (void)state;
    for (int i = 0; i < 2; i++) {
        put(&a, id, "12345678");
        put(&b, id, "12345678");
        if (i == 0) {
            pass(&a, &b);
            pass(&b, &a);
        }
    }
    assert_ok(dsb_streams_finish(&a.streams, id));
    assert_ok(dsb_streams_finish(&b.streams, id));
    assert_ok(dsb_streams_let_go(&a.streams, id));
    assert_ok(dsb_streams_let_go(&b.streams, id));
    for (int i = 0; i < 4; i++) {
        pass(&a, &b);
        pass(&b, &a);
    }
    assert_int_equal(dsb_streams_own_count(&a.streams) + dsb_streams_peer_count(&b.streams), 0);
}

static void an_open_that_was_let_go_before_it_left_is_never_said(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    assert_ok(dsb_streams_let_go(&a.streams, id));
    assert_int_equal(next(&a), 0);
    assert_int_equal(dsb_streams_own_count(&a.streams), 0);
    id = open_at(&a);
    assert_ok(dsb_streams_reset(&a.streams, id, DSB_RESET_GONE));
    assert_int_equal(next(&a), 0);
    assert_int_equal(dsb_streams_own_count(&a.streams), 1); /* not let go */
}

static void refused_for_its_reason(void **state)
{
    uint32_t id = open_at(&a);

    (void)state;
    pass(&a, &b);
    assert_int_equal(dsb_streams_accept(&b.streams, id), DSB_WRONG_STATE); /* nobody knows of it */
    assert_event(&b, DSB_STREAM_EVENT_INCOMING, id);
    assert_int_equal(dsb_streams_refuse(&b.streams, id, DSB_RESET_NONE), DSB_INVALID);
    assert_ok(dsb_streams_refuse(&b.streams, id, DSB_RESET_NOT_ALLOWED));
    assert_int_equal(dsb_streams_refuse(&b.streams, id, DSB_RESET_NOT_ALLOWED), DSB_WRONG_STATE);
    pass(&b, &a);
    assert_int_equal(dsb_streams_peer_count(&b.streams), 0);
    struct dsb_stream_event reset = event(&a);
    assert_int_equal(reset.type, DSB_STREAM_EVENT_RESET);
    assert_int_equal(reset.code, DSB_RESET_NOT_ALLOWED);
}

static void the_sessions_end_resets_what_is_not_ended(void **state)
{
    uint32_t done = make_stream(), open = make_stream();

    (void)state;
    put(&a, open, "part");
    put(&a, done, "whole");
    assert_ok(dsb_streams_finish(&a.streams, done));
    assert_ok(dsb_streams_finish(&b.streams, done));
    pass(&a, &b);
    pass(&b, &a);
    dsb_streams_end(&b.streams);
    put(&a, open, "more");
    assert_int_equal(next(&a), DSB_RECORD_BYTES);
    assert_ok(dsb_streams_receive(&b.streams, a.type, a.body, a.body_len)); /* dropped */
    assert_reads(&b, done, "whole");
    assert_int_equal(read_status(&b, done), DSB_ENDED);
    assert_reads(&b, open, "part");
    assert_int_equal(read_status(&b, open), DSB_WAS_RESET);
    assert_false(dsb_streams_wants_output(&b.streams));
    assert_int_equal(next(&b), 0);
    assert_ok(dsb_streams_let_go(&b.streams, done));
    assert_ok(dsb_streams_let_go(&b.streams, open));
    assert_int_equal(dsb_streams_peer_count(&b.streams), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_cannot_be_is_refused_at_init, ends_start),
        cmocka_unit_test_setup(open_says_why_not, ends_start),
        cmocka_unit_test_setup(ids_are_never_used_again, ends_start),
        cmocka_unit_test_setup(an_open_that_has_found_no_room_is_told_when_there_is, ends_start),
        cmocka_unit_test_setup(bytes_may_follow_an_open_at_once, ends_start),
        cmocka_unit_test_setup(a_stream_goes_both_ways_and_ends, ends_start),
        cmocka_unit_test_setup(credit_comes_with_reading, ends_start),
        cmocka_unit_test_setup(opened_brings_the_credit_of_what_was_read_before, ends_start),
        cmocka_unit_test_setup(a_short_write_is_told_when_there_is_room, ends_start),
        cmocka_unit_test_setup(bytes_pass_in_place, ends_start),
        cmocka_unit_test_setup(the_peers_end_is_seen_before_its_bytes_are_read, ends_start),
        cmocka_unit_test_setup(a_stream_that_is_not_open_takes_no_call, ends_start),
        cmocka_unit_test_setup(records_are_cut_to_the_room_and_wait_for_it, ends_start),
        cmocka_unit_test_setup(streams_take_turns, ends_start),
        cmocka_unit_test_setup(a_stream_that_nobody_reads_holds_up_no_other, ends_start),
        cmocka_unit_test_setup(a_reset_drops_what_was_not_sent, ends_start),
        cmocka_unit_test_setup(an_end_without_fin_is_an_error, ends_start),
        cmocka_unit_test_setup(what_was_finished_stays_whole_after_a_reset, ends_start),
        cmocka_unit_test_setup(what_was_said_and_left_still_arrives, ends_start),
        cmocka_unit_test_setup(both_reset_at_once, ends_start),
        cmocka_unit_test_setup(both_let_go_with_full_buffers, ends_start),
        cmocka_unit_test_setup(an_open_that_was_let_go_before_it_left_is_never_said, ends_start),
        cmocka_unit_test_setup(refused_for_its_reason, ends_start),
        cmocka_unit_test_setup(the_sessions_end_resets_what_is_not_ended, ends_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
