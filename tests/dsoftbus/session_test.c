/* SPDX-License-Identifier: Apache-2.0 */
/* The session: records, closing, time, backpressure, rekey. */
#include "dsoftbus/session_pair.h"

/* Records */

static void data_arrives_in_order_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct end *from = i % 3 == 0 ? &pair.b : &pair.a;
        struct end *to = i % 3 == 0 ? &pair.a : &pair.b;
        uint8_t data[300];
        size_t len = 1 + i % sizeof data;

        memset(data, (int)i, len);
        session_send(from, to, data, len, T0);
        assert_int_equal(session_read(to, T0, &body, &body_len), DSB_EVENT_STREAM);
        assert_int_equal(body_len, len);
        assert_memory_equal(body, data, len);
    }
}

static void sealing_in_place_gives_the_same_record(void **state)
{
    uint8_t copied[64], in_place[64] = {0};
    size_t copied_len, in_place_len;
    struct dsb_session twin = *a;

    (void)state;
    twin.transport.self = &twin.transport; /* what no program does */
    assert_ok(dsb_session_send_stream(a, DSB_RECORD_BYTES, copied, sizeof copied,
                                      (const uint8_t *)STREAM1 "there", 9, T0, &copied_len));
    memcpy(in_place + DSB_BODY_HEADROOM, STREAM1 "there", 9);
    assert_ok(dsb_session_send_stream(&twin, DSB_RECORD_BYTES, in_place, sizeof in_place,
                                      in_place + DSB_BODY_HEADROOM, 9, T0, &in_place_len));
    assert_int_equal(copied_len, in_place_len);
    assert_memory_equal(copied, in_place, copied_len);
}

static void would_block_loses_nothing(void **state)
{
    uint8_t out[64];
    size_t out_len;
    struct dsb_session before = *a;

    (void)state;
    for (size_t cap = 0; cap < DSB_BODY_HEADROOM + 9 + DSB_BODY_TAILROOM; cap++) {
        assert_int_equal(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, cap,
                                                 (const uint8_t *)STREAM1 "there", 9, T0, &out_len),
                         DSB_WOULD_BLOCK);
        assert_int_equal(out_len, 0);
    }
    assert_memory_equal(a, &before, sizeof before);
    session_send(&pair.a, &pair.b, "there", 5, T0);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_STREAM);

    /* Own records wait for room, too, and need no byte more. */
    assert_ok(dsb_session_ping(a, (const uint8_t *)"token", 5));
    assert_ok(dsb_session_close(a));
    for (size_t cap = 0; cap < 2 + DSB_RECORD_OVERHEAD + 5; cap++)
        assert_int_equal(dsb_session_output(a, out, cap, T0), 0);
    assert_int_equal(dsb_session_output(a, out, 2 + DSB_RECORD_OVERHEAD + 5, T0),
                     2 + DSB_RECORD_OVERHEAD + 5);
    assert_true(dsb_session_wants_output(a));
    assert_int_equal(dsb_session_output(a, out, 2 + DSB_RECORD_OVERHEAD, T0),
                     2 + DSB_RECORD_OVERHEAD);
    assert_false(dsb_session_wants_output(a));
}

static void accept_and_pong_wait_for_room(void **state)
{
    uint8_t out[DSB_CONTROL_MAX];
    size_t out_len;

    (void)state;
    pair_run_messages(&pair, 3);
    assert_ok(dsb_slot_finish(&pair.b.slot, T0));
    /* Nothing passes ACCEPT. */
    assert_int_equal(dsb_session_send_stream(b, DSB_RECORD_BYTES, out, sizeof out,
                                             (const uint8_t *)STREAM1 "x", 5, T0, &out_len),
                     DSB_WOULD_BLOCK);
    assert_int_equal(dsb_session_output(b, out, 2 + DSB_RECORD_OVERHEAD - 1, T0), 0);
    assert_int_equal(dsb_session_output(b, out, 2 + DSB_RECORD_OVERHEAD, T0),
                     2 + DSB_RECORD_OVERHEAD);
    stream_put(&pair.a.in, out, 2 + DSB_RECORD_OVERHEAD);
    assert_int_equal(end_feed(&pair.a, T0), DSB_HANDSHAKE_AUTHENTICATED);
    assert_ok(dsb_slot_finish(&pair.a.slot, T0));
    assert_ok(dsb_session_ping(a, (const uint8_t *)"token", 5));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_output(b, out, 2 + DSB_RECORD_OVERHEAD + 5 - 1, T0), 0);
    size_t len = dsb_session_output(b, out, 2 + DSB_RECORD_OVERHEAD + 5, T0);
    stream_put(&pair.a.in, out, len);
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_PONG);
}

