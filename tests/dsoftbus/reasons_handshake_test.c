/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons at messages 1 to 3 and at ACCEPT. */
#include "dsoftbus/reasons.h"

/* Message 1 */

REASON(MSG1_ZERO_LENGTH)
{
    put_header(&pair.b.in, 0);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_ZERO_LENGTH);
}

REASON(MSG1_OVERSIZE)
{
    put_header(&pair.b.in, DSB_HANDSHAKE_UNIT_MAX + 1);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_OVERSIZE);
}

REASON(MSG1_LENGTH)
{
    for (uint16_t len = 1; len <= DSB_HANDSHAKE_UNIT_MAX; len++) {
        if (len != 48) {
            pair_start(&pair);
            put_header(&pair.b.in, len);
            assert_feed_fails(&pair.b, DSB_REASON_MSG1_LENGTH);
        }
    }
}

REASON(MSG1_BAD_KEY)
{
    assert_true(end_write(&pair.a, &pair.b) > 0);
    memcpy(pair.b.in.bytes + 2, low_order_key, DSB_KEY_LEN);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_BAD_KEY);
}

/* Every bit; a flipped length bit gives one of three other reasons, a flipped key bit may not be
 * low-order. */
static void assert_every_flip_fails(int message, enum dsb_reason reason)
{
    size_t len = 0;

    for (size_t bit = 16; bit == 16 || bit < 8 * len; bit++) {
        pair_start(&pair);
        pair_run_messages(&pair, message - 1);
        struct end *from = message == 2 ? &pair.b : &pair.a;
        struct end *to = message == 2 ? &pair.a : &pair.b;
        len = end_write(from, to);
        to->in.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        /* X25519 ignores the top bit of a point, but the handshake hash has it: every bit counts.
         */
        assert_feed_fails(to, reason);
    }
}

REASON(MSG1_DECRYPT)
{
    struct peer other;

    assert_every_flip_fails(1, DSB_REASON_MSG1_DECRYPT);

    /* Meant for a device with b's id and another key. */
    pair_start(&pair);
    peer_make(&other, "beta", 0x23);
    raw_initiator(&raw, &pair.a_peer, &other);
    raw_write(&raw, NULL, 0, &pair.b.in);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_DECRYPT);

    /* Meant for a device with b's key and another id: only the prologue differs. */
    pair_start(&pair);
    peer_make(&other, "betb", 0x22);
    raw_initiator(&raw, &pair.a_peer, &other);
    raw_write(&raw, NULL, 0, &pair.b.in);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_DECRYPT);
}

REASON(MSG1_SURPLUS)
{
    /* Behind it in the same piece. */
    assert_true(end_write(&pair.a, &pair.b) > 0);
    stream_put(&pair.b.in, low_order_key, 1);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_SURPLUS);

    /* In another piece, before message 2 was asked for. */
    pair_start(&pair);
    pair_run_messages(&pair, 1);
    stream_put(&pair.b.in, low_order_key, 1);
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_SURPLUS);
}

