/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons that no message has: wrong calls, and what this side decides. */
#include "dsoftbus/reasons.h"

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
    assert_memory_equal(ephemeral, zero, sizeof zero);
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
    pair.a_peer.local.streams.window = 0;
    assert_int_equal(connect_a_to(&pair.b_peer.identity.id), DSB_REASON_CONNECT_BAD_ARGUMENT);
    pair.a_peer.local.streams.window = 1;
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
    assert_memory_equal(ephemeral, zero, sizeof zero);
    assert_handshake_failed(&pair.b, DSB_REASON_ACCEPT_BAD_ARGUMENT);
    test_ephemeral(ephemeral, 0x77);
    pair.b_peer.local.recv_max = DSB_RECV_MAX_MIN;
    assert_ok(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms));
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

static int refuse_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    (void)peer;
    memset(out, 0x5a, NOISE_KEY_LEN); /* part of an answer is none */
    return -1;
}

/* The holder of our key is gone: nothing goes out, nothing is kept; no fault of the peer's. */
REASON(LOCAL_KEY)
{
    /* Message 3 is the initiator's one question. */
    pair_run_messages(&pair, 2);
    pair.a_peer.identity.key.dh = refuse_dh;
    assert_int_equal(end_write(&pair.a, &pair.b), 0);
    assert_handshake_failed(&pair.a, DSB_REASON_LOCAL_KEY);

    /* Message 1 is the responder's. */
    pair_start(&pair);
    pair.b_peer.identity.key.dh = refuse_dh;
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_feed_fails(&pair.b, DSB_REASON_LOCAL_KEY);
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