static void sender_respects_the_peers_recv_max(void **state)
{
    static uint8_t out[DSB_FRAME_HEADER_LEN + DSB_FRAME_UNIT_MAX], data[DSB_FRAME_UNIT_MAX];
    size_t out_len;

    (void)state;
    pair.a_peer.local.recv_max = DSB_RECV_MAX_MAX;
    pair.b_peer.local.recv_max = DSB_RECV_MAX_MIN;
    pair_authenticate(&pair);
    assert_int_equal(dsb_session_body_max(a), DSB_RECV_MAX_MIN - DSB_RECORD_OVERHEAD);
    assert_int_equal(dsb_session_body_max(b), DSB_RECV_MAX_MAX - DSB_RECORD_OVERHEAD);
    assert_int_equal(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out, data,
                                             dsb_session_body_max(a) + 1, T0, &out_len),
                     DSB_TOO_LARGE);
    assert_int_equal(dsb_session_send_stream(b, DSB_RECORD_BYTES, out, sizeof out, data,
                                             dsb_session_body_max(b) + 1, T0, &out_len),
                     DSB_TOO_LARGE);
    assert_int_equal(
        dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out, data, 0, T0, &out_len),
        DSB_INVALID);
    session_send(&pair.a, &pair.b, data, dsb_session_body_max(a) - 4, T0);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(body_len, dsb_session_body_max(a) - 4);
    session_send(&pair.b, &pair.a, data, dsb_session_body_max(b) - 4, T0);
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(body_len, dsb_session_body_max(b) - 4);
    /* The longest PING passes the smallest recv_max. */
    assert_ok(dsb_session_ping(a, data, DSB_PING_MAX));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE);
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PONG);
}

static void ping_comes_back_with_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(dsb_session_ping(a, (const uint8_t *)"x", DSB_PING_MAX + 1), DSB_INVALID);
    assert_ok(dsb_session_ping(a, (const uint8_t *)"token", 5));
    assert_int_equal(dsb_session_ping(a, (const uint8_t *)"other", 5), DSB_WOULD_BLOCK);
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_ping(a, (const uint8_t *)"other", 5), DSB_WOULD_BLOCK);
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PONG);
    assert_int_equal(body_len, 5);
    assert_memory_equal(body, "token", 5);
    assert_ok(dsb_session_ping(a, NULL, 0));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE);
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PONG);
    assert_int_equal(body_len, 0);
}

/* Closing */

static void closes_cleanly_one_side_after_the_other(void **state)
{
    uint8_t out[64];
    size_t out_len;

    (void)state;
    assert_ok(dsb_session_close(a));
    assert_ok(dsb_session_close(a));
    assert_int_equal(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out,
                                             (const uint8_t *)STREAM1 "x", 5, T0, &out_len),
                     DSB_WRONG_STATE);
    assert_int_equal(dsb_session_ping(a, NULL, 0), DSB_WRONG_STATE);
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_PEER_CLOSED);
    assert_false(dsb_session_is_closed(a));
    assert_false(dsb_session_is_closed(b));
    assert_int_equal(dsb_session_ping(b, NULL, 0), DSB_WRONG_STATE);
    /* b's direction is still open. */
    session_send(&pair.b, &pair.a, "last", 4, T0);
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_STREAM);
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    assert_true(dsb_session_is_closed(a));
    assert_true(dsb_session_is_closed(b));
    assert_int_equal(dsb_session_deadline(a), DSB_NO_DEADLINE);
    assert_int_equal(dsb_session_tick(a, UINT64_MAX), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_end_of_stream(a), DSB_EVENT_CLOSED);
    assert_int_equal(dsb_session_end_of_stream(b), DSB_EVENT_CLOSED);
}

static void close_counts_only_once_it_is_written(void **state)
{
    uint8_t out[DSB_CONTROL_MAX];

    (void)state;
    assert_ok(dsb_session_close(a));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(b));
    size_t len = dsb_session_output(b, out, sizeof out, T0);
    assert_false(dsb_session_is_closed(b));
    dsb_session_written(b, 0, T0);
    dsb_session_written(b, len - 1, T0);
    assert_false(dsb_session_is_closed(b));
    dsb_session_written(b, 1, T0);
    assert_true(dsb_session_is_closed(b));
}

