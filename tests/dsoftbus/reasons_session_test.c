/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons at the records of a session, and at its end. */
#include "dsoftbus/reasons.h"
#include "dsoftbus/stream_record.h"

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
    static const uint8_t longest[PEER_RECV_MAX - DSB_RECORD_OVERHEAD - DSB_STREAM_ID_LEN];
    const uint8_t *body;
    size_t body_len;
    pair_start(&pair);
    pair_authenticate(&pair);
    session_send(&pair.a, &pair.b, longest, sizeof longest, pair.now_ms);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(body_len, sizeof longest);
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
    for (size_t bit = 16; bit < 8 * (size_t)(DSB_BODY_HEADROOM + 9 + DSB_BODY_TAILROOM); bit++) {
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
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
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

        if (type != 2 && type >= DSB_RECORD_ACCEPT && type <= DSB_RECORD_RESET)
            continue;
        seal_to_b(plaintext, sizeof plaintext);
        assert_read_fails(&pair.b, DSB_REASON_RECORD_TYPE);
    }
    seal_to_b("\x01", 1); /* ACCEPT again, and from the wrong side */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_TYPE);
}

REASON(RECORD_BODY)
{
    static const uint8_t long_ping[1 + DSB_PING_MAX + 1] = {DSB_RECORD_PING};

    seal_to_b("\x08" STREAM1, 5); /* BYTES of nothing */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
    seal_to_b("\x0a" STREAM1 "x", 6); /* FIN and more */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
    seal_to_b("\x05x", 2); /* CLOSE with a body */
    assert_read_fails(&pair.b, DSB_REASON_RECORD_BODY);
    seal_to_b(long_ping, sizeof long_ping);
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
    raw_seal(&raw, "\x0a" STREAM1, 5, &pair.b.in);
    raw_seal(&raw, "\x03y", 2, &pair.b.in);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
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
    raw_seal(&raw, "\x0b" STREAM1 "\0\1", 7, &pair.b.in);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);
    seal_to_b("\x05", 1);
    stream_put(&pair.b.in, low_order_key, 1);
    assert_read_fails(&pair.b, DSB_REASON_RECORD_AFTER_CLOSE);

    seal_to_b("\x05", 1);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_PEER_CLOSED);
    raw_seal(&raw, "\x0b" STREAM1 "\0\1", 7, &pair.b.in);
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
    assert_ok(dsb_session_send_stream(b, DSB_RECORD_BYTES, out, sizeof out, low_order_key, 5, 0,
                                      &out_len));
    assert_int_equal(dsb_session_send_stream(b, DSB_RECORD_BYTES, out, sizeof out, low_order_key, 5,
                                             0, &out_len),
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
    raw_seal(&raw, "\x0b" STREAM1 "\0\1", 7, &pair.b.in);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_NONE);
    assert_ok(dsb_session_end(b, pair.now_ms));
    assert_int_equal(dsb_session_deadline(b), pair.now_ms + 1);
    assert_int_equal(dsb_session_tick(b, pair.now_ms), DSB_EVENT_NONE);
    assert_int_equal(dsb_session_tick(b, pair.now_ms + 1), DSB_EVENT_FAILED);
    assert_session_failed(&pair.b, DSB_REASON_SESSION_UNCLOSED);
}
