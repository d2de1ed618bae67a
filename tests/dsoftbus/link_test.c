/* SPDX-License-Identifier: Apache-2.0 */
/* Two links joined in memory: what each call does at its limits, with lent buffers, and when
 * something fails. */
#include "dsoftbus/link.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define IN_LEN    (2 + PEER_RECV_MAX)
#define ALL       ((size_t)-1)
#define BODY_MAX  (PEER_RECV_MAX - DSB_RECORD_OVERHEAD)
#define EMPTY_LEN (DSB_FRAME_HEADER_LEN + DSB_RECORD_OVERHEAD) /* a record without a body */
#define ID_LEN    ((size_t)4)
#define BYTES_LEN (EMPTY_LEN + ID_LEN) /* one of BYTES, without the bytes */
#define SHORT     ((const uint8_t *)STREAM1 "x"), 5

struct side {
    struct dsb_link link;
    uint8_t in[IN_LEN], out[IN_LEN];
};

static struct pair pair;
static struct side a, b;
static uint64_t now_ms;

static enum dsb_reason dial(const struct dsb_link_buffers *buffers)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    return dsb_link_connect(&a.link, &pair.a_peer.local, &pair.b_peer.identity.id, ephemeral,
                            buffers, now_ms);
}

static enum dsb_reason take(const struct dsb_link_buffers *buffers)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    return dsb_link_accept(&b.link, &pair.b_peer.local, ephemeral, buffers, now_ms);
}

static void start(void)
{
    struct dsb_link_buffers at_a = {a.in, sizeof a.in, a.out, sizeof a.out};
    struct dsb_link_buffers at_b = {b.in, sizeof b.in, b.out, sizeof b.out};

    now_ms = 0;
    pair_start(&pair);
    assert_ok(dial(&at_a));
    assert_ok(take(&at_b));
}

/* Bytes that the stream brings to one side; returns how many it had room for. */
static size_t put(struct side *to, const uint8_t *bytes, size_t len)
{
    size_t room;
    uint8_t *at = dsb_link_room(&to->link, &room);

    len = len < room ? len : room;
    if (len != 0)
        memcpy(at, bytes, len);
    dsb_link_received(&to->link, len);
    return len;
}

static size_t move(struct side *from, struct side *to, size_t max)
{
    size_t len;
    const uint8_t *bytes = dsb_link_pending(&from->link, now_ms, &len);

    len = put(to, bytes, len < max ? len : max);
    dsb_link_sent(&from->link, len, now_ms);
    return len;
}

static struct dsb_link_event next(struct side *side)
{
    struct dsb_link_event event = dsb_link_next_event(&side->link, now_ms);

    if (event.type == DSB_LINK_EVENT_AUTHENTICATED)
        assert_ok(dsb_link_open(&side->link, now_ms));
    return event;
}

static void expect(struct side *side, enum dsb_link_event_type type)
{
    assert_int_equal(next(side).type, type);
}

static void expect_failed(struct side *side, enum dsb_reason reason)
{
    size_t len;

    expect(side, DSB_LINK_EVENT_FAILED);
    expect(side, DSB_LINK_EVENT_FAILED);
    assert_int_equal(side->link.state, DSB_LINK_FAILED);
    assert_int_equal(dsb_link_reason(&side->link), reason);
    assert_null(dsb_link_pending(&side->link, now_ms, &len));
    assert_int_equal(len, 0);
    assert_null(dsb_link_room(&side->link, &len));
    assert_int_equal(len, 0);
    assert_true(dsb_link_deadline(&side->link) == DSB_NO_DEADLINE);
}

static void authenticate(size_t piece)
{
    start();
    for (unsigned i = 0;
         i < 2000 && (a.link.state != DSB_LINK_OPEN || b.link.state != DSB_LINK_OPEN); i++) {
        (void)next(&a);
        (void)move(&a, &b, piece);
        (void)next(&b);
        (void)move(&b, &a, piece);
    }
    assert_int_equal(a.link.state, DSB_LINK_OPEN);
    assert_int_equal(b.link.state, DSB_LINK_OPEN);
}

