/* SPDX-License-Identifier: Apache-2.0 */
/* Streams on two links: much at once in both directions through small buffers, and every end. */
#include "dsoftbus/peer.h"
#include "dsoftbus/stream_link.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define RECV_MAX 600
#define OUT_LEN  DSB_LINK_OUT_MIN
#define WINDOW   900
#define SEND_CAP 500
#define STREAMS  4
#define TOTAL    50000 /* bytes in each direction of each stream */

struct side {
    struct dsb_link link;
    struct dsb_streams streams;
    struct dsb_stream table[2 * STREAMS];
    uint32_t refused[STREAMS];
    uint8_t bytes[(size_t)2 * STREAMS * (WINDOW + SEND_CAP)];
    uint8_t in[DSB_LINK_IN_MIN(RECV_MAX)], out[OUT_LEN];
    size_t written[4 * STREAMS + 2], read[4 * STREAMS + 2]; /* by id */
    bool ended[4 * STREAMS + 2];
    bool began;
};

static struct pair pair;
static struct side a, b;

static void begin_streams(struct side *side)
{
    const struct dsb_streams_memory memory = {side->table, side->bytes, side->refused};

    assert_ok(dsb_stream_link_begin(&side->streams, &side->link, STREAMS, SEND_CAP, &memory));
    side->began = true;
}

/* Takes the link's events until there is none. */
static enum dsb_link_event_type run(struct side *side)
{
    for (;;) {
        struct dsb_link_event event = dsb_link_next_event(&side->link, 0);

        if (event.type == DSB_LINK_EVENT_AUTHENTICATED) {
            assert_ok(dsb_link_open(&side->link, 0));
            begin_streams(side);
            continue;
        }
        if (side->began)
            dsb_stream_link_receive(&side->streams, &side->link, &event);
        if (event.type != DSB_LINK_EVENT_STREAM)
            return event.type;
    }
}

static size_t move(struct side *from, struct side *to, size_t max)
{
    size_t len, room;

    if (from->began)
        dsb_stream_link_send(&from->streams, &from->link, 0);
    const uint8_t *bytes = dsb_link_pending(&from->link, 0, &len);
    uint8_t *at = dsb_link_room(&to->link, &room);

    len = len < max ? len : max;
    len = len < room ? len : room;
    if (len != 0)
        memcpy(at, bytes, len);
    dsb_link_received(&to->link, len);
    dsb_link_sent(&from->link, len, 0);
    return len;
}

static int start(void **state)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct dsb_link_buffers at_a = {a.in, sizeof a.in, a.out, sizeof a.out};
    struct dsb_link_buffers at_b = {b.in, sizeof b.in, b.out, sizeof b.out};

    (void)state;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    pair_start(&pair);
    pair.a_peer.local.recv_max = RECV_MAX;
    pair.b_peer.local.recv_max = RECV_MAX;
    pair.a_peer.local.streams = (struct dsb_stream_limits){WINDOW, STREAMS};
    pair.b_peer.local.streams = pair.a_peer.local.streams;
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    at_a = (struct dsb_link_buffers){a.in, sizeof a.in, a.out, sizeof a.out};
    assert_ok(dsb_link_connect(&a.link, &pair.a_peer.local, &pair.b_peer.identity.id, ephemeral,
                               &at_a, 0));
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    assert_ok(dsb_link_accept(&b.link, &pair.b_peer.local, ephemeral, &at_b, 0));
    for (int i = 0; i < 8; i++) {
        (void)run(&a);
        (void)move(&a, &b, SIZE_MAX);
        (void)run(&b);
        (void)move(&b, &a, SIZE_MAX);
    }
    assert_true(a.began && b.began);
    return 0;
}

static uint8_t byte_of(const struct side *side, uint32_t id, size_t n)
{
    return (uint8_t)(n * 13 + n / 250 + id + (side == &a));
}