static void ping_and_close_may_cross(void **state)
{
    (void)state;
    assert_ok(dsb_session_ping(a, NULL, 0));
    assert_ok(dsb_session_close(b));
    assert_true(session_write(&pair.a, &pair.b, T0) > 0);
    assert_true(session_write(&pair.b, &pair.a, T0) > 0);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_NONE);
    assert_false(dsb_session_wants_output(b)); /* nothing follows a CLOSE */
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(a));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_PEER_CLOSED);
    assert_true(dsb_session_is_closed(a));
    assert_true(dsb_session_is_closed(b));
}

static void pong_and_ping_go_before_close(void **state)
{
    (void)state;
    assert_ok(dsb_session_ping(a, (const uint8_t *)"a", 1));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE);
    assert_ok(dsb_session_ping(b, (const uint8_t *)"b", 1));
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PONG);
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_NONE);
    assert_true(dsb_session_wants_output(a));
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_PONG);
}

/* Time */

static void silence_brings_a_ping_whose_pong_is_no_event(void **state)
{
    (void)state;
    assert_int_equal(dsb_session_deadline(a), T0 + DSB_PING_AFTER_MS);
    assert_int_equal(dsb_session_tick(a, T0 + DSB_PING_AFTER_MS - 1), DSB_EVENT_NONE);
    assert_false(dsb_session_wants_output(a));
    assert_int_equal(dsb_session_tick(a, T0 + DSB_PING_AFTER_MS), DSB_EVENT_NONE);
    assert_true(dsb_session_wants_output(a));
    assert_int_equal(dsb_session_deadline(a), T0 + DSB_DEAD_AFTER_MS);
    assert_int_equal(pass(&pair.a, &pair.b, T0 + DSB_PING_AFTER_MS), DSB_EVENT_NONE);
    assert_int_equal(pass(&pair.b, &pair.a, T0 + DSB_PING_AFTER_MS + 1), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_deadline(a), T0 + DSB_PING_AFTER_MS + 1 + DSB_PING_AFTER_MS);
}