/* Moves from one side to the other until that one has an event. */
static struct dsb_link_event await(struct side *from, struct side *to, size_t piece)
{
    for (;;) {
        struct dsb_link_event event = next(to);
        if (event.type != DSB_LINK_EVENT_NONE || move(from, to, piece) == 0)
            return event;
    }
}

static void expect_after(struct side *from, struct side *to, enum dsb_link_event_type type)
{
    assert_int_equal(await(from, to, ALL).type, type);
}

/* Bytes of the stream 1, of which no stream layer knows here; body is where there is no other. */
static size_t make_body(uint8_t *body, const char *text)
{
    memcpy(body, STREAM1, ID_LEN);
    memcpy(body + ID_LEN, text, strlen(text));
    return ID_LEN + strlen(text);
}

static enum dsb_status send_at(struct side *side, const uint8_t *body, size_t body_len)
{
    return dsb_link_send_stream(&side->link, DSB_RECORD_BYTES, body, body_len, now_ms);
}

static void say(struct side *side, const char *text)
{
    uint8_t body[64];
    size_t len = make_body(body, text);

    assert_ok(send_at(side, body, len));
}

static void expect_text(struct dsb_link_event event, const char *text)
{
    assert_int_equal(event.type, DSB_LINK_EVENT_STREAM);
    assert_int_equal(event.body_len, ID_LEN + strlen(text));
    assert_memory_equal(event.body + ID_LEN, text, strlen(text));
}

static void end_and_abort_have_their_reasons(void **state)
{
    (void)state;
    authenticate(ALL);
    dsb_link_end_of_stream(&a.link);
    expect_failed(&a, DSB_REASON_SESSION_TRUNCATED);
    say(&b, "never leaves");
    dsb_link_abort(&b.link, DSB_REASON_LOCAL_REVOKED);
    expect_failed(&b, DSB_REASON_LOCAL_REVOKED);
    dsb_link_abort(&b.link, DSB_REASON_LOCAL_ABORTED);
    expect_failed(&b, DSB_REASON_LOCAL_REVOKED);

    start();
    dsb_link_end_of_stream(&a.link);
    expect_failed(&a, DSB_REASON_MSG2_TRUNCATED);
    dsb_link_abort(&b.link, DSB_REASON_LOCAL_DROPPED);
    expect_failed(&b, DSB_REASON_LOCAL_DROPPED);
}

/* A full `out` with a PONG owed still takes what comes; the PONG leaves when there is room. */
static void writing_never_blocks_reading(void **state)
{
    static const uint8_t big[BODY_MAX];

    (void)state;
    authenticate(ALL);
    assert_ok(send_at(&b, big, sizeof big));
    assert_int_equal(send_at(&b, big, 5), DSB_WOULD_BLOCK);
    assert_ok(dsb_link_ping(&a.link, NULL, 0));
    expect_after(&a, &b, DSB_LINK_EVENT_NONE);
    assert_ok(send_at(&a, big, 9));
    expect_after(&a, &b, DSB_LINK_EVENT_STREAM);
    expect_after(&b, &a, DSB_LINK_EVENT_STREAM);
    expect_after(&b, &a, DSB_LINK_EVENT_PONG);
}

