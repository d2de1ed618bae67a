/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One test per reason code, named after it. The list of tests is made from DSB_REASONS, so a reason
 * without a test does not compile.
 */
#include "dsoftbus/raw.h"
#include "dsoftbus/streams.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;
static struct raw raw;

static const uint8_t low_order_key[DSB_KEY_LEN] = {1};

static int start(void **state)
{
    (void)state;
    pair_start(&pair);
    return 0;
}

#define REASON(name) static void reason_##name(void **state __attribute__((unused)))

/* What is shared by all failures: it is final, keeps its reason, holds no key, and gives nothing to
 * send. */
static void assert_handshake_failed(struct end *end, enum dsb_reason reason)
{
    static const uint8_t zero[sizeof(struct noise_xk_handshake)];
    struct dsb_handshake *hs = &end->slot.handshake;
    uint8_t out[DSB_HANDSHAKE_OUT_MAX];
    struct dsb_session session;

    assert_int_equal(hs->state, DSB_HANDSHAKE_FAILED);
    assert_string_equal(dsb_reason_name(dsb_handshake_reason(hs)), dsb_reason_name(reason));
    assert_int_equal(dsb_handshake_reason(hs), reason);
    assert_memory_equal(&hs->noise.symmetric, zero, sizeof(hs->noise.symmetric));
    assert_memory_equal(hs->noise.e, zero, sizeof(hs->noise.e));
    assert_memory_equal(&hs->transport, zero, sizeof(hs->transport));
    assert_int_equal(dsb_handshake_output(hs, out), 0);
    assert_null(dsb_handshake_peer(hs));
    assert_int_equal(dsb_handshake_deadline(hs), DSB_NO_DEADLINE);
    assert_int_equal(dsb_handshake_finish(hs, &session, pair.now_ms), DSB_WRONG_STATE);
    assert_int_equal(session.state, DSB_SESSION_UNUSED);
    assert_int_equal(dsb_handshake_end_of_stream(hs), DSB_HANDSHAKE_FAILED);
    dsb_handshake_abort(hs, DSB_REASON_LOCAL_ABORTED);
    assert_int_equal(dsb_handshake_reason(hs), reason);
}