/* The application: accepts, writes all it can to each stream, reads a little of each. */
static void work(struct side *side, const struct side *other, size_t read_max)
{
    struct dsb_stream_event event;

    while ((event = dsb_streams_next_event(&side->streams)).type != DSB_STREAM_EVENT_NONE)
        if (event.type == DSB_STREAM_EVENT_INCOMING)
            assert_ok(dsb_streams_accept(&side->streams, event.id));
    for (uint32_t id = 1; id <= 2 * STREAMS; id++) {
        uint8_t byte = byte_of(side, id, side->written[id]);
        size_t len, room;
        const uint8_t *bytes;

        while (side->written[id] < TOTAL &&
               dsb_streams_write(&side->streams, id, &byte, 1, &room) == DSB_OK)
            byte = byte_of(side, id, ++side->written[id]);
        if (side->written[id] == TOTAL)
            (void)!dsb_streams_finish(&side->streams, id);
        enum dsb_status status = dsb_streams_front(&side->streams, id, &bytes, &len);
        len = len < read_max ? len : read_max;
        for (size_t i = 0; i < len; i++)
            assert_int_equal(bytes[i], byte_of(other, id, side->read[id]++));
        if (status == DSB_OK)
            assert_ok(dsb_streams_took(&side->streams, id, len));
        side->ended[id] = side->ended[id] || status == DSB_ENDED;
    }
}

static bool all_ended(const struct side *side)
{
    for (uint32_t id = 1; id <= 2 * STREAMS; id++)
        if (!side->ended[id])
            return false;
    return true;
}

static void much_at_once_both_ways(void **state)
{
    uint32_t id;

    (void)state;
    for (int i = 0; i < STREAMS; i++) {
        assert_ok(dsb_streams_open(&a.streams, "to-b", 4, &id));
        assert_ok(dsb_streams_open(&b.streams, "to-a", 4, &id));
    }
    for (unsigned i = 0; i < 100000 && !(all_ended(&a) && all_ended(&b)); i++) {
        work(&a, &b, 1 + i % 97);
        work(&b, &a, 1 + i % 13);
        (void)move(&a, &b, 1 + i % 301);
        (void)move(&b, &a, 1 + i % 203);
        (void)run(&a);
        (void)run(&b);
        assert_true(a.link.state == DSB_LINK_OPEN && b.link.state == DSB_LINK_OPEN);
    }
    assert_true(all_ended(&a) && all_ended(&b));
    for (id = 1; id <= 2 * STREAMS; id++) {
        assert_int_equal(a.read[id], TOTAL);
        assert_int_equal(b.read[id], TOTAL);
    }
}

/* Everything that one side has to say arrives. */
static enum dsb_link_event_type pass(struct side *from, struct side *to)
{
    enum dsb_link_event_type type = run(to);

    while (move(from, to, SIZE_MAX) != 0)
        type = run(to);
    return type;
}

static uint32_t open_one(void)
{
    uint32_t id;

    assert_ok(dsb_streams_open(&a.streams, "s", 1, &id));
    (void)pass(&a, &b);
    assert_int_equal(dsb_streams_next_event(&b.streams).type, DSB_STREAM_EVENT_INCOMING);
    assert_ok(dsb_streams_accept(&b.streams, id));
    (void)pass(&b, &a);
    return id;
}

static void a_broken_rule_ends_the_link_for_its_reason(void **state)
{
    uint32_t id = open_one();
    static const uint8_t bytes[SEND_CAP] = {0};
    size_t len;

    (void)state;
    a.table[0].send_credit += 1; /* what it was not given */
    for (int i = 0; i < 3; i++) {
        (void)!dsb_streams_write(&a.streams, id, bytes, sizeof bytes, &len);
        (void)pass(&a, &b);
    }
    assert_int_equal(dsb_link_reason(&b.link), DSB_REASON_STREAM_CREDIT);
    assert_int_equal(run(&b), DSB_LINK_EVENT_FAILED);
    assert_int_equal(dsb_streams_open(&b.streams, "s", 1, &id), DSB_WRONG_STATE);
}

static uint32_t random_state = 2463534242;

static uint32_t below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % n;
}

/* A record that the peer may say, or, one in ten, that it must not. */
static void say_anything(struct side *side)
{
    static const enum dsb_record_type types[] = {DSB_RECORD_OPEN,   DSB_RECORD_OPEN,
                                                 DSB_RECORD_BYTES,  DSB_RECORD_BYTES,
                                                 DSB_RECORD_CREDIT, DSB_RECORD_RESET};
    bool is_rude = below(10) == 0;
    enum dsb_record_type type = is_rude ? (enum dsb_record_type)(DSB_RECORD_OPEN + below(6))
                                        : types[side->streams.next_id == 1 ? 0 : below(6)];
    struct dsb_stream_record record = {.type = type};
    uint8_t body[32];

    record.id = is_rude && below(2) == 0 ? below(99) : 1 + 2 * below(side->streams.next_id / 2 + 1);
    if (type == DSB_RECORD_OPEN || type == DSB_RECORD_BYTES) {
        record.bytes = (const uint8_t *)"service";
        record.bytes_len = 7;
    }
    if (type == DSB_RECORD_OPEN && !is_rude) {
        record.id = side->streams.next_id;
        side->streams.next_id += 2;
    } else if (record.id >= side->streams.next_id && record.id % 2 != 0 && !is_rude) {
        record.id = 1;
    }
    record.credit = type == DSB_RECORD_CREDIT ? below(100) + !is_rude : 0;
    record.code = type == DSB_RECORD_RESET;
    dsb_stream_record_write(&record, body);
    assert_ok(dsb_link_send_stream(&side->link, type, body, dsb_stream_record_len(&record), 0));
}