/* Data without end does not keep back what the session itself owes. */
static void own_records_go_before_data(void **state)
{
    size_t room;

    (void)state;
    authenticate(ALL);
    assert_ok(dsb_link_ping(&a.link, (const uint8_t *)"token", 5));
    expect_after(&a, &b, DSB_LINK_EVENT_NONE);
    say(&b, "behind the PONG");
    expect_after(&b, &a, DSB_LINK_EVENT_PONG);
    expect_text(next(&a), "behind the PONG");

    assert_ok(dsb_link_ping(&a.link, (const uint8_t *)"token", 5));
    expect_after(&a, &b, DSB_LINK_EVENT_NONE);
    uint8_t *tail = dsb_link_tail(&b.link, now_ms, &room);
    assert_ptr_equal(tail, b.out + EMPTY_LEN + 5 + DSB_BODY_HEADROOM);
    assert_int_equal(room, IN_LEN - EMPTY_LEN - 5 - EMPTY_LEN);
    expect_after(&b, &a, DSB_LINK_EVENT_PONG);
}

static void a_handshake_has_its_time(void **state)
{
    (void)state;
    start();
    assert_int_equal(dsb_link_deadline(&b.link), DSB_HANDSHAKE_DEADLINE_MS);
    now_ms = DSB_HANDSHAKE_DEADLINE_MS - 1;
    expect(&b, DSB_LINK_EVENT_NONE);
    now_ms++;
    expect_failed(&b, DSB_REASON_MSG1_DEADLINE);
}

static void a_silent_peer_is_asked_and_then_dead(void **state)
{
    (void)state;
    authenticate(ALL);
    assert_int_equal(dsb_link_deadline(&a.link), DSB_PING_AFTER_MS);
    now_ms = DSB_PING_AFTER_MS;
    expect(&a, DSB_LINK_EVENT_NONE);
    assert_int_equal(move(&a, &b, ALL), EMPTY_LEN); /* its own PING, which nobody is told of */
    expect(&b, DSB_LINK_EVENT_NONE);
    assert_int_equal(move(&b, &a, ALL), EMPTY_LEN);
    expect(&a, DSB_LINK_EVENT_NONE);
    assert_int_equal(dsb_link_deadline(&a.link), 2 * DSB_PING_AFTER_MS);
    now_ms = DSB_PING_AFTER_MS + DSB_DEAD_AFTER_MS - 1;
    expect(&a, DSB_LINK_EVENT_NONE);
    now_ms++;
    expect_failed(&a, DSB_REASON_SESSION_SILENT);
}

static void what_arrived_counts_before_the_time(void **state)
{
    (void)state;
    authenticate(ALL);
    say(&a, "late");
    (void)move(&a, &b, ALL);
    now_ms = DSB_DEAD_AFTER_MS;
    expect_text(next(&b), "late");
    expect(&b, DSB_LINK_EVENT_NONE);
}

static void a_paused_link_keeps_what_came(void **state)
{
    (void)state;
    authenticate(ALL);
    dsb_link_pause(&b.link, true, now_ms);
    for (unsigned i = 0; i < 2 * IN_LEN / (BYTES_LEN + 3) - 1; i++) {
        say(&a, "one");
        (void)move(&a, &b, ALL);
        expect(&b, DSB_LINK_EVENT_NONE);
    }
    assert_int_equal(move(&a, &b, ALL), 0); /* no room, and the rest waits at its sender */
    dsb_link_end_of_stream(&b.link);
    now_ms = DSB_DEAD_AFTER_MS; /* silence that is not the peer's */
    expect(&b, DSB_LINK_EVENT_NONE);
    dsb_link_pause(&b.link, false, now_ms);
    for (unsigned i = 0; i < IN_LEN / (BYTES_LEN + 3); i++)
        expect_text(next(&b), "one");
    expect_failed(&b, DSB_REASON_SESSION_TRUNCATED);
}

static void a_paused_link_still_fails_by_its_own_output(void **state)
{
    (void)state;
    start();
    dsb_link_pause(&b.link, true, now_ms); /* nothing, before OPEN */
    authenticate(ALL);
    dsb_link_pause(&b.link, true, now_ms);
    say(&b, "not written");
    assert_int_equal(dsb_link_deadline(&b.link), DSB_DEAD_AFTER_MS);
    now_ms = DSB_DEAD_AFTER_MS;
    expect_failed(&b, DSB_REASON_SESSION_SILENT);
}