/* Feeds what has arrived; the handshake must fail for this reason. */
static void assert_feed_fails(struct end *end, enum dsb_reason reason)
{
    assert_int_equal(end_feed(end, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(end, reason);
}

static void assert_session_failed(struct end *end, enum dsb_reason reason)
{
    static const uint8_t zero[sizeof(struct noise_transport)];
    struct dsb_session *session = &end->slot.session;
    uint8_t out[DSB_CONTROL_MAX];
    size_t out_len;

    assert_int_equal(session->state, DSB_SESSION_FAILED);
    assert_string_equal(dsb_reason_name(dsb_session_reason(session)), dsb_reason_name(reason));
    assert_memory_equal(&session->transport, zero, sizeof(zero));
    assert_int_equal(dsb_session_send_data(session, out, sizeof(out), out, 1, 0, &out_len),
                     DSB_WRONG_STATE);
    assert_int_equal(dsb_session_output(session, out, sizeof(out), 0), 0);
    assert_false(dsb_session_wants_output(session));
    assert_int_equal(dsb_session_ping(session, NULL, 0), DSB_WRONG_STATE);
    assert_int_equal(dsb_session_close(session), DSB_WRONG_STATE);
    assert_false(dsb_session_is_closed(session));
    assert_int_equal(dsb_session_data_max(session), 0);
    assert_int_equal(dsb_session_deadline(session), DSB_NO_DEADLINE);
    assert_int_equal(dsb_session_end_of_stream(session), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(session), reason);
}

static void assert_read_fails(struct end *end, enum dsb_reason reason)
{
    const uint8_t *body;
    size_t body_len;

    assert_int_equal(session_read(end, pair.now_ms, &body, &body_len), DSB_EVENT_FAILED);
    assert_null(body);
    assert_int_equal(body_len, 0);
    assert_session_failed(end, reason);
}

/* Only a unit's length bytes. */
static void put_header(struct stream *stream, uint16_t unit_len)
{
    uint8_t header[DSB_FRAME_HEADER_LEN];

    dsb_frame_header(header, unit_len);
    stream_put(stream, header, sizeof(header));
}

static void put_unit(struct stream *stream, const uint8_t *unit, uint16_t unit_len)
{
    put_header(stream, unit_len);
    stream_put(stream, unit, unit_len);
}

/* Local */

REASON(NONE)
{
    pair_authenticate(&pair);
    assert_int_equal(dsb_session_reason(&pair.a.slot.session), DSB_REASON_NONE);
    assert_string_equal(dsb_reason_name(DSB_REASON_NONE), "none");
    assert_string_equal(dsb_reason_name((enum dsb_reason)0x0600), "unknown");
}

static enum dsb_reason connect_a_to(const struct dsb_device_id *target)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    static const uint8_t zero[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x77);
    enum dsb_reason reason = dsb_handshake_connect(&pair.a.slot.handshake, &pair.a_peer.local,
                                                   target, ephemeral, pair.now_ms);
    assert_memory_equal(ephemeral, zero, sizeof(zero));
    return reason;
}

REASON(CONNECT_BAD_ARGUMENT)
{
    struct dsb_device_id none = {0};

    assert_int_equal(connect_a_to(&none), DSB_REASON_CONNECT_BAD_ARGUMENT);
    assert_handshake_failed(&pair.a, DSB_REASON_CONNECT_BAD_ARGUMENT);
    none.len = DSB_DEVICE_ID_MAX + 1;
    assert_int_equal(connect_a_to(&none), DSB_REASON_CONNECT_BAD_ARGUMENT);
    pair.a_peer.local.recv_max = DSB_RECV_MAX_MIN - 1;
    assert_int_equal(connect_a_to(&pair.b_peer.identity.id), DSB_REASON_CONNECT_BAD_ARGUMENT);
    pair.a_peer.local.recv_max = DSB_RECV_MAX_MIN;
    assert_int_equal(connect_a_to(&pair.b_peer.identity.id), DSB_REASON_NONE);
}

REASON(CONNECT_NOT_TRUSTED)
{
    struct dsb_device_id stranger;

    assert_ok(dsb_device_id_set(&stranger, "gamma", 5));
    assert_int_equal(connect_a_to(&stranger), DSB_REASON_CONNECT_NOT_TRUSTED);
    assert_handshake_failed(&pair.a, DSB_REASON_CONNECT_NOT_TRUSTED);
    /* Oneself is not in one's own trust store, either. */
    assert_int_equal(connect_a_to(&pair.a_peer.identity.id), DSB_REASON_CONNECT_NOT_TRUSTED);
}

REASON(ACCEPT_BAD_ARGUMENT)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    static const uint8_t zero[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x77);
    pair.b_peer.local.recv_max = DSB_RECV_MAX_MIN - 1;
    assert_int_equal(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms),
        DSB_REASON_ACCEPT_BAD_ARGUMENT);
    assert_memory_equal(ephemeral, zero, sizeof(zero));
    assert_handshake_failed(&pair.b, DSB_REASON_ACCEPT_BAD_ARGUMENT);
    test_ephemeral(ephemeral, 0x77);
    pair.b_peer.local.recv_max = DSB_RECV_MAX_MIN;
    assert_ok(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms));
}

static int refuse_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    (void)out;
    (void)peer;
    return -1;
}

REASON(LOCAL_CRYPTO)
{
    uint8_t ephemeral[DSB_KEY_LEN] = {0}; /* used up before, so zero */

    assert_int_equal(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms),
        DSB_REASON_LOCAL_CRYPTO);
    assert_handshake_failed(&pair.b, DSB_REASON_LOCAL_CRYPTO);
    assert_int_equal(dsb_handshake_connect(&pair.a.slot.handshake, &pair.a_peer.local,
                                           &pair.b_peer.identity.id, ephemeral, pair.now_ms),
                     DSB_REASON_LOCAL_CRYPTO);
    assert_handshake_failed(&pair.a, DSB_REASON_LOCAL_CRYPTO);

    /* The holder of our key refuses the one exchange of message 3. */
    pair_start(&pair);
    pair_run_messages(&pair, 2);
    pair.a_peer.identity.key.dh = refuse_dh;
    assert_int_equal(end_write(&pair.a, &pair.b), 0);
    assert_handshake_failed(&pair.a, DSB_REASON_LOCAL_CRYPTO);

    /* A Noise object that was given up behind the library's back. */
    pair_start(&pair);
    noise_xk_wipe(&pair.b.slot.handshake.noise);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_feed_fails(&pair.b, DSB_REASON_LOCAL_CRYPTO);
}