/* Time runs out at this end, exactly at its deadline and not before. */
static void assert_deadline(struct end *end, enum dsb_reason reason)
{
    struct dsb_handshake *hs = &end->slot.handshake;
    uint64_t deadline = PAIR_START_MS + DSB_HANDSHAKE_DEADLINE_MS;

    assert_int_equal(dsb_handshake_deadline(hs), deadline);
    assert_int_not_equal(dsb_handshake_tick(hs, deadline - 1), DSB_HANDSHAKE_FAILED);
    assert_int_equal(dsb_handshake_tick(hs, deadline), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(end, reason);
}

REASON(MSG1_DEADLINE)
{
    assert_deadline(&pair.b, DSB_REASON_MSG1_DEADLINE);

    /* Bytes that arrive do not restart it, and bytes that arrive too late do not count. */
    pair_start(&pair);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    size_t used_len;
    assert_int_equal(dsb_handshake_feed(&pair.b.slot.handshake, pair.b.in.bytes, 30,
                                        PAIR_START_MS + DSB_HANDSHAKE_DEADLINE_MS - 1, &used_len),
                     DSB_HANDSHAKE_READ_MSG1);
    pair.now_ms = PAIR_START_MS + DSB_HANDSHAKE_DEADLINE_MS;
    assert_feed_fails(&pair.b, DSB_REASON_MSG1_DEADLINE);
}

/* The stream ends after every number of bytes of the unit that `end` waits for, none included. */
static void assert_truncated(int message, enum dsb_reason reason)
{
    size_t len = 0;

    for (size_t cut = 0; cut == 0 || cut < len; cut++) {
        pair_start(&pair);
        pair_run_messages(&pair, message - 1);
        struct end *from = message == 2 ? &pair.b : &pair.a;
        struct end *to = message == 2 ? &pair.a : &pair.b;
        len = end_write(from, to);
        to->in.len = cut;
        assert_int_not_equal(end_feed(to, pair.now_ms), DSB_HANDSHAKE_FAILED);
        assert_int_equal(dsb_handshake_end_of_stream(&to->slot.handshake), DSB_HANDSHAKE_FAILED);
        assert_handshake_failed(to, reason);
    }
}

REASON(MSG1_TRUNCATED)
{
    assert_truncated(1, DSB_REASON_MSG1_TRUNCATED);
}

/* Message 2 */

static void assert_header_fails(struct end *end, uint16_t unit_len, enum dsb_reason reason)
{
    put_header(&end->in, unit_len);
    assert_feed_fails(end, reason);
}

REASON(MSG2_ZERO_LENGTH)
{
    pair_run_messages(&pair, 1);
    assert_header_fails(&pair.a, 0, DSB_REASON_MSG2_ZERO_LENGTH);
}

REASON(MSG2_OVERSIZE)
{
    pair_run_messages(&pair, 1);
    assert_header_fails(&pair.a, DSB_HANDSHAKE_UNIT_MAX + 1, DSB_REASON_MSG2_OVERSIZE);
}

REASON(MSG2_LENGTH)
{
    for (uint16_t len = 1; len < 48; len++) {
        pair_start(&pair);
        pair_run_messages(&pair, 1);
        assert_header_fails(&pair.a, len, DSB_REASON_MSG2_LENGTH);
    }
}

REASON(MSG2_BAD_KEY)
{
    pair_run_messages(&pair, 1);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    memcpy(pair.a.in.bytes + 2, low_order_key, DSB_KEY_LEN);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_BAD_KEY);
}

REASON(MSG2_DECRYPT)
{
    assert_every_flip_fails(2, DSB_REASON_MSG2_DECRYPT);

    /* A's own message 1 comes back. */
    pair_start(&pair);
    assert_true(end_write(&pair.a, &pair.a) > 0);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_DECRYPT);
}

REASON(MSG2_SURPLUS)
{
    pair_run_messages(&pair, 1);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    stream_put(&pair.a.in, low_order_key, 1);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_SURPLUS);

    pair_start(&pair);
    pair_run_messages(&pair, 2);
    stream_put(&pair.a.in, low_order_key, 1);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_SURPLUS);
}

REASON(MSG2_DEADLINE)
{
    assert_deadline(&pair.a, DSB_REASON_MSG2_DEADLINE); /* message 1 not even written */
    pair_start(&pair);
    pair_run_messages(&pair, 1);
    assert_deadline(&pair.a, DSB_REASON_MSG2_DEADLINE);
}