/* Buffers */

static void buffers_one_byte_too_small_are_refused(void **state)
{
    struct dsb_link_buffers least = {a.in, DSB_HANDSHAKE_IN_MAX, a.out, DSB_LINK_OUT_MIN};
    struct dsb_link_buffers small_in = {a.in, DSB_HANDSHAKE_IN_MAX - 1, a.out, sizeof a.out};
    struct dsb_link_buffers small_out = {a.in, sizeof a.in, a.out, DSB_LINK_OUT_MIN - 1};

    (void)state;
    start();
    assert_ok(dial(&least));
    assert_int_equal(dial(&small_in), DSB_REASON_CONNECT_BAD_ARGUMENT);
    expect_failed(&a, DSB_REASON_CONNECT_BAD_ARGUMENT);
    assert_int_equal(dial(&small_out), DSB_REASON_CONNECT_BAD_ARGUMENT);
    assert_int_equal(take(&small_in), DSB_REASON_ACCEPT_BAD_ARGUMENT);
    expect_failed(&b, DSB_REASON_ACCEPT_BAD_ARGUMENT);
    assert_ok(take(&least));
    assert_int_equal(dsb_link_set_in(&b.link, b.in, DSB_HANDSHAKE_IN_MAX - 1), DSB_INVALID);
    assert_int_equal(dsb_link_set_out(&b.link, b.out, DSB_LINK_OUT_MIN - 1), DSB_INVALID);
}

/* A half-open link has little; a session needs room for any record. */
static void a_session_needs_an_in_for_any_record(void **state)
{
    struct dsb_link_buffers least = {b.out, DSB_HANDSHAKE_IN_MAX, b.out + 1000, DSB_LINK_OUT_MIN};

    (void)state;
    start();
    assert_ok(take(&least));
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)move(&a, &b, ALL);
    expect(&b, DSB_LINK_EVENT_NONE);
    (void)move(&b, &a, ALL);
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)move(&a, &b, ALL);
    assert_int_equal(dsb_link_next_event(&b.link, now_ms).type, DSB_LINK_EVENT_AUTHENTICATED);
    assert_int_equal(dsb_link_open(&b.link, now_ms), DSB_INVALID);
    assert_ok(dsb_link_set_in(&b.link, b.in, IN_LEN - 1));
    assert_int_equal(dsb_link_open(&b.link, now_ms), DSB_INVALID);
    assert_ok(dsb_link_set_in(&b.link, b.in, IN_LEN));
    assert_ok(dsb_link_open(&b.link, now_ms));
    expect_after(&b, &a, DSB_LINK_EVENT_AUTHENTICATED);
    assert_int_equal(dsb_link_set_in(&b.link, b.in, IN_LEN - 1), DSB_INVALID);
}

/* Without buffers nothing is heard and nothing said; with them all goes on. */
static void buffers_may_be_lent_for_a_turn(void **state)
{
    static const struct dsb_link_buffers none;
    size_t len;

    (void)state;
    start();
    assert_ok(dial(&none));
    expect(&a, DSB_LINK_EVENT_NONE);
    assert_null(dsb_link_pending(&a.link, now_ms, &len));
    assert_null(dsb_link_room(&a.link, &len));
    for (unsigned turn = 0; turn < 20 && a.link.state != DSB_LINK_OPEN; turn++) {
        assert_ok(dsb_link_set_out(&a.link, a.out, sizeof a.out));
        assert_ok(dsb_link_set_in(&a.link, a.in, sizeof a.in));
        (void)next(&a);
        (void)move(&a, &b, ALL);
        (void)next(&b);
        assert_ok(dsb_link_set_out(&a.link, NULL, 0));
        (void)move(&b, &a, 60);
        (void)next(&a);
    }
    assert_int_equal(a.link.state, DSB_LINK_OPEN);
    assert_int_equal(b.link.state, DSB_LINK_OPEN);
    assert_ok(dsb_link_set_in(&a.link, NULL, 0));
    assert_int_equal(send_at(&a, SHORT), DSB_WOULD_BLOCK);
    assert_ok(dsb_link_ping(&a.link, NULL, 0));
    assert_int_equal(move(&a, &b, ALL), 0);
    assert_ok(dsb_link_set_out(&a.link, a.out, sizeof a.out));
    assert_int_equal(move(&a, &b, ALL), EMPTY_LEN);
}

