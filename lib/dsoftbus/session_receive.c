/* SPDX-License-Identifier: Apache-2.0 */
/* The receiving half of a session: units are checked, opened in place and handled by type. */
#include "dsoftbus/session.h"
#include "dsoftbus/session_internal.h"

#include <string.h>

static enum dsb_event failed(struct dsb_session *session, enum dsb_reason reason)
{
    dsb_session_fail(session, reason);
    return DSB_EVENT_FAILED;
}

static enum dsb_event on_accept(struct dsb_session *session, const struct dsb_record *record)
{
    (void)record;
    return failed(session, DSB_REASON_RECORD_TYPE);
}

static enum dsb_event on_stream(struct dsb_session *session, const struct dsb_record *record)
{
    session->record_type = (uint8_t)record->type;
    return session->ended ? DSB_EVENT_NONE : DSB_EVENT_STREAM;
}

static enum dsb_event on_ping(struct dsb_session *session, const struct dsb_record *record)
{
    if (session->close == DSB_SEND_DONE)
        return DSB_EVENT_NONE; /* it crossed our CLOSE, after which nothing may follow */
    if (session->pong == DSB_SEND_QUEUED || session->early_len != 0)
        return failed(session, DSB_REASON_RECORD_PING_FLOOD);
    memcpy(session->pong_body, record->body, record->body_len);
    session->pong_len = (uint8_t)record->body_len;
    session->pong = DSB_SEND_QUEUED;
    return DSB_EVENT_NONE;
}

static enum dsb_event on_pong(struct dsb_session *session, const struct dsb_record *record)
{
    if (session->ping != DSB_SEND_DONE || record->body_len != session->ping_len ||
        memcmp(record->body, session->ping_body, record->body_len) != 0)
        return failed(session, DSB_REASON_RECORD_PONG);
    session->ping = DSB_SEND_NONE;
    return session->ping_is_own || session->ended ? DSB_EVENT_NONE : DSB_EVENT_PONG;
}

static enum dsb_event on_close(struct dsb_session *session, const struct dsb_record *record)
{
    (void)record;
    session->peer_closed = true;
    session->ping = DSB_SEND_NONE; /* no PONG can come any more */
    return DSB_EVENT_PEER_CLOSED;
}

static enum dsb_event (*const handlers[])(struct dsb_session *, const struct dsb_record *) = {
    [DSB_RECORD_ACCEPT] = on_accept, [DSB_RECORD_PING] = on_ping,
    [DSB_RECORD_PONG] = on_pong,     [DSB_RECORD_CLOSE] = on_close,
    [DSB_RECORD_OPEN] = on_stream,   [DSB_RECORD_OPENED] = on_stream,
    [DSB_RECORD_BYTES] = on_stream,  [DSB_RECORD_CREDIT] = on_stream,
    [DSB_RECORD_FIN] = on_stream,    [DSB_RECORD_RESET] = on_stream,
};

/* Opens the record in place. */
static enum dsb_reason open_record(struct dsb_session *session, uint8_t *unit, size_t unit_len,
                                   struct dsb_record *record)
{
    size_t plaintext_len = 0;
    enum noise_result result = NOISE_OK;

    if (dsb_session_is_rekey_point(session->transport.recv.n))
        result = noise_transport_rekey_recv(&session->transport);
    if (result == NOISE_OK) {
        result = noise_transport_open(&session->transport, unit, unit_len, unit, unit_len,
                                      &plaintext_len);
    }
    if (result != NOISE_OK)
        return result == NOISE_ERR_NONCE ? DSB_REASON_RECORD_NONCE : DSB_REASON_RECORD_DECRYPT;
    switch (dsb_record_parse(record, unit, plaintext_len)) {
    case DSB_RECORD_OK:
        return DSB_REASON_NONE;
    case DSB_RECORD_BAD_BODY:
        return DSB_REASON_RECORD_BODY;
    default:
        return DSB_REASON_RECORD_TYPE;
    }
}

/* What is wrong with the unit at the front of `in`, if anything; *unit_len is 0 while it is not
 * complete. */
static enum dsb_reason check_unit(const struct dsb_session *session, const uint8_t *in,
                                  size_t in_len, size_t *unit_len)
{
    if (session->accept_queued)
        return DSB_REASON_MSG3_SURPLUS;
    if (session->peer_closed)
        return DSB_REASON_RECORD_AFTER_CLOSE;
    enum dsb_frame_result result = dsb_frame_next(in, in_len, session->local_recv_max, unit_len);

    if (result == DSB_FRAME_ZERO_LENGTH)
        return DSB_REASON_RECORD_ZERO_LENGTH;
    if (result == DSB_FRAME_OVERSIZE)
        return DSB_REASON_RECORD_OVERSIZE;
    if (*unit_len != 0 && *unit_len < DSB_RECORD_OVERHEAD)
        return DSB_REASON_RECORD_LENGTH;
    if (result == DSB_FRAME_PARTIAL)
        *unit_len = 0;
    return DSB_REASON_NONE;
}

/*
 * Bytes that were there when a PING was opened came before its PONG could leave: no PING may begin
 * among them. So two PINGs in one write are the same fault whether or not the PONG of the first is
 * sealed before the second is opened.
 */
static void count_early(struct dsb_session *session, enum dsb_record_type type, size_t used_len,
                        size_t rest_len)
{
    session->early_len -= used_len < session->early_len ? used_len : session->early_len;
    if (type == DSB_RECORD_PING)
        session->early_len = rest_len;
}

/* Handles the unit at the front of `in`, which is complete. */
static enum dsb_event feed_unit(struct dsb_session *session, uint8_t *in, size_t in_len,
                                size_t unit_len, uint64_t now_ms, struct dsb_record *record)
{
    size_t used_len = DSB_FRAME_HEADER_LEN + unit_len;
    enum dsb_reason reason = open_record(session, in + DSB_FRAME_HEADER_LEN, unit_len, record);

    if (reason != DSB_REASON_NONE)
        return failed(session, reason);
    session->heard_ms = now_ms;
    enum dsb_event event = handlers[record->type](session, record);
    if (event == DSB_EVENT_PEER_CLOSED && in_len > used_len)
        return failed(session, DSB_REASON_RECORD_AFTER_CLOSE);
    count_early(session, record->type, used_len, in_len - used_len);
    return event;
}

enum dsb_event dsb_session_feed(struct dsb_session *session, uint8_t *in, size_t in_len,
                                uint64_t now_ms, size_t *used_len, const uint8_t **body,
                                size_t *body_len)
{
    struct dsb_record record = {0};
    size_t unit_len = 0;

    *used_len = 0;
    *body = NULL;
    *body_len = 0;
    if (!dsb_session_is_open(session))
        return DSB_EVENT_FAILED;
    if (in_len != 0) {
        enum dsb_reason reason = check_unit(session, in, in_len, &unit_len);

        if (reason != DSB_REASON_NONE)
            return failed(session, reason);
    }
    if (unit_len == 0)
        return dsb_session_tick(session, now_ms);
    enum dsb_event event = feed_unit(session, in, in_len, unit_len, now_ms, &record);
    if (event == DSB_EVENT_FAILED)
        return event;
    *used_len = DSB_FRAME_HEADER_LEN + unit_len;
    if (event == DSB_EVENT_STREAM || event == DSB_EVENT_PONG) {
        *body = record.body;
        *body_len = record.body_len;
    }
    return event;
}