static void an_unanswered_ping_ends_in_death(void **state)
{
    (void)state;
    assert_int_equal(dsb_session_tick(a, T0 + DSB_PING_AFTER_MS), DSB_EVENT_NONE);
    assert_true(session_write(&pair.a, &pair.b, T0 + DSB_PING_AFTER_MS) > 0);
    assert_int_equal(dsb_session_tick(a, T0 + DSB_DEAD_AFTER_MS - 1), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(a, T0 + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(a), DSB_REASON_SESSION_SILENT);
}

static void bytes_that_are_no_record_are_silence(void **state)
{
    uint64_t now = T0;

    (void)state;
    session_send(&pair.b, &pair.a, "a record that dribbles in, and is late", 38, T0);
    size_t all = pair.a.in.len;
    for (pair.a.in.len = 1; pair.a.in.len < 45; pair.a.in.len++) {
        now += 1000;
        assert_int_equal(session_read(&pair.a, now, &body, &body_len), DSB_EVENT_NONE);
    }
    assert_true(pair.a.in.len < all);
    assert_int_equal(session_read(&pair.a, T0 + DSB_DEAD_AFTER_MS, &body, &body_len),
                     DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(a), DSB_REASON_SESSION_SILENT);
}

static void a_stalled_write_is_silence(void **state)
{
    uint8_t out[64];
    size_t out_len;
    uint64_t now;

    (void)state;
    assert_ok(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out,
                                      (const uint8_t *)STREAM1 "x", 5, T0 + 100, &out_len));
    /* b goes on talking; a's bytes do not move. */
    for (now = T0 + 100; now < T0 + 100 + DSB_DEAD_AFTER_MS; now += 9000) {
        session_send(&pair.b, &pair.a, "y", 1, now);
        assert_int_equal(session_read(&pair.a, now, &body, &body_len), DSB_EVENT_STREAM);
    }
    assert_int_equal(dsb_session_deadline(a), T0 + 100 + DSB_DEAD_AFTER_MS);
    assert_int_equal(dsb_session_tick(a, T0 + 100 + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(a), DSB_REASON_SESSION_SILENT);
}

static void a_write_that_moves_is_not_stalled(void **state)
{
    uint8_t out[64];
    size_t out_len;

    (void)state;
    assert_ok(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out,
                                      (const uint8_t *)STREAM1 "x", 5, T0, &out_len));
    session_send(&pair.b, &pair.a, "y", 1, T0 + 40000);
    assert_int_equal(session_read(&pair.a, T0 + 40000, &body, &body_len), DSB_EVENT_STREAM);
    dsb_session_written(a, 1, T0 + 44000);
    assert_int_equal(dsb_session_tick(a, T0 + 46000), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(a, T0 + 40000 + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
}

static void a_paused_session_does_not_count_silence(void **state)
{
    (void)state;
    dsb_session_pause(a, true, T0);
    assert_int_equal(dsb_session_deadline(a), DSB_NO_DEADLINE);
    assert_int_equal(dsb_session_tick(a, T0 + 10 * DSB_DEAD_AFTER_MS), DSB_EVENT_NONE);
    dsb_session_pause(a, false, T0 + 10 * DSB_DEAD_AFTER_MS);
    dsb_session_pause(a, false, T0 + 10 * DSB_DEAD_AFTER_MS + 1);
    assert_int_equal(dsb_session_deadline(a), T0 + 10 * DSB_DEAD_AFTER_MS + DSB_PING_AFTER_MS);
    /* Its own stalled writes still count. */
    uint8_t out[64];
    size_t out_len;
    dsb_session_pause(b, true, T0);
    assert_ok(dsb_session_send_stream(b, DSB_RECORD_BYTES, out, sizeof out,
                                      (const uint8_t *)STREAM1 "x", 5, T0, &out_len));
    assert_int_equal(dsb_session_deadline(b), T0 + DSB_DEAD_AFTER_MS);
}

static void after_the_peers_close_moving_output_shows_life(void **state)
{
    uint64_t now = T0;

    (void)state;
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    for (int i = 0; i < 10; i++) {
        now += 20000;
        session_send(&pair.a, &pair.b, "z", 1, now);
        assert_int_equal(session_read(&pair.b, now, &body, &body_len), DSB_EVENT_STREAM);
    }
    assert_int_equal(dsb_session_tick(a, now + DSB_DEAD_AFTER_MS - 1), DSB_EVENT_NONE);
    /* b closed its direction and may not PING. */
    assert_false(dsb_session_wants_output(b));
    assert_int_equal(dsb_session_tick(b, now + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
}

/* Rekey */

static void each_direction_rekeys_before_record_65536(void **state)
{
    static const uint8_t data[] = {DSB_RECORD_BYTES, 0, 0, 0, 1, 'x'};

    (void)state;
    raw_session_with_b(&raw, &pair);
    for (uint64_t n = 0; n < 2 * (uint64_t)DSB_REKEY_RECORDS + 2; n++) {
        assert_int_equal(raw.transport.send.n, n);
        if (n == DSB_REKEY_RECORDS || n == 2 * DSB_REKEY_RECORDS)
            assert_ok(noise_transport_rekey_send(&raw.transport));
        raw_seal(&raw, data, sizeof data, &pair.b.in);
        assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_STREAM);
    }
    assert_int_equal(b->transport.recv.n, 2 * (uint64_t)DSB_REKEY_RECORDS + 2);
    assert_int_equal(b->transport.send.n, 1); /* the other direction is by itself */

    for (uint64_t n = 1; n < DSB_REKEY_RECORDS + 2; n++) {
        if (n == DSB_REKEY_RECORDS)
            assert_ok(noise_transport_rekey_recv(&raw.transport));
        session_send(&pair.b, &pair.a, "x", 1, T0);
        assert_int_equal(raw_open(&raw, &pair.a.in), DSB_RECORD_BYTES);
    }
}

static void a_peer_that_does_not_rekey_is_cut_off(void **state)
{
    static const uint8_t data[] = {DSB_RECORD_BYTES, 0, 0, 0, 1, 'x'};

    (void)state;
    raw_session_with_b(&raw, &pair);
    raw.transport.send.n = DSB_REKEY_RECORDS;
    b->transport.recv.n = DSB_REKEY_RECORDS;
    raw_seal(&raw, data, sizeof data, &pair.b.in);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(b), DSB_REASON_RECORD_DECRYPT);
}

/* Objects */

static void only_an_authenticated_handshake_becomes_a_session(void **state)
{
    struct dsb_session session;

    (void)state;
    for (int messages = 0; messages < 4; messages++) {
        pair_start(&pair);
        pair_run_messages(&pair, messages);
        assert_int_equal(dsb_handshake_finish(&pair.a.slot.handshake, &session, T0),
                         DSB_WRONG_STATE);
        assert_int_equal(session.state, DSB_SESSION_UNUSED);
        if (messages < 3) {
            assert_int_equal(dsb_slot_finish(&pair.b.slot, T0), DSB_WRONG_STATE);
            assert_int_not_equal(pair.b.slot.handshake.state, DSB_HANDSHAKE_FINISHED);
        }
    }
    assert_ok(dsb_handshake_finish(&pair.b.slot.handshake, &session, T0));
    assert_int_equal(dsb_handshake_finish(&pair.b.slot.handshake, &session, T0), DSB_WRONG_STATE);
}

static void finishing_leaves_no_key_in_the_handshake(void **state)
{
    static const uint8_t zero[sizeof(struct noise_transport)];
    struct dsb_session session;
    struct dsb_handshake *hs = &pair.b.slot.handshake;

    (void)state;
    pair_run_messages(&pair, 3);
    assert_ok(dsb_handshake_finish(hs, &session, T0));
    assert_memory_equal(&hs->transport, zero, sizeof zero);
    assert_memory_equal(hs->noise.symmetric.ck, zero, sizeof hs->noise.symmetric.ck);
    assert_memory_equal(hs->noise.e, zero, sizeof hs->noise.e);
    assert_int_equal(dsb_handshake_end_of_stream(hs), DSB_HANDSHAKE_FINISHED);
}

/* A handshake is larger than a session: what is behind the session in its slot must be gone, too.
 */
static void finishing_in_place_leaves_nothing_behind(void **state)
{
    static const uint8_t zero[sizeof(union dsb_slot)];
    const uint8_t *tail = (const uint8_t *)&pair.b.slot + sizeof(struct dsb_session);

    (void)state;
    pair_run_messages(&pair, 3);
    assert_ok(dsb_slot_finish(&pair.b.slot, T0));
    assert_memory_equal(tail, zero, sizeof(union dsb_slot) - sizeof(struct dsb_session));
}

static void a_wiped_or_zero_session_refuses_everything(void **state)
{
    static const struct dsb_session zero;
    uint8_t out[64];
    size_t out_len, used_len;

    (void)state;
    dsb_session_wipe(a);
    assert_memory_equal(a, &zero, sizeof zero);
    assert_int_equal(
        dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out, out, 1, T0, &out_len),
        DSB_WRONG_STATE);
    assert_int_equal(dsb_session_feed(a, out, sizeof out, T0, &used_len, &body, &body_len),
                     DSB_EVENT_FAILED);
    assert_int_equal(used_len, 0);
    assert_int_equal(dsb_session_output(a, out, sizeof out, T0), 0);
    assert_int_equal(dsb_session_tick(a, T0), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_deadline(a), DSB_NO_DEADLINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(data_arrives_in_order_both_ways, authenticate),
        cmocka_unit_test_setup(sealing_in_place_gives_the_same_record, authenticate),
        cmocka_unit_test_setup(would_block_loses_nothing, authenticate),
        cmocka_unit_test_setup(accept_and_pong_wait_for_room, start),
        cmocka_unit_test_setup(sender_respects_the_peers_recv_max, start),
        cmocka_unit_test_setup(ping_comes_back_with_its_bytes, authenticate),
        cmocka_unit_test_setup(closes_cleanly_one_side_after_the_other, authenticate),
        cmocka_unit_test_setup(close_counts_only_once_it_is_written, authenticate),
        cmocka_unit_test_setup(ping_and_close_may_cross, authenticate),
        cmocka_unit_test_setup(pong_and_ping_go_before_close, authenticate),
        cmocka_unit_test_setup(silence_brings_a_ping_whose_pong_is_no_event, authenticate),
        cmocka_unit_test_setup(an_unanswered_ping_ends_in_death, authenticate),
        cmocka_unit_test_setup(bytes_that_are_no_record_are_silence, authenticate),
        cmocka_unit_test_setup(a_stalled_write_is_silence, authenticate),
        cmocka_unit_test_setup(a_write_that_moves_is_not_stalled, authenticate),
        cmocka_unit_test_setup(a_paused_session_does_not_count_silence, authenticate),
        cmocka_unit_test_setup(after_the_peers_close_moving_output_shows_life, authenticate),
        cmocka_unit_test_setup(each_direction_rekeys_before_record_65536, start),
        cmocka_unit_test_setup(a_peer_that_does_not_rekey_is_cut_off, start),
        cmocka_unit_test_setup(only_an_authenticated_handshake_becomes_a_session, start),
        cmocka_unit_test_setup(finishing_leaves_no_key_in_the_handshake, start),
        cmocka_unit_test_setup(finishing_in_place_leaves_nothing_behind, start),
        cmocka_unit_test_setup(a_wiped_or_zero_session_refuses_everything, authenticate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