/* What was not used yet moves with `in`; what was not written yet holds `out`. */
static void other_buffers_take_over_what_is_there(void **state)
{
    static uint8_t other[IN_LEN];

    (void)state;
    authenticate(ALL);
    say(&a, "first");
    say(&a, "second");
    assert_int_equal(dsb_link_set_out(&a.link, other, sizeof other), DSB_WOULD_BLOCK);
    (void)move(&a, &b, BYTES_LEN + 5 + 3); /* and three bytes of the second */
    expect_text(next(&b), "first");
    assert_int_equal(dsb_link_set_in(&b.link, NULL, 0), DSB_INVALID);
    assert_ok(dsb_link_set_in(&b.link, other, sizeof other));
    memset(b.in, 0xee, sizeof b.in);
    (void)move(&a, &b, ALL);
    struct dsb_link_event event = next(&b);
    expect_text(event, "second");
    assert_true(event.body > other && event.body < other + sizeof other);
    assert_ok(dsb_link_set_in(&b.link, NULL, 0));
    assert_int_equal(put(&b, other, 1), 0);
    assert_ok(dsb_link_set_out(&a.link, other, sizeof other));
    assert_ok(dsb_link_set_in(&b.link, b.in, sizeof b.in));
    say(&a, "third");
    memset(a.out, 0xee, sizeof a.out);
    expect_text(await(&a, &b, ALL), "third");
}

static void a_body_is_sealed_where_it_lies(void **state)
{
    static uint8_t other[IN_LEN];
    size_t room, pos = 0;

    (void)state;
    authenticate(ALL);
    assert_int_equal(dsb_link_body_max(&a.link), BODY_MAX);
    uint8_t *tail = dsb_link_tail(&a.link, now_ms, &room);
    assert_ptr_equal(tail, a.out + DSB_BODY_HEADROOM);
    assert_int_equal(room, BODY_MAX);
    assert_ok(send_at(&a, tail, make_body(tail, "in place")));
    expect_text(await(&a, &b, ALL), "in place");

    /* Two of them in a buffer that comes filled; a PONG that is owed does not get in between. */
    assert_ok(dsb_link_ping(&b.link, NULL, 0));
    expect_after(&b, &a, DSB_LINK_EVENT_NONE);
    assert_ok(dsb_link_set_out(&a.link, other, sizeof other));
    (void)make_body(other + DSB_BODY_HEADROOM, "one");
    (void)make_body(other + BYTES_LEN + 3 + DSB_BODY_HEADROOM, "other");
    for (size_t len = 3; len <= 5; len += 2, pos = BYTES_LEN + 3)
        assert_ok(send_at(&a, other + pos + DSB_BODY_HEADROOM, ID_LEN + len));
    expect_text(await(&a, &b, ALL), "one");
    expect_text(next(&b), "other");
    expect(&b, DSB_LINK_EVENT_PONG);
}

static void there_is_no_tail_without_room(void **state)
{
    size_t room;

    (void)state;
    start();
    assert_null(dsb_link_tail(&a.link, now_ms, &room));
    assert_int_equal(room, 0);
    assert_int_equal(dsb_link_body_max(&a.link), 0);
    authenticate(ALL);
    uint8_t *tail = dsb_link_tail(&a.link, now_ms, &room);
    memset(tail, 1, room - EMPTY_LEN);
    assert_ok(send_at(&a, tail, room - EMPTY_LEN));
    assert_null(dsb_link_tail(&a.link, now_ms, &room));
    assert_int_equal(room, 0);
    assert_int_equal(send_at(&a, a.in, BODY_MAX + 1), DSB_TOO_LARGE);
    assert_int_equal(send_at(&a, a.in, 0), DSB_INVALID);
}