REASON(LOCAL_DROPPED)
{
    pair_run_messages(&pair, 1);
    dsb_handshake_abort(&pair.b.slot.handshake, DSB_REASON_LOCAL_DROPPED);
    assert_handshake_failed(&pair.b, DSB_REASON_LOCAL_DROPPED);
}

REASON(LOCAL_ABORTED)
{
    pair_run_messages(&pair, 1);
    dsb_handshake_abort(&pair.a.slot.handshake, DSB_REASON_LOCAL_ABORTED);
    assert_handshake_failed(&pair.a, DSB_REASON_LOCAL_ABORTED);

    /* A handshake that became a session is out of reach. */
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    struct dsb_session session;
    assert_ok(dsb_handshake_finish(&pair.b.slot.handshake, &session, pair.now_ms));
    dsb_handshake_abort(&pair.b.slot.handshake, DSB_REASON_LOCAL_ABORTED);
    assert_int_equal(pair.b.slot.handshake.state, DSB_HANDSHAKE_FINISHED);
}

/* A session too many, and one whose peer is trusted no more: each side's own decision. */
REASON(LOCAL_FULL)
{
    pair_run_messages(&pair, 3);
    dsb_handshake_abort(&pair.b.slot.handshake, DSB_REASON_LOCAL_FULL);
    assert_handshake_failed(&pair.b, DSB_REASON_LOCAL_FULL);

    pair_start(&pair);
    pair_authenticate(&pair);
    dsb_session_abort(&pair.b.slot.session, DSB_REASON_LOCAL_FULL);
    assert_session_failed(&pair.b, DSB_REASON_LOCAL_FULL);
}

REASON(LOCAL_REVOKED)
{
    struct dsb_handshake *hs = &pair.a.slot.handshake;

    /* Between connect and ACCEPT. */
    pair_run_messages(&pair, 3);
    assert_ok(dsb_slot_finish(&pair.b.slot, pair.now_ms));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    pair.a_peer.trust.count = 0;
    assert_feed_fails(&pair.a, DSB_REASON_LOCAL_REVOKED);

    /* Between AUTHENTICATED and finish: another key for the same id is as good as none. */
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    pair.b_peer.entries[0].key[0] ^= 1;
    assert_int_equal(dsb_slot_finish(&pair.b.slot, pair.now_ms), DSB_WRONG_STATE);
    assert_handshake_failed(&pair.b, DSB_REASON_LOCAL_REVOKED);

    /* In between, when the program asks. */
    pair_start(&pair);
    assert_int_equal(dsb_handshake_recheck(hs), DSB_HANDSHAKE_WRITE_MSG1);
    pair.a_peer.trust.count = 0;
    assert_int_equal(dsb_handshake_recheck(hs), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(&pair.a, DSB_REASON_LOCAL_REVOKED);
    /* A responder does not know its peer yet. */
    pair.b_peer.trust.count = 0;
    assert_int_equal(dsb_handshake_recheck(&pair.b.slot.handshake), DSB_HANDSHAKE_READ_MSG1);
}

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
    answer_with_payload("\x82\x02\x10\x00\x02\x02\x10\x00", 8);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_PAYLOAD);
    /* An unknown field that may be skipped is no fault. */
    answer_with_payload("\x82\x02\x10\x00\x7f\x01x", 7);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
}

REASON(MSG2_CRITICAL)
{
    answer_with_payload("\x82\x02\x10\x00\xff\x01x", 7);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_CRITICAL);
}

REASON(MSG2_RECV_MAX)
{
    answer_with_payload("\x82\x02\x00\x3f", 4);
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_RECV_MAX);
}

REASON(MSG2_STREAMS)
{
    answer_with_payload("\x82\x02\x10\x00\x03\x04\x00\x01\x00\x00", 10); /* a window alone */
    assert_feed_fails(&pair.a, DSB_REASON_MSG2_STREAMS);
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
    finish_with_payload("\x82\x02\x10\x00", 4); /* id missing */
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_PAYLOAD);
}

REASON(MSG3_CRITICAL)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x10\x00\x85\x00",
                        13);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_CRITICAL);
}

REASON(MSG3_RECV_MAX)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x00\x00",
                        11);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_RECV_MAX);
}