REASON(MSG2_TRUNCATED)
{
    assert_truncated(2, DSB_REASON_MSG2_TRUNCATED);
    pair_start(&pair);
    assert_int_equal(dsb_handshake_end_of_stream(&pair.a.slot.handshake), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(&pair.a, DSB_REASON_MSG2_TRUNCATED);
}

/* What is said of streams, behind the others. */
#define STREAMS "\x83\x04\x00\x01\x00\x00\x84\x02\x00\x08"

/* Answers a's message 1 as b would, but with this payload. */
static void answer_with_payload(const void *payload, size_t payload_len)
{
    pair_start(&pair);
    raw_responder(&raw, &pair.b_peer);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    raw_read(&raw, &pair.b.in);
    raw_write(&raw, payload, payload_len, &pair.a.in);
}

REASON(MSG2_PAYLOAD)
{
    answer_with_payload("", 0);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    answer_with_payload("\x82\x02\x10", 3);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    answer_with_payload("\x82\x02\x10\x00\x02\x02\x10\x00" STREAMS, 18);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    answer_with_payload("\x82\x02\x10\x00", 4); /* as version 1 had it */
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    answer_with_payload("\x82\x02\x10\x00\x03\x04\x00\x01\x00\x00", 10); /* a window alone */
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    /* An unknown field that may be skipped is no fault. */
    answer_with_payload("\x82\x02\x10\x00" STREAMS "\x7f\x01x", 17);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
}

REASON(MSG2_CRITICAL)
{
    answer_with_payload("\x82\x02\x10\x00" STREAMS "\xff\x01x", 17);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_CRITICAL);
}

REASON(MSG2_RECV_MAX)
{
    answer_with_payload("\x82\x02\x00\x7f" STREAMS, 14);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_RECV_MAX);
}

REASON(MSG2_STREAMS)
{
    answer_with_payload("\x82\x02\x10\x00\x83\x04\x00\x00\x00\x00\x84\x02\x00\x08", 14);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_STREAMS); /* a window of nothing */
}

REASON(MSG2_EARLY)
{
    stream_put(&pair.a.in, low_order_key, 1);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_EARLY);
}

/* Message 3 */

REASON(MSG3_ZERO_LENGTH)
{
    pair_run_messages(&pair, 1);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    assert_header_fails(&pair.b, 0, DSB_REASON_MSG3_ZERO_LENGTH);
}

REASON(MSG3_OVERSIZE)
{
    pair_run_messages(&pair, 2);
    assert_header_fails(&pair.b, DSB_HANDSHAKE_UNIT_MAX + 1, DSB_REASON_MSG3_OVERSIZE);
}

REASON(MSG3_LENGTH)
{
    for (uint16_t len = 1; len < 64; len++) {
        pair_start(&pair);
        pair_run_messages(&pair, 2);
        assert_header_fails(&pair.b, len, DSB_REASON_MSG3_LENGTH);
    }
}

/* A raw initiator that is `self` up to message 2, towards b. */
static void raw_up_to_msg2(const struct peer *self)
{
    pair_start(&pair);
    raw_initiator(&raw, self, &pair.b_peer);
    raw_write(&raw, NULL, 0, &pair.b.in);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    raw_read(&raw, &pair.a.in);
}

static int dh_that_gives_anything(void *ctx, uint8_t out[NOISE_KEY_LEN],
                                  const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    (void)peer;
    memset(out, 1, NOISE_KEY_LEN);
    return 0;
}

REASON(MSG3_BAD_KEY)
{
    static struct peer hostile;
    uint8_t payload[DSB_PAYLOAD3_MAX];

    peer_make(&hostile, "alpha", 0x11);
    memcpy(hostile.identity.key.public_key, low_order_key, DSB_KEY_LEN);
    hostile.identity.key.dh = dh_that_gives_anything;
    raw_up_to_msg2(&hostile);
    raw_write(&raw, payload, raw_payload3(&hostile, payload), &pair.b.in);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_BAD_KEY);
}

REASON(MSG3_DECRYPT)
{
    static uint8_t recorded[256];
    size_t recorded_len;

    assert_every_flip_fails(3, DSB_REASON_MSG3_DECRYPT);

    /* A good message 3 of another session of the same two. */
    pair_start(&pair);
    pair_run_messages(&pair, 2);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    recorded_len = pair.b.in.len;
    memcpy(recorded, pair.b.in.bytes, recorded_len);
    raw_up_to_msg2(&pair.a_peer);
    stream_put(&pair.b.in, recorded, recorded_len);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_DECRYPT);
}