/* A caller's wrong figure does not lead out of the buffer. */
static void figures_are_cut_to_what_there_is(void **state)
{
    size_t room, len;

    (void)state;
    start();
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)!dsb_link_pending(&a.link, now_ms, &len);
    dsb_link_sent(&a.link, len + 1, now_ms);
    assert_null(dsb_link_pending(&a.link, now_ms, &len));
    (void)!dsb_link_room(&a.link, &room);
    dsb_link_received(&a.link, room + 1);
    (void)!dsb_link_room(&a.link, &room);
    assert_int_equal(room, 0);
}

/* Message 2, of which the stream has not said that it was written, and ACCEPT behind it: only the
 * latter is the session's. */
static void a_session_counts_its_own_bytes(void **state)
{
    size_t msg2_len, len;

    (void)state;
    start();
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)move(&a, &b, ALL);
    expect(&b, DSB_LINK_EVENT_NONE);
    const uint8_t *msg2 = dsb_link_pending(&b.link, now_ms, &msg2_len);
    assert_int_equal(put(&a, msg2, msg2_len), msg2_len);
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)move(&a, &b, ALL);
    expect(&b, DSB_LINK_EVENT_AUTHENTICATED);
    (void)!dsb_link_pending(&b.link, now_ms, &len);
    assert_int_equal(len, msg2_len + EMPTY_LEN);
    dsb_link_sent(&b.link, 10, now_ms);
    dsb_link_sent(&b.link, msg2_len - 10, now_ms);
    assert_int_equal(b.link.slot.session.unwritten_len, EMPTY_LEN);
    dsb_link_sent(&b.link, EMPTY_LEN, now_ms);
    assert_int_equal(b.link.slot.session.unwritten_len, 0);
}

/* Ends */

static void close_both(void)
{
    authenticate(ALL);
    assert_ok(dsb_link_close(&a.link));
    expect_after(&a, &b, DSB_LINK_EVENT_PEER_CLOSED);
    assert_ok(dsb_link_close(&b.link));
    expect_after(&b, &a, DSB_LINK_EVENT_PEER_CLOSED);
    expect(&b, DSB_LINK_EVENT_CLOSED);
    expect(&a, DSB_LINK_EVENT_CLOSED);
}

static void bytes_behind_a_clean_end_are_an_error(void **state)
{
    (void)state;
    close_both();
    expect(&a, DSB_LINK_EVENT_CLOSED);
    dsb_link_abort(&a.link, DSB_REASON_LOCAL_ABORTED);
    dsb_link_end_of_stream(&a.link);
    expect(&a, DSB_LINK_EVENT_CLOSED);
    assert_int_equal(a.link.state, DSB_LINK_CLOSED);
    assert_int_equal(dsb_link_reason(&a.link), DSB_REASON_NONE);
    assert_true(dsb_link_deadline(&a.link) == DSB_NO_DEADLINE);
    assert_int_equal(dsb_link_close(&a.link), DSB_WRONG_STATE);
    assert_int_equal(put(&b, (const uint8_t *)"x", 1), 1);
    expect_failed(&b, DSB_REASON_RECORD_AFTER_CLOSE);
}

static void a_finished_link_delivers_no_more(void **state)
{
    (void)state;
    authenticate(ALL);
    say(&b, "too late");
    dsb_link_pause(&a.link, true, now_ms);
    assert_ok(dsb_link_finish(&a.link, now_ms));
    expect_after(&b, &a, DSB_LINK_EVENT_NONE);
    expect_after(&a, &b, DSB_LINK_EVENT_PEER_CLOSED);
    now_ms = DSB_END_AFTER_MS - 1;
    expect(&a, DSB_LINK_EVENT_NONE);
    now_ms++;
    expect_failed(&a, DSB_REASON_SESSION_UNCLOSED);
}

