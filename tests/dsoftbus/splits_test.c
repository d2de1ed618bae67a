/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole conversation, from connect to both CLOSEs, over streams that deliver in pieces of every
 * size. What either side sees must not depend on the pieces.
 */
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGES 12

/* One side, what it has sent and not yet delivered, and how far its part of the conversation is. */
struct side {
    struct end end;
    struct stream wire; /* towards the other side */
    unsigned sent_count;
    unsigned received_count;
    unsigned pong_count;
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
    if (pieces->fixed != 0) {
        return pieces->fixed;
    }
    pieces->random = pieces->random * 1664525 + 1013904223;
    uint32_t r = pieces->random >> 8;
    return r % 3 == 0 ? 1 + r / 3 % 4 : r / 3 % 900;
}

static size_t message_len(unsigned number)
{
    static const size_t lens[] = {1, 2, 15, 16, 17, 255, 256, 1000, 4079, 63, 64, 4078};

    return lens[number % (sizeof(lens) / sizeof(lens[0]))];
}

static void make_message(uint8_t *out, unsigned number)
{
    for (size_t i = 0; i < message_len(number); i++) {
        out[i] = (uint8_t)(number * 31 + i);
    }
}

static void send_message(struct side *side, unsigned number)
{
    static uint8_t message[4096], out[4200];
    size_t out_len;

    make_message(message, number);
    assert_ok(dsb_session_send_data(&side->end.slot.session, out, sizeof(out), message,
                                    message_len(number), pair.now_ms, &out_len));
    stream_put(&side->wire, out, out_len);
    dsb_session_written(&side->end.slot.session, out_len, pair.now_ms);
    side->sent_count++;
}

static void on_event(struct side *side, enum dsb_event event, const uint8_t *body, size_t body_len)
{
    static uint8_t expected[4096];

    switch (event) {
    case DSB_EVENT_DATA:
        make_message(expected, side->received_count);
        assert_int_equal(body_len, message_len(side->received_count));
        assert_memory_equal(body, expected, body_len);
        side->received_count++;
        if (side == &b) {
            send_message(&b, side->received_count - 1);
        }
        break;
    case DSB_EVENT_PONG:
        assert_memory_equal(body, "token", body_len);
        side->pong_count++;
        break;
    case DSB_EVENT_PEER_CLOSED:
        assert_false(side->peer_closed);
        side->peer_closed = true;
        break;
    default:
        fail_msg("event %d, reason %s", event,
                 dsb_reason_name(dsb_session_reason(&side->end.slot.session)));
    }
}

static void run_handshake(struct side *side)
{
    uint8_t out[DSB_HANDSHAKE_OUT_MAX];
    struct dsb_handshake *hs = &side->end.slot.handshake;

    (void)end_feed(&side->end, pair.now_ms);
    assert_int_not_equal(hs->state, DSB_HANDSHAKE_FAILED);
    stream_put(&side->wire, out, dsb_handshake_output(hs, out));
    if (hs->state == DSB_HANDSHAKE_AUTHENTICATED) {
        assert_ok(dsb_slot_finish(&side->end.slot, pair.now_ms));
        side->end.is_session = true;
    }
}

static void run_session(struct side *side)
{
    uint8_t out[4 * DSB_CONTROL_MAX];
    struct dsb_session *session = &side->end.slot.session;
    const uint8_t *body;
    size_t body_len, used_len;

    do { /* own records first: ACCEPT must be out before anything is fed */
        size_t out_len = dsb_session_output(session, out, sizeof(out), pair.now_ms);

        stream_put(&side->wire, out, out_len);
        dsb_session_written(session, out_len, pair.now_ms);
        enum dsb_event event = dsb_session_feed(session, side->end.in.bytes, side->end.in.len,
                                                pair.now_ms, &used_len, &body, &body_len);
        if (event != DSB_EVENT_NONE) {
            on_event(side, event, body, body_len);
        }
        stream_drop(&side->end.in, used_len);
    } while (used_len != 0);

    if (side == &a && a.sent_count < MESSAGES) {
        if (a.sent_count % 3 == 0) {
            enum dsb_status status = dsb_session_ping(session, (const uint8_t *)"token", 5);

            assert_true(status == DSB_OK || status == DSB_WOULD_BLOCK);
        }
        send_message(&a, a.sent_count);
    }
    if (side == &b
            ? b.peer_closed
            : a.received_count == MESSAGES && a.pong_count > 0 && session->ping == DSB_SEND_NONE) {
        assert_ok(dsb_session_close(session));
    }
}

static void run_side(struct side *side)
{
    if (side->end.is_session) {
        run_session(side);
    } else {
        run_handshake(side);
    }
}

static void deliver(struct side *from, struct side *to, struct pieces *pieces)
{
    size_t len = next_piece(pieces);

    if (len > from->wire.len) {
        len = from->wire.len;
    }
    stream_put(&to->end.in, from->wire.bytes, len);
    stream_drop(&from->wire, len);
}

static void converse(struct pieces pieces)
{
    pair_start(&pair);
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    a.end.slot = pair.a.slot;
    b.end.slot = pair.b.slot;

    for (unsigned turn = 0; turn < 200000; turn++) {
        run_side(&a);
        deliver(&a, &b, &pieces);
        run_side(&b);
        deliver(&b, &a, &pieces);
        if (a.end.is_session && b.end.is_session && dsb_session_is_closed(&a.end.slot.session) &&
            dsb_session_is_closed(&b.end.slot.session)) {
            assert_int_equal(a.received_count, MESSAGES);
            assert_int_equal(b.received_count, MESSAGES);
            assert_int_equal(a.wire.len + b.wire.len + a.end.in.len + b.end.in.len, 0);
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
    for (size_t size = 2; size <= 150; size++) {
        converse((struct pieces){.fixed = size});
    }
    converse((struct pieces){.fixed = STREAM_MAX});
}

static void in_random_pieces(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 150; seed++) {
        converse((struct pieces){.random = seed});
    }
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