REASON(MSG3_SURPLUS)
{
    /* DATA right behind message 3, in one piece: nobody waited for ACCEPT. */
    pair_run_messages(&pair, 2);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    stream_put(&pair.b.in, low_order_key, 1);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_SURPLUS);

    /* In another piece, before ACCEPT was asked for. */
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    assert_ok(dsb_slot_finish(&pair.b.slot, pair.now_ms));
    stream_put(&pair.b.in, low_order_key, 1);
    assert_read_fails(&pair.b, DSB_REASON_MSG3_SURPLUS);
}

REASON(MSG3_DEADLINE)
{
    pair_run_messages(&pair, 1);
    assert_deadline(&pair.b, DSB_REASON_MSG3_DEADLINE); /* message 2 not written */
    pair_start(&pair);
    pair_run_messages(&pair, 2);
    assert_deadline(&pair.b, DSB_REASON_MSG3_DEADLINE);
}

REASON(MSG3_TRUNCATED)
{
    assert_truncated(3, DSB_REASON_MSG3_TRUNCATED);
    pair_start(&pair);
    pair_run_messages(&pair, 1);
    assert_int_equal(dsb_handshake_end_of_stream(&pair.b.slot.handshake), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(&pair.b, DSB_REASON_MSG3_TRUNCATED);
}

/* Alpha's genuine message 3 but for its payload. */
static void finish_with_payload(const void *payload, size_t payload_len)
{
    raw_up_to_msg2(&pair.a_peer);
    raw_write(&raw, payload, payload_len, &pair.b.in);
}

REASON(MSG3_PAYLOAD)
{
    finish_with_payload("", 0);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_PAYLOAD);
    finish_with_payload("\x81\x05"
                        "alpha",
                        7); /* recv_max missing */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_PAYLOAD);
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x10\x00\x04\x02\x00\x08", /* a number alone */
                        15);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_PAYLOAD);
    finish_with_payload("\x82\x02\x10\x00" STREAMS, 14); /* id missing */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_PAYLOAD);
}

REASON(MSG3_CRITICAL)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x10\x00" STREAMS "\x85\x00",
                        23);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_CRITICAL);
}

REASON(MSG3_RECV_MAX)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x00\x00" STREAMS,
                        21);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_RECV_MAX);
}

REASON(MSG3_STREAMS)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x10\x00\x83\x04\x00\x01\x00\x00\x84\x01\x08",
                        20); /* a number of one byte */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_STREAMS);
}

REASON(MSG3_BAD_ID)
{
    finish_with_payload("\x81\x05"
                        "Alpha\x82\x02\x10\x00" STREAMS,
                        21);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_BAD_ID);
    assert_null(dsb_handshake_claim(&pair.b.slot.handshake));
}

/* Someone with this id and key seed runs the whole handshake honestly against b. */
static void knock(const char *id, uint8_t seed)
{
    static struct peer someone;
    uint8_t payload[DSB_PAYLOAD3_MAX];

    peer_make(&someone, id, seed);
    raw_up_to_msg2(&someone);
    raw_write(&raw, payload, raw_payload3(&someone, payload), &pair.b.in);
}

REASON(MSG3_UNKNOWN_KEY)
{
    knock("gamma", 0x99); /* a stranger */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_UNKNOWN_KEY);
    assert_true(dsb_device_id_equal(dsb_handshake_claim(&pair.b.slot.handshake),
                                    &(struct dsb_device_id){5, "gamma"}));
    knock("alpha", 0x99); /* the right id with another key */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_UNKNOWN_KEY);

    /* An empty trust store accepts nobody. */
    raw_up_to_msg2(&pair.a_peer);
    pair.b_peer.trust.count = 0;
    uint8_t payload[DSB_PAYLOAD3_MAX];
    raw_write(&raw, payload, raw_payload3(&pair.a_peer, payload), &pair.b.in);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_UNKNOWN_KEY);
}