/* The peer reads no more: what it says is heard to the end, and the end is not a clean one. */
static void a_failed_write_leaves_the_reading(void **state)
{
    (void)state;
    authenticate(ALL);
    say(&a, "lost");
    say(&b, "heard");
    assert_ok(dsb_link_close(&b.link));
    dsb_link_write_failed(&a.link);
    assert_int_equal(move(&a, &b, ALL), 0);
    say(&a, "lost too");
    assert_int_equal(move(&a, &b, ALL), 0);
    expect_text(await(&b, &a, ALL), "heard");
    expect_after(&b, &a, DSB_LINK_EVENT_PEER_CLOSED);
    assert_ok(dsb_link_close(&a.link));
    assert_int_equal(move(&a, &b, ALL), 0);
    expect(&a, DSB_LINK_EVENT_NONE);
    dsb_link_end_of_stream(&a.link);
    expect_failed(&a, DSB_REASON_SESSION_TRUNCATED);
}

static void a_failed_write_in_the_handshake_says_nothing(void **state)
{
    (void)state;
    start();
    dsb_link_write_failed(&a.link);
    expect(&a, DSB_LINK_EVENT_NONE);
    assert_int_equal(move(&a, &b, ALL), 0);
    dsb_link_end_of_stream(&a.link);
    expect_failed(&a, DSB_REASON_MSG2_TRUNCATED);
}

/* The trust store changes between the handshake's end and dsb_link_open. */
static void a_peer_dropped_before_open_has_no_session(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 2; i++) {
        (void)!dsb_link_next_event(&a.link, now_ms).type;
        (void)move(&a, &b, ALL);
        (void)!dsb_link_next_event(&b.link, now_ms).type;
        (void)move(&b, &a, ALL);
    }
    assert_int_equal(b.link.state, DSB_LINK_AUTHENTICATED);
    for (unsigned i = 0; i < 2; i++) /* again and again, until the caller decides */
        assert_int_equal(dsb_link_next_event(&b.link, now_ms).type, DSB_LINK_EVENT_AUTHENTICATED);
    pair.b_peer.trust.count = 0;
    assert_int_equal(dsb_link_open(&b.link, now_ms), DSB_WRONG_STATE);
    expect_failed(&b, DSB_REASON_LOCAL_REVOKED);
}

static void nothing_works_without_a_session(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(dsb_link_open(&a.link, now_ms), DSB_WRONG_STATE);
        assert_int_equal(send_at(&a, SHORT), DSB_WRONG_STATE);
        assert_int_equal(dsb_link_ping(&a.link, NULL, 0), DSB_WRONG_STATE);
        assert_int_equal(dsb_link_close(&a.link), DSB_WRONG_STATE);
        assert_int_equal(dsb_link_finish(&a.link, now_ms), DSB_WRONG_STATE);
        assert_false(dsb_link_is_trusted(&a.link, &pair.a_peer.trust));
        assert_null(dsb_link_peer(&a.link));
        dsb_link_abort(&a.link, DSB_REASON_LOCAL_ABORTED); /* and once more, when it has failed */
    }
}

/* What the log may know */