REASON(MSG3_STREAMS)
{
    finish_with_payload("\x81\x05"
                        "alpha\x82\x02\x10\x00\x04\x02\x00\x08", /* a number alone */
                        15);
    assert_feed_fails(&pair.b, DSB_REASON_MSG3_STREAMS);
}

REASON(MSG3_BAD_ID)
{
    finish_with_payload("\x81\x05"
                        "Alpha\x82\x02\x10\x00",
                        11);
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
    answer_with_payload("\x82\x02\x10\x00", 4);
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
        if (type == DSB_RECORD_ACCEPT) {
            assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);
        } else {
            assert_feed_fails(&pair.a, DSB_REASON_ACCEPT_TYPE);
        }
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

/* The session */

REASON(RECORD_ZERO_LENGTH)
{
    pair_authenticate(&pair);
    put_header(&pair.b.in, 0);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_ZERO_LENGTH);
}

REASON(RECORD_OVERSIZE)
{
    pair_authenticate(&pair);
    put_header(&pair.b.in, PEER_RECV_MAX + 1);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_OVERSIZE);

    /* The longest that is allowed arrives. */
    static const uint8_t longest[PEER_RECV_MAX - DSB_RECORD_OVERHEAD];
    const uint8_t *body;
    size_t body_len;
    pair_start(&pair);
    pair_authenticate(&pair);
    session_send(&pair.a, &pair.b, longest, sizeof(longest), pair.now_ms);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    assert_int_equal(body_len, sizeof(longest));
}

REASON(RECORD_LENGTH)
{
    for (uint16_t len = 1; len < DSB_RECORD_OVERHEAD; len++) {
        pair_start(&pair);
        pair_authenticate(&pair);
        put_header(&pair.b.in, len);
        assert_read_fails(&pair.b, DSB_REASON_RECORD_LENGTH);
    }
}

REASON(RECORD_DECRYPT)
{
    /* Every bit of the unit. */
    for (size_t bit = 16; bit < 8 * (size_t)(DSB_DATA_HEADROOM + 5 + DSB_DATA_TAILROOM); bit++) {
        pair_start(&pair);
        pair_authenticate(&pair);
        session_send(&pair.a, &pair.b, "there", 5, pair.now_ms);
        pair.b.in.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_read_fails(&pair.b, DSB_REASON_RECORD_DECRYPT);
    }

    /* The same record twice. */
    const uint8_t *body;
    size_t body_len;
    pair_start(&pair);
    pair_authenticate(&pair);
    session_send(&pair.a, &pair.b, "there", 5, pair.now_ms);
    stream_put(&pair.b.in, pair.b.in.bytes, pair.b.in.len);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_DECRYPT);

    /* A record left out. */
    pair_start(&pair);
    pair_authenticate(&pair);
    session_send(&pair.a, &pair.b, "first", 5, pair.now_ms);
    stream_drop(&pair.b.in, pair.b.in.len);
    session_send(&pair.a, &pair.b, "second", 6, pair.now_ms);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_DECRYPT);

    /* One's own record comes back. */
    pair_start(&pair);
    pair_authenticate(&pair);
    session_send(&pair.a, &pair.a, "there", 5, pair.now_ms);
    assert_read_fails(&pair.a, DSB_REASON_RECORD_DECRYPT);

    /* Plain bytes in the form of a record. */
    pair_start(&pair);
    pair_authenticate(&pair);
    put_unit(&pair.b.in, (const uint8_t *)"\x03plain text ping", 16);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_LENGTH);
    pair_start(&pair);
    pair_authenticate(&pair);
    put_unit(&pair.b.in, (const uint8_t *)"\x03plain text ping, longer", 24);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_DECRYPT);
}

/* A raw peer in a session with b sends this plaintext. */
static void seal_to_b(const void *plaintext, size_t plaintext_len)
{
    pair_start(&pair);
    raw_session_with_b(&raw, &pair);
    raw_seal(&raw, plaintext, plaintext_len, &pair.b.in);
}

REASON(RECORD_TYPE)
{
    for (unsigned type = 0; type < 256; type++) {
        uint8_t plaintext[2] = {(uint8_t)type, 'x'};

        if (type >= DSB_RECORD_ACCEPT && type <= DSB_RECORD_CLOSE) {
            continue;
        }
        seal_to_b(plaintext, sizeof(plaintext));
        assert_read_fails(&pair.b, DSB_REASON_RECORD_TYPE);
    }
    seal_to_b("\x01", 1); /* ACCEPT again, and from the wrong side */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_TYPE);
}

