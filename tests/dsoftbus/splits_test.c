/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole conversation, from connect to both CLOSEs, between two links over streams that deliver in
 * pieces of every size. What either side sees must not depend on the pieces.
 */
#include "dsoftbus/link.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGES 12
#define OUT_LEN  8000 /* less than two of the longest records: writing has to wait */

/* One side, and how far its part of the conversation is. */
struct side {
    struct dsb_link link;
    uint8_t in[2 + PEER_RECV_MAX], out[OUT_LEN];
    unsigned sent_count; /* messages; at b those that are to be echoed come on top */
    unsigned received_count;
    unsigned pong_count;
    bool ping_is_out;
    bool peer_closed;
};

static struct pair pair;
static struct side a, b;

/* The next piece's size. */
struct pieces {
    size_t fixed; /* 0: random */
    uint32_t random;
};

static size_t next_piece(struct pieces *pieces)
{
    if (pieces->fixed != 0)
        return pieces->fixed;
    pieces->random = pieces->random * 1664525 + 1013904223;
    uint32_t r = pieces->random >> 8;
    return r % 3 == 0 ? 1 + r / 3 % 4 : r / 3 % 900;
}

static size_t message_len(unsigned number)
{
    static const size_t lens[] = {5, 6, 15, 16, 17, 255, 256, 1000, 4079, 63, 64, 4078};

    return lens[number % (sizeof lens / sizeof lens[0])];
}

static void make_message(uint8_t *out, unsigned number)
{
    for (size_t i = 0; i < message_len(number); i++)
        out[i] = (uint8_t)(number * 31 + i);
}

/* Or nothing, while there is no room. */
static void send_message(struct side *side, unsigned number)
{
    static uint8_t message[4096];

    make_message(message, number);
    enum dsb_status status = dsb_link_send_stream(&side->link, DSB_RECORD_BYTES, message,
                                                  message_len(number), pair.now_ms);
    assert_true(status == DSB_OK || status == DSB_WOULD_BLOCK);
    side->sent_count += status == DSB_OK;
}

static void on_data(struct side *side, const struct dsb_link_event *event)
{
    static uint8_t expected[4096];

    make_message(expected, side->received_count);
    assert_int_equal(event->body_len, message_len(side->received_count));
    assert_memory_equal(event->body, expected, event->body_len);
    side->received_count++;
}

/* Takes one event; false when there is none. */
static bool take_event(struct side *side)
{
    struct dsb_link_event event = dsb_link_next_event(&side->link, pair.now_ms);

    switch (event.type) {
    case DSB_LINK_EVENT_NONE:
    case DSB_LINK_EVENT_CLOSED:
        return false;
    case DSB_LINK_EVENT_AUTHENTICATED:
        assert_ok(dsb_link_open(&side->link, pair.now_ms));
        break;
    case DSB_LINK_EVENT_STREAM:
        on_data(side, &event);
        break;
    case DSB_LINK_EVENT_PONG:
        assert_memory_equal(event.body, "token", event.body_len);
        side->pong_count++;
        side->ping_is_out = false;
        break;
    case DSB_LINK_EVENT_PEER_CLOSED:
        assert_false(side->peer_closed);
        side->peer_closed = true;
        break;
    case DSB_LINK_EVENT_FAILED:
        fail_msg("reason %s", dsb_reason_name(dsb_link_reason(&side->link)));
    }
    return true;
}

static void ask(struct side *side)
{
    enum dsb_status status = dsb_link_ping(&side->link, (const uint8_t *)"token", 5);

    assert_true(status == DSB_OK || status == DSB_WOULD_BLOCK);
    side->ping_is_out = true;
}

/* a says so many messages, b echoes them, and a closes when it has heard all. */
static void speak(struct side *side)
{
    unsigned to_send = side == &a ? MESSAGES : b.received_count;

    if (side->link.state != DSB_LINK_OPEN)
        return;
    if (side == &a && a.sent_count < MESSAGES && a.sent_count % 3 == 0)
        ask(side);
    if (side->sent_count < to_send)
        send_message(side, side->sent_count);
    else if (side == &b ? b.peer_closed : a.received_count == MESSAGES && !a.ping_is_out)
        assert_ok(dsb_link_close(&side->link));
}

static void run_side(struct side *side)
{
    while (take_event(side))
        speak(side);
    speak(side);
}

static void deliver(struct side *from, struct side *to, struct pieces *pieces)
{
    size_t len, room_len, piece = next_piece(pieces);
    const uint8_t *bytes = dsb_link_pending(&from->link, pair.now_ms, &len);
    uint8_t *room = dsb_link_room(&to->link, &room_len);

    len = len < piece ? len : piece;
    len = len < room_len ? len : room_len;
    if (len != 0)
        memcpy(room, bytes, len);
    dsb_link_received(&to->link, len);
    dsb_link_sent(&from->link, len, pair.now_ms);
}

static void start(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct dsb_link_buffers at_a = {a.in, sizeof a.in, a.out, sizeof a.out};
    struct dsb_link_buffers at_b = {b.in, sizeof b.in, b.out, sizeof b.out};

    pair_start(&pair);
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    assert_ok(dsb_link_connect(&a.link, &pair.a_peer.local, &pair.b_peer.identity.id, ephemeral,
                               &at_a, pair.now_ms));
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    assert_ok(dsb_link_accept(&b.link, &pair.b_peer.local, ephemeral, &at_b, pair.now_ms));
}

static void converse(struct pieces pieces)
{
    start();
    for (unsigned turn = 0; turn < 200000; turn++) {
        run_side(&a);
        deliver(&a, &b, &pieces);
        run_side(&b);
        deliver(&b, &a, &pieces);
        if (a.link.state == DSB_LINK_CLOSED && b.link.state == DSB_LINK_CLOSED) {
            assert_int_equal(a.received_count, MESSAGES);
            assert_int_equal(b.received_count, MESSAGES);
            assert_true(a.pong_count > 0);
            return;
        }
    }
    fail_msg("no end");
}

static void byte_by_byte(void **state)
{
    (void)state;
    converse((struct pieces){.fixed = 1});
}

static void in_pieces_of_every_fixed_size(void **state)
{
    (void)state;
    for (size_t size = 2; size <= 150; size++)
        converse((struct pieces){.fixed = size});
    converse((struct pieces){.fixed = STREAM_MAX});
}

static void in_random_pieces(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 150; seed++)
        converse((struct pieces){.random = seed});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(in_pieces_of_every_fixed_size),
        cmocka_unit_test(in_random_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