static void steps_claim_and_peer_are_told(void **state)
{
    static const enum dsb_step at_a[] = {DSB_STEP_MSG1_WRITTEN, DSB_STEP_MSG2_READ,
                                         DSB_STEP_MSG3_WRITTEN, DSB_STEP_ACCEPT_OPENED};
    static const enum dsb_step at_b[] = {DSB_STEP_MSG1_READ, DSB_STEP_MSG2_WRITTEN,
                                         DSB_STEP_MSG3_READ, DSB_STEP_IDENTITY_BOUND};
    unsigned told_a = 0, told_b = 0;

    (void)state;
    start();
    assert_null(dsb_link_claim(&b.link));
    for (unsigned i = 0; i < 3; i++) {
        (void)!dsb_link_next_event(&a.link, now_ms).type;
        (void)move(&a, &b, ALL);
        if (dsb_link_next_event(&b.link, now_ms).type == DSB_LINK_EVENT_AUTHENTICATED) {
            assert_true(dsb_device_id_equal(dsb_link_claim(&b.link), &pair.a_peer.identity.id));
            assert_true(dsb_device_id_equal(dsb_link_peer(&b.link), &pair.a_peer.identity.id));
            for (enum dsb_step step; (step = dsb_link_next_step(&b.link)) != DSB_STEP_NONE;)
                assert_int_equal(step, at_b[told_b++]);
            assert_ok(dsb_link_open(&b.link, now_ms));
        }
        (void)move(&b, &a, ALL);
    }
    for (enum dsb_step step; (step = dsb_link_next_step(&a.link)) != DSB_STEP_NONE;)
        assert_int_equal(step, at_a[told_a++]);
    assert_int_equal(told_a, 4);
    assert_int_equal(told_b, 4);
    assert_int_equal(dsb_link_next_step(&b.link), DSB_STEP_NONE);
    assert_null(dsb_link_claim(&b.link));
    assert_true(dsb_device_id_equal(dsb_link_peer(&b.link), &pair.a_peer.identity.id));
    assert_true(dsb_link_is_trusted(&b.link, &pair.b_peer.trust));
    pair.b_peer.trust.count = 0;
    assert_false(dsb_link_is_trusted(&b.link, &pair.b_peer.trust));
}

static void the_end_wipes_the_link_and_both_buffers(void **state)
{
    static const struct side zero;

    (void)state;
    authenticate(ALL);
    say(&a, "secret");
    say(&b, "secret");
    (void)move(&b, &a, ALL);
    expect(&a, DSB_LINK_EVENT_STREAM);
    dsb_link_end(&a.link);
    assert_memory_equal(&a, &zero, sizeof a);
    expect(&a, DSB_LINK_EVENT_NONE);
    assert_true(dsb_link_deadline(&a.link) == DSB_NO_DEADLINE);
    dsb_link_end(&a.link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_and_abort_have_their_reasons),
        cmocka_unit_test(writing_never_blocks_reading),
        cmocka_unit_test(own_records_go_before_data),
        cmocka_unit_test(a_handshake_has_its_time),
        cmocka_unit_test(a_silent_peer_is_asked_and_then_dead),
        cmocka_unit_test(what_arrived_counts_before_the_time),
        cmocka_unit_test(a_paused_link_keeps_what_came),
        cmocka_unit_test(a_paused_link_still_fails_by_its_own_output),
        cmocka_unit_test(buffers_one_byte_too_small_are_refused),
        cmocka_unit_test(a_session_needs_an_in_for_any_record),
        cmocka_unit_test(buffers_may_be_lent_for_a_turn),
        cmocka_unit_test(other_buffers_take_over_what_is_there),
        cmocka_unit_test(a_body_is_sealed_where_it_lies),
        cmocka_unit_test(there_is_no_tail_without_room),
        cmocka_unit_test(figures_are_cut_to_what_there_is),
        cmocka_unit_test(a_session_counts_its_own_bytes),
        cmocka_unit_test(bytes_behind_a_clean_end_are_an_error),
        cmocka_unit_test(a_finished_link_delivers_no_more),
        cmocka_unit_test(a_failed_write_leaves_the_reading),
        cmocka_unit_test(a_failed_write_in_the_handshake_says_nothing),
        cmocka_unit_test(a_peer_dropped_before_open_has_no_session),
        cmocka_unit_test(nothing_works_without_a_session),
        cmocka_unit_test(steps_claim_and_peer_are_told),
        cmocka_unit_test(the_end_wipes_the_link_and_both_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
