/* SPDX-License-Identifier: Apache-2.0 */
/* How a session stops: half-closed, ended by one side, aborted; and what time does to it then. */
#include "dsoftbus/session_pair.h"

/* Ended and aborted */

static void nothing_is_delivered_of_a_session_that_this_side_ended(void **state)
{
    (void)state;
    assert_ok(dsb_session_ping(b, (const uint8_t *)"x", 1));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_NONE);
    session_send(&pair.a, &pair.b, "already on its way", 18, T0);
    assert_ok(dsb_session_end(b, T0));
    for (int i = 0; i < 20; i++)
        session_send(&pair.a, &pair.b, "written after the end", 21, T0);
    while (pair.b.in.len != 0) {
        assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_NONE);
        assert_null(body);
    }
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_NONE); /* the PONG is not told either */
    assert_null(body);
}

static void an_ended_session_still_closes_cleanly(void **state)
{
    (void)state;
    assert_ok(dsb_session_end(b, T0));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(a));
    assert_int_equal(pass(&pair.a, &pair.b, T0 + DSB_END_AFTER_MS - 1), DSB_EVENT_PEER_CLOSED);
    assert_true(dsb_session_is_closed(b));
    assert_int_equal(dsb_session_tick(b, T0 + 10 * DSB_DEAD_AFTER_MS), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_deadline(b), DSB_NO_DEADLINE);
}

/* A peer that ignores the CLOSE, and one that goes on with PINGs, hold it no longer. */
static void an_ended_session_is_over_soon_whatever_the_peer_does(void **state)
{
    uint64_t now = T0;

    (void)state;
    pair_start(&pair);
    raw_session_with_b(&raw, &pair);
    assert_ok(dsb_session_end(b, T0));
    dsb_session_pause(b, true, T0);
    assert_true(session_write(&pair.b, &pair.a, T0) > 0);
    while (dsb_session_tick(b, now) == DSB_EVENT_NONE) {
        raw_seal(&raw, "\x03", 1, &pair.b.in);
        assert_int_equal(session_read(&pair.b, now, &body, &body_len), DSB_EVENT_NONE);
        now += 1000;
    }
    assert_int_equal(now, T0 + DSB_END_AFTER_MS);
}

static void ending_after_a_half_close_takes_nothing_more(void **state)
{
    (void)state;
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    session_send(&pair.a, &pair.b, "1", 1, T0);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_STREAM);
    assert_ok(dsb_session_end(b, T0 + 1000));
    session_send(&pair.a, &pair.b, "2", 1, T0 + 1000);
    assert_int_equal(session_read(&pair.b, T0 + 1000, &body, &body_len), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_deadline(b), T0 + 1000 + DSB_END_AFTER_MS);
}

static void an_aborted_session_opens_nothing_and_holds_no_key(void **state)
{
    static const struct noise_transport zero;

    (void)state;
    session_send(&pair.a, &pair.b, "x", 1, T0);
    dsb_session_abort(b, DSB_REASON_LOCAL_REVOKED);
    assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_FAILED);
    assert_null(body);
    assert_int_equal(dsb_session_reason(b), DSB_REASON_LOCAL_REVOKED);
    assert_memory_equal(&b->transport, &zero, sizeof zero);
    assert_int_equal(dsb_session_end(b, T0), DSB_WRONG_STATE);
    dsb_session_abort(b, DSB_REASON_LOCAL_FULL); /* the first reason stays */
    assert_int_equal(dsb_session_reason(b), DSB_REASON_LOCAL_REVOKED);
}

static void a_clean_end_stays_clean_when_aborted_late(void **state)
{
    (void)state;
    assert_ok(dsb_session_close(a));
    assert_int_equal(pass(&pair.a, &pair.b, T0), DSB_EVENT_PEER_CLOSED);
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    dsb_session_abort(a, DSB_REASON_LOCAL_ABORTED);
    assert_int_equal(dsb_session_end_of_stream(a), DSB_EVENT_CLOSED);
}