/* Each is ended for a reason of its own, and the applications have their streams back. */
static void a_peer_that_says_anything_ends_only_itself(void **state)
{
    unsigned met[4] = {0}, record_count = 0;

    for (int i = 0; i < 150; i++) {
        struct dsb_stream_event event;

        (void)start(state);
        for (unsigned said = 0; b.link.state == DSB_LINK_OPEN; said++) {
            assert_true(said < 1000);
            say_anything(&a);
            record_count++;
            (void)pass(&a, &b);
            event = dsb_streams_next_event(&b.streams);
            if (event.type == DSB_STREAM_EVENT_INCOMING)
                (void)!dsb_streams_accept(&b.streams, event.id);
            (void)move(&b, &a, SIZE_MAX); /* what it answers is not heard */
            a.link.in_len = 0;
        }
        enum dsb_reason reason = dsb_link_reason(&b.link);
        assert_true(reason == DSB_REASON_RECORD_BODY ||
                    (reason >= DSB_REASON_STREAM_ID && reason <= DSB_REASON_STREAM_COUNT));
        if (reason != DSB_REASON_RECORD_BODY)
            met[reason - DSB_REASON_STREAM_ID]++;
        do {
            event = dsb_streams_next_event(&b.streams);
        } while (event.type != DSB_STREAM_EVENT_NONE);
        for (uint32_t id = 1; id < a.streams.next_id + 99; id++)
            (void)!dsb_streams_let_go(&b.streams, id);
        assert_int_equal(dsb_streams_peer_count(&b.streams), 0);
    }
    assert_true(met[0] > 10 && met[1] > 1 && record_count > 1000);
}

static void a_close_ends_what_is_open(void **state)
{
    uint32_t id = open_one();
    size_t len;

    (void)state;
    assert_ok(dsb_streams_write(&a.streams, id, (const uint8_t *)STREAM1 "x", 5, &len));
    assert_ok(dsb_link_close(&a.link)); /* without a word to the streams */
    assert_int_equal(pass(&a, &b), DSB_LINK_EVENT_PEER_CLOSED);
    assert_int_equal(dsb_streams_write(&a.streams, id, (const uint8_t *)STREAM1 "x", 5, &len),
                     DSB_WAS_RESET);
    struct dsb_stream_event event = dsb_streams_next_event(&b.streams);
    assert_int_equal(event.type, DSB_STREAM_EVENT_RESET);
    assert_int_equal(event.code, DSB_RESET_GONE);
}

static void a_cut_stream_of_bytes_is_no_end_of_file(void **state)
{
    uint32_t id = open_one();
    uint8_t byte;
    size_t len;

    (void)state;
    dsb_link_end_of_stream(&b.link);
    assert_int_equal(run(&b), DSB_LINK_EVENT_FAILED);
    assert_int_equal(dsb_streams_read(&b.streams, id, &byte, 1, &len), DSB_WAS_RESET);
}

static void streams_need_a_session(void **state)
{
    const struct dsb_streams_memory memory = {a.table, a.bytes, a.refused};
    struct dsb_streams streams;

    (void)state;
    assert_int_equal(
        dsb_link_send_stream(&a.link, DSB_RECORD_PING, (const uint8_t *)STREAM1 "x", 5, 0),
        DSB_INVALID);
    dsb_link_end(&a.link);
    assert_null(dsb_link_session(&a.link));
    assert_int_equal(dsb_stream_link_begin(&streams, &a.link, STREAMS, SEND_CAP, &memory),
                     DSB_WRONG_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(much_at_once_both_ways, start),
        cmocka_unit_test_setup(a_broken_rule_ends_the_link_for_its_reason, start),
        cmocka_unit_test(a_peer_that_says_anything_ends_only_itself),
        cmocka_unit_test_setup(a_close_ends_what_is_open, start),
        cmocka_unit_test_setup(a_cut_stream_of_bytes_is_no_end_of_file, start),
        cmocka_unit_test_setup(streams_need_a_session, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