REASON(MSG3_ID_MISMATCH)
{
    knock("gamma", 0x11); /* alpha's key, an id that nobody has */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_ID_MISMATCH);

    /* Two trusted devices, one claims to be the other. */
    static struct peer gamma, alpha_as_gamma;
    peer_make(&gamma, "gamma", 0x99);
    peer_make(&alpha_as_gamma, "gamma", 0x11);
    raw_up_to_msg2(&alpha_as_gamma);
    peer_trust(&pair.b_peer, &gamma);
    uint8_t payload[DSB_PAYLOAD3_MAX];
    raw_write(&raw, payload, raw_payload3(&alpha_as_gamma, payload), &pair.b.in);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_ID_MISMATCH);
    assert_int_equal(dsb_handshake_claim(&pair.b.slot.handshake)->len, 5);
}

/* ACCEPT */

REASON(ACCEPT_ZERO_LENGTH)
{
    pair_run_messages(&pair, 3);
    assert_header_fails(&pair.a, 0, DSB_REASON_ACCEPT_ZERO_LENGTH);
}

REASON(ACCEPT_OVERSIZE)
{
    pair_run_messages(&pair, 3);
    assert_header_fails(&pair.a, DSB_HANDSHAKE_UNIT_MAX + 1, DSB_REASON_ACCEPT_OVERSIZE);
}

REASON(ACCEPT_LENGTH)
{
    for (uint16_t len = 1; len <= DSB_HANDSHAKE_UNIT_MAX; len++) {
        if (len != DSB_RECORD_OVERHEAD) {
            pair_start(&pair);
            pair_run_messages(&pair, 3);
            assert_header_fails(&pair.a, len, DSB_REASON_ACCEPT_LENGTH);
        }
    }
}

REASON(ACCEPT_DECRYPT)
{
    for (size_t bit = 16; bit < 16 + 8 * (size_t)DSB_RECORD_OVERHEAD; bit++) {
        pair_start(&pair);
        pair_run_messages(&pair, 3);
        assert_ok(dsb_slot_finish(&pair.b.slot, pair.now_ms));
        assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
        pair.a.in.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_feed_fails(&pair.a, DSB_REASON_ACCEPT_DECRYPT);
    }
}

/* b's Noise half, honest up to message 3, then ready to say anything. */
static void raw_b_after_msg3(void)
{
    answer_with_payload("\x82\x02\x10\x00" STREAMS, 14);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    raw_read(&raw, &pair.b.in);
    raw_split(&raw);
}

REASON(ACCEPT_TYPE)
{
    for (unsigned type = 0; type < 256; type++) {
        uint8_t plaintext = (uint8_t)type;

        raw_b_after_msg3();
        raw_seal(&raw, &plaintext, 1, &pair.a.in);
        if (type == DSB_RECORD_ACCEPT)
            assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);
        else
            assert_feed_fails(&pair.a, DSB_REASON_ACCEPT_TYPE);
    }
}

REASON(ACCEPT_DEADLINE)
{
    pair_run_messages(&pair, 2);
    assert_deadline(&pair.a, DSB_REASON_ACCEPT_DEADLINE); /* message 3 not written */
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    assert_deadline(&pair.a, DSB_REASON_ACCEPT_DEADLINE);
}

REASON(ACCEPT_TRUNCATED)
{
    pair_run_messages(&pair, 2);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_null(dsb_handshake_peer(&pair.a.slot.handshake)); /* message 3 written proves nothing */
    assert_int_equal(dsb_handshake_end_of_stream(&pair.a.slot.handshake), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(&pair.a, DSB_REASON_ACCEPT_TRUNCATED);
}