static void a_session_asks_whether_its_peer_is_still_trusted(void **state)
{
    struct dsb_trust_entry *entry = &pair.b_peer.entries[0];

    (void)state;
    assert_true(dsb_session_is_trusted(b, &pair.b_peer.trust));
    entry->key[5] ^= 1; /* the id with another key */
    assert_false(dsb_session_is_trusted(b, &pair.b_peer.trust));
    entry->key[5] ^= 1;
    entry->id.text[0] ^= 1; /* the key under another id */
    assert_false(dsb_session_is_trusted(b, &pair.b_peer.trust));
    entry->id.text[0] ^= 1;
    assert_true(dsb_session_is_trusted(b, &pair.b_peer.trust));
    pair.b_peer.trust.count = 0;
    assert_false(dsb_session_is_trusted(b, &pair.b_peer.trust));
}

/* Half-closed */

/* b has closed and waits for a's answer, which a computes for ten minutes. */
static void a_quiet_half_closed_session_lives_by_pings(void **state)
{
    uint64_t now = T0;

    (void)state;
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    assert_int_equal(dsb_session_ping(a, NULL, 0), DSB_WRONG_STATE); /* it could have no PONG */
    while (now < T0 + 600000) {
        uint64_t next = dsb_session_deadline(a);

        assert_in_range(next - now, 1, DSB_PING_AFTER_MS);
        now = next;
        assert_int_equal(dsb_session_tick(a, now), DSB_EVENT_NONE);
        assert_true(session_write(&pair.a, &pair.b, now) > 0);
        assert_int_equal(session_read(&pair.b, now, &body, &body_len), DSB_EVENT_NONE);
        assert_int_equal(dsb_session_tick(b, now), DSB_EVENT_NONE);
        assert_false(dsb_session_wants_output(b)); /* no PONG behind its CLOSE */
    }
    session_send(&pair.a, &pair.b, "answer", 6, now);
    assert_int_equal(session_read(&pair.b, now, &body, &body_len), DSB_EVENT_STREAM);
    assert_ok(dsb_session_close(a));
    assert_int_equal(pass(&pair.a, &pair.b, now), DSB_EVENT_PEER_CLOSED);
    assert_true(dsb_session_is_closed(a));
    assert_true(dsb_session_is_closed(b));
}

static void a_half_closed_session_whose_pings_do_not_leave_is_dead(void **state)
{
    uint8_t out[DSB_CONTROL_MAX];

    (void)state;
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    assert_int_equal(dsb_session_tick(a, T0 + DSB_PING_AFTER_MS), DSB_EVENT_NONE);
    assert_true(dsb_session_output(a, out, sizeof out, T0 + DSB_PING_AFTER_MS) > 0);
    uint64_t dead_ms = T0 + DSB_PING_AFTER_MS + DSB_DEAD_AFTER_MS;
    assert_int_equal(dsb_session_tick(a, dead_ms - 1), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(a, dead_ms), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(a), DSB_REASON_SESSION_SILENT);
}

/* A PING that no PONG can answer any more is not sent. */
static void a_ping_that_waits_goes_with_the_peers_close(void **state)
{
    (void)state;
    assert_ok(dsb_session_ping(a, (const uint8_t *)"x", 1));
    assert_ok(dsb_session_close(b));
    assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PEER_CLOSED);
    assert_false(dsb_session_wants_output(a));
    assert_int_equal(session_write(&pair.a, &pair.b, T0), 0);
}

/* Time */

