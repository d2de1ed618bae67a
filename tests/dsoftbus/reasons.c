/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One test per reason code, named after it. The list of tests is made from DSB_REASONS, so a reason
 * without a test does not link.
 */
#include "dsoftbus/reasons.h"

struct pair pair;
struct raw raw;

const uint8_t low_order_key[DSB_KEY_LEN] = {1};

static int start(void **state)
{
    (void)state;
    pair_start(&pair);
    return 0;
}

void assert_handshake_failed(struct end *end, enum dsb_reason reason)
{
    static const uint8_t zero[sizeof(struct noise_xk_handshake)];
    struct dsb_handshake *hs = &end->slot.handshake;
    uint8_t out[DSB_HANDSHAKE_OUT_MAX];
    struct dsb_session session;

    assert_int_equal(hs->state, DSB_HANDSHAKE_FAILED);
    assert_string_equal(dsb_reason_name(dsb_handshake_reason(hs)), dsb_reason_name(reason));
    assert_int_equal(dsb_handshake_reason(hs), reason);
    assert_memory_equal(&hs->noise.symmetric, zero, sizeof hs->noise.symmetric);
    assert_memory_equal(hs->noise.e, zero, sizeof hs->noise.e);
    assert_memory_equal(&hs->transport, zero, sizeof hs->transport);
    assert_int_equal(dsb_handshake_output(hs, out), 0);
    assert_null(dsb_handshake_peer(hs));
    assert_int_equal(dsb_handshake_deadline(hs), DSB_NO_DEADLINE);
    assert_int_equal(dsb_handshake_finish(hs, &session, pair.now_ms), DSB_WRONG_STATE);
    assert_int_equal(session.state, DSB_SESSION_UNUSED);
    assert_int_equal(dsb_handshake_end_of_stream(hs), DSB_HANDSHAKE_FAILED);
    dsb_handshake_abort(hs, DSB_REASON_LOCAL_ABORTED);
    assert_int_equal(dsb_handshake_reason(hs), reason);
}

void assert_feed_fails(struct end *end, enum dsb_reason reason)
{
    assert_int_equal(end_feed(end, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_handshake_failed(end, reason);
}

void assert_session_failed(struct end *end, enum dsb_reason reason)
{
    static const uint8_t zero[sizeof(struct noise_transport)];
    struct dsb_session *session = &end->slot.session;
    uint8_t out[DSB_CONTROL_MAX];
    size_t out_len;

    assert_int_equal(session->state, DSB_SESSION_FAILED);
    assert_string_equal(dsb_reason_name(dsb_session_reason(session)), dsb_reason_name(reason));
    assert_memory_equal(&session->transport, zero, sizeof zero);
    assert_int_equal(
        dsb_session_send_stream(session, DSB_RECORD_BYTES, out, sizeof out, out, 1, 0, &out_len),
        DSB_WRONG_STATE);
    assert_int_equal(dsb_session_output(session, out, sizeof out, 0), 0);
    assert_false(dsb_session_wants_output(session));
    assert_int_equal(dsb_session_ping(session, NULL, 0), DSB_WRONG_STATE);
    assert_int_equal(dsb_session_close(session), DSB_WRONG_STATE);
    assert_false(dsb_session_is_closed(session));
    assert_int_equal(dsb_session_body_max(session), 0);
    assert_int_equal(dsb_session_deadline(session), DSB_NO_DEADLINE);
    assert_int_equal(dsb_session_end_of_stream(session), DSB_EVENT_FAILED);
    assert_int_equal(dsb_session_reason(session), reason);
}

void assert_read_fails(struct end *end, enum dsb_reason reason)
{
    const uint8_t *body;
    size_t body_len;

    assert_int_equal(session_read(end, pair.now_ms, &body, &body_len), DSB_EVENT_FAILED);
    assert_null(body);
    assert_int_equal(body_len, 0);
    assert_session_failed(end, reason);
}

void put_header(struct stream *stream, uint16_t unit_len)
{
    uint8_t header[DSB_FRAME_HEADER_LEN];

    dsb_frame_header(header, unit_len);
    stream_put(stream, header, sizeof header);
}

void put_unit(struct stream *stream, const uint8_t *unit, uint16_t unit_len)
{
    put_header(stream, unit_len);
    stream_put(stream, unit, unit_len);
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