REASON(RECORD_BODY)
{
    static const uint8_t long_ping[1 + DSB_PING_MAX + 1] = {DSB_RECORD_PING};

    seal_to_b("\x02", 1); /* DATA of nothing */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
    seal_to_b("\x05x", 2); /* CLOSE with a body */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
    seal_to_b(long_ping, sizeof(long_ping));
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
}

REASON(RECORD_PONG)
{
    seal_to_b("\x04x", 2); /* nobody asked */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_PONG);

    static const char *const wrong[] = {"\x04yes", "\x04nope", "\x04no"};
    for (size_t i = 0; i < 3; i++) {
        pair_start(&pair);
        raw_session_with_b(&raw, &pair);
        assert_ok(dsb_session_ping(&pair.b.slot.session, (const uint8_t *)"yep", 3));
        if (i > 0) {
            assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
            assert_int_equal(raw_open(&raw, &pair.a.in), DSB_RECORD_PING);
        }
        raw_seal(&raw, wrong[i], strlen(wrong[i]), &pair.b.in);
        assert_read_fails(&pair.b, DSB_REASON_RECORD_PONG);
    }
}

REASON(RECORD_PING_FLOOD)
{
    const uint8_t *body;
    size_t body_len;

    seal_to_b("\x03x", 2);
    raw_seal(&raw, "\x03y", 2, &pair.b.in);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_PING_FLOOD);

    /* The second comes later, but before the PONG was sealed. */
    seal_to_b("\x03x", 2);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    raw_seal(&raw, "\x03y", 2, &pair.b.in);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_PING_FLOOD);

    /* The PONG leaves between two that came together, with other records between them. */
    seal_to_b("\x03x", 2);
    raw_seal(&raw, "\x02z", 2, &pair.b.in);
    raw_seal(&raw, "\x03y", 2, &pair.b.in);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_DATA);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_PING_FLOOD);

    /* Of the second PING only one byte was there. */
    static struct stream rest;
    seal_to_b("\x03x", 2);
    raw_seal(&raw, "\x03y", 2, &rest);
    stream_put(&pair.b.in, rest.bytes, 1);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    stream_put(&pair.b.in, rest.bytes + 1, rest.len - 1);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_PING_FLOOD);
}

REASON(RECORD_AFTER_CLOSE)
{
    const uint8_t *body;
    size_t body_len;

    /* Together with the CLOSE, whole or in part: before the CLOSE is answered. */
    seal_to_b("\x05", 1);
    raw_seal(&raw, "\x02x", 2, &pair.b.in);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);
    seal_to_b("\x05", 1);
    stream_put(&pair.b.in, low_order_key, 1);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);

    seal_to_b("\x05", 1);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    raw_seal(&raw, "\x02x", 2, &pair.b.in);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);

    /* Also when both sides have closed. */
    seal_to_b("\x05", 1);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(&pair.b.slot.session));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    assert_true(dsb_session_is_closed(&pair.b.slot.session));
    stream_put(&pair.b.in, low_order_key, 1);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);
}

REASON(RECORD_NONCE)
{
    uint8_t out[64];
    size_t out_len;
    struct dsb_session *b = &pair.b.slot.session;

    pair_authenticate(&pair);
    b->transport.send.n = UINT64_MAX - 1;
    assert_ok(dsb_session_send_data(b, out, sizeof(out), low_order_key, 1, 0, &out_len));
    assert_int_equal(dsb_session_send_data(b, out, sizeof(out), low_order_key, 1, 0, &out_len),
                     DSB_WRONG_STATE);
    assert_int_equal(out_len, 0);
    assert_session_failed(&pair.b, DSB_REASON_RECORD_NONCE);

    pair_start(&pair);
    pair_authenticate(&pair);
    b->transport.recv.n = UINT64_MAX;
    session_send(&pair.a, &pair.b, "x", 1, pair.now_ms);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_NONCE);
}