/* Stopped for a minute: what has arrived is read before the time is looked at. */
static void what_has_arrived_counts_before_the_time(void **state)
{
    const uint64_t late = T0 + DSB_DEAD_AFTER_MS + 15000;

    (void)state;
    session_send(&pair.b, &pair.a, "x", 1, T0);
    session_send(&pair.b, &pair.a, "y", 1, T0);
    assert_int_equal(session_read(&pair.a, late, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(session_read(&pair.a, late, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(session_read(&pair.a, late, &body, &body_len), DSB_EVENT_NONE);
    assert_int_equal(session_read(&pair.a, late + DSB_DEAD_AFTER_MS, &body, &body_len),
                     DSB_EVENT_FAILED);
}

static void sealing_more_is_no_progress(void **state)
{
    uint8_t out[64];
    size_t out_len;

    (void)state;
    dsb_session_pause(a, true, T0);
    for (uint64_t now = T0; now < T0 + DSB_DEAD_AFTER_MS; now += 1000) {
        assert_ok(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out,
                                          (const uint8_t *)STREAM1 "x", 5, now, &out_len));
        assert_int_equal(dsb_session_deadline(a), T0 + DSB_DEAD_AFTER_MS);
    }
    assert_int_equal(dsb_session_tick(a, T0 + DSB_DEAD_AFTER_MS), DSB_EVENT_FAILED);
}

static void writing_nothing_is_no_progress(void **state)
{
    uint8_t out[64];
    size_t out_len;

    (void)state;
    dsb_session_pause(a, true, T0);
    assert_ok(dsb_session_send_stream(a, DSB_RECORD_BYTES, out, sizeof out,
                                      (const uint8_t *)STREAM1 "x", 5, T0, &out_len));
    dsb_session_written(a, 0, T0 + 30000);
    assert_int_equal(dsb_session_deadline(a), T0 + DSB_DEAD_AFTER_MS);
    dsb_session_written(a, 1, T0 + 30000);
    assert_int_equal(dsb_session_deadline(a), T0 + 30000 + DSB_DEAD_AFTER_MS);
}

/* PINGs that follow the PONGs are no flood, however fast. */
static void each_ping_after_its_pong_is_welcome(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_ok(dsb_session_ping(a, (const uint8_t *)"x", 1));
        assert_true(session_write(&pair.a, &pair.b, T0) > 0);
        session_send(&pair.a, &pair.b, "between", 7, T0);
        assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_NONE);
        assert_int_equal(pass(&pair.b, &pair.a, T0), DSB_EVENT_PONG);
        assert_int_equal(session_read(&pair.b, T0, &body, &body_len), DSB_EVENT_STREAM);
    }
}

/* Copies */

static void a_copied_session_is_refused_by_every_call(void **state)
{
    struct dsb_session copy = *a;
    uint8_t out[64];
    size_t out_len, used_len;

    (void)state;
    assert_int_equal(dsb_session_send_stream(&copy, DSB_RECORD_BYTES, out, sizeof out,
                                             (const uint8_t *)STREAM1 "x", 5, T0, &out_len),
                     DSB_WRONG_STATE);
    assert_int_equal(dsb_session_ping(&copy, NULL, 0), DSB_WRONG_STATE);
    assert_int_equal(dsb_session_close(&copy), DSB_WRONG_STATE);
    assert_int_equal(dsb_session_end(&copy, T0), DSB_WRONG_STATE);
    assert_int_equal(dsb_session_tick(&copy, T0), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_body_max(&copy), 0);
    session_send(&pair.b, &pair.a, "y", 1, T0);
    assert_int_equal(
        dsb_session_feed(&copy, pair.a.in.bytes, pair.a.in.len, T0, &used_len, &body, &body_len),
        DSB_EVENT_FAILED);
    assert_int_equal(used_len, 0);
    /* The one that was copied is none the worse. */
    assert_int_equal(session_read(&pair.a, T0, &body, &body_len), DSB_EVENT_STREAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_delivered_of_a_session_that_this_side_ended,
                               authenticate),
        cmocka_unit_test_setup(an_ended_session_still_closes_cleanly, authenticate),
        cmocka_unit_test_setup(an_ended_session_is_over_soon_whatever_the_peer_does, start),
        cmocka_unit_test_setup(ending_after_a_half_close_takes_nothing_more, authenticate),
        cmocka_unit_test_setup(an_aborted_session_opens_nothing_and_holds_no_key, authenticate),
        cmocka_unit_test_setup(a_clean_end_stays_clean_when_aborted_late, authenticate),
        cmocka_unit_test_setup(a_session_asks_whether_its_peer_is_still_trusted, authenticate),
        cmocka_unit_test_setup(a_quiet_half_closed_session_lives_by_pings, authenticate),
        cmocka_unit_test_setup(a_half_closed_session_whose_pings_do_not_leave_is_dead,
                               authenticate),
        cmocka_unit_test_setup(a_ping_that_waits_goes_with_the_peers_close, authenticate),
        cmocka_unit_test_setup(what_has_arrived_counts_before_the_time, authenticate),
        cmocka_unit_test_setup(sealing_more_is_no_progress, authenticate),
        cmocka_unit_test_setup(writing_nothing_is_no_progress, authenticate),
        cmocka_unit_test_setup(each_ping_after_its_pong_is_welcome, authenticate),
        cmocka_unit_test_setup(a_copied_session_is_refused_by_every_call, authenticate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