REASON(SESSION_TRUNCATED)
{
    const uint8_t *body;
    size_t body_len;

    pair_authenticate(&pair);
    assert_int_equal(dsb_session_end_of_stream(&pair.a.slot.session), DSB_EVENT_FAILED);
    assert_session_failed(&pair.a, DSB_REASON_SESSION_TRUNCATED);

    /* Half of it is not enough: our CLOSE without theirs, theirs without ours. */
    assert_ok(dsb_session_close(&pair.b.slot.session));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    assert_int_equal(dsb_session_end_of_stream(&pair.b.slot.session), DSB_EVENT_FAILED);
    assert_session_failed(&pair.b, DSB_REASON_SESSION_TRUNCATED);
    seal_to_b("\x05", 1);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    assert_int_equal(dsb_session_end_of_stream(&pair.b.slot.session), DSB_EVENT_FAILED);
    assert_session_failed(&pair.b, DSB_REASON_SESSION_TRUNCATED);

    /* The stream ends between ACCEPT and finish. */
    pair_start(&pair);
    pair_run_messages(&pair, 3);
    assert_int_equal(dsb_handshake_end_of_stream(&pair.b.slot.handshake), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(&pair.b, DSB_REASON_SESSION_TRUNCATED);
}

REASON(SESSION_SILENT)
{
    struct dsb_session *a = &pair.a.slot.session;

    pair_authenticate(&pair);
    assert_int_equal(dsb_session_tick(a, pair.now_ms + DSB_DEAD_AFTER_MS - 1), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(a, pair.now_ms + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
    assert_session_failed(&pair.a, DSB_REASON_SESSION_SILENT);
}

REASON(SESSION_UNCLOSED)
{
    struct dsb_session *b = &pair.b.slot.session;
    const uint8_t *body;
    size_t body_len;

    raw_session_with_b(&raw, &pair);
    assert_ok(dsb_session_end(b, pair.now_ms));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    /* Whatever it sends, and whatever is asked again: the time is not restarted. */
    pair.now_ms += DSB_END_AFTER_MS - 1;
    raw_seal(&raw, "\x02x", 2, &pair.b.in);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_ok(dsb_session_end(b, pair.now_ms));
    assert_int_equal(dsb_session_deadline(b), pair.now_ms + 1);
    assert_int_equal(dsb_session_tick(b, pair.now_ms), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(b, pair.now_ms + 1), DSB_EVENT_FAILED);
    assert_session_failed(&pair.b, DSB_REASON_SESSION_UNCLOSED);
}

/* Of the stream layer: it names the reason, and whoever feeds it ends the session with it. */
static void assert_streams_refuse(enum dsb_record_type type, const char *body, size_t body_len,
                                  enum dsb_reason reason)
{
    static struct dsb_stream table[1];
    static uint8_t bytes[2];
    static uint32_t refused[1];
    static const struct dsb_streams_config config = {
        .streams_max = 1, .window = 1, .peer_window = 1, .send_cap = 1};
    const struct dsb_streams_memory memory = {table, bytes, refused};
    struct dsb_streams streams;

    assert_ok(dsb_streams_init(&streams, &config, &memory));
    for (uint8_t id = 1; id <= 3; id += 2) { /* one has room, the other does not */
        const uint8_t open[] = {0, 0, 0, id, 1, 's'};
        assert_ok(dsb_streams_receive(&streams, DSB_RECORD_OPEN, open, sizeof(open)));
    }
    pair_authenticate(&pair);
    dsb_session_abort(&pair.b.slot.session,
                      dsb_streams_receive(&streams, type, (const uint8_t *)body, body_len));
    assert_session_failed(&pair.b, reason);
}

REASON(STREAM_ID)
{
    assert_streams_refuse(DSB_RECORD_FIN, "\x00\x00\x00\x05", 4, DSB_REASON_STREAM_ID);
}

REASON(STREAM_STATE)
{
    assert_streams_refuse(DSB_RECORD_OPENED, "\x00\x00\x00\x01\x00\x00\x00\x00", 8,
                          DSB_REASON_STREAM_STATE);
}

REASON(STREAM_CREDIT)
{
    assert_streams_refuse(DSB_RECORD_BYTES, "\x00\x00\x00\x01xy", 6, DSB_REASON_STREAM_CREDIT);
}

REASON(STREAM_COUNT)
{
    assert_streams_refuse(DSB_RECORD_OPEN, "\x00\x00\x00\x05\x01s", 6, DSB_REASON_STREAM_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define X(name, number, text) cmocka_unit_test_setup(reason_##name, start),
        DSB_REASONS(X)
#undef X
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
