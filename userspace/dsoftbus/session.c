/* SPDX-License-Identifier: Apache-2.0 */
#include "dsoftbus/session.h"

#include <string.h>

static enum dsb_event fail(struct dsb_session *session, enum dsb_reason reason)
{
    noise_transport_wipe(&session->transport);
    session->state = DSB_SESSION_FAILED;
    session->reason = reason;
    return DSB_EVENT_FAILED;
}

static bool is_rekey_point(uint64_t n)
{
    return n != 0 && n % DSB_REKEY_RECORDS == 0;
}

enum dsb_status dsb_handshake_finish(struct dsb_handshake *hs, struct dsb_session *session,
                                     uint64_t now_ms)
{
    crypto_wipe(session, sizeof(*session));
    if (hs->state != DSB_HANDSHAKE_AUTHENTICATED) {
        return DSB_WRONG_STATE;
    }
    session->state = DSB_SESSION_OPEN;
    session->transport = hs->transport;
    session->heard_ms = now_ms;
    session->progress_ms = now_ms;
    session->peer = hs->peer;
    memcpy(session->hash, hs->hash, sizeof(session->hash));
    session->local_recv_max = hs->local->recv_max;
    session->peer_recv_max = hs->peer_recv_max;
    session->accept_queued = !hs->initiator;
    noise_transport_wipe(&hs->transport);
    hs->local = NULL;
    hs->state = DSB_HANDSHAKE_FINISHED;
    return DSB_OK;
}

enum dsb_status dsb_slot_finish(union dsb_slot *slot, uint64_t now_ms)
{
    struct dsb_session session;
    enum dsb_status status = dsb_handshake_finish(&slot->handshake, &session, now_ms);

    if (status == DSB_OK) {
        crypto_wipe(slot, sizeof(*slot));
        slot->session = session;
    }
    crypto_wipe(&session, sizeof(session));
    return status;
}

/* Sending */

/* Seals one record into out, which has room for it; returns its length with length bytes, 0 on
 * failure. */
static size_t seal(struct dsb_session *session, enum dsb_record_type type, const uint8_t *body,
                   size_t body_len, uint8_t *out, uint64_t now_ms)
{
    uint8_t *unit = out + DSB_FRAME_HEADER_LEN;
    size_t unit_len;

    if (body_len != 0 && body != unit + DSB_RECORD_TYPE_LEN) {
        memcpy(unit + DSB_RECORD_TYPE_LEN, body, body_len);
    }
    unit[0] = (uint8_t)type;
    if ((is_rekey_point(session->transport.send.n) &&
         noise_transport_rekey_send(&session->transport) != NOISE_OK) ||
        noise_transport_seal(&session->transport, unit, DSB_RECORD_TYPE_LEN + body_len, unit,
                             DSB_RECORD_OVERHEAD + body_len, &unit_len) != NOISE_OK) {
        (void)fail(session, DSB_REASON_RECORD_NONCE);
        return 0;
    }
    dsb_frame_header(out, unit_len);
    if (session->unwritten_len == 0) {
        session->progress_ms = now_ms;
    }
    session->unwritten_len += DSB_FRAME_HEADER_LEN + unit_len;
    return DSB_FRAME_HEADER_LEN + unit_len;
}

size_t dsb_session_data_max(const struct dsb_session *session)
{
    return session->state == DSB_SESSION_OPEN ? session->peer_recv_max - DSB_RECORD_OVERHEAD : 0;
}

enum dsb_status dsb_session_send_data(struct dsb_session *session, uint8_t *out, size_t out_cap,
                                      const uint8_t *data, size_t data_len, uint64_t now_ms,
                                      size_t *out_len)
{
    *out_len = 0;
    if (session->state != DSB_SESSION_OPEN || session->close != DSB_SEND_NONE) {
        return DSB_WRONG_STATE;
    }
    if (data_len == 0) {
        return DSB_INVALID;
    }
    if (data_len > dsb_session_data_max(session)) {
        return DSB_TOO_LARGE;
    }
    if (session->accept_queued || out_cap < DSB_DATA_HEADROOM + data_len + DSB_DATA_TAILROOM) {
        return DSB_WOULD_BLOCK;
    }
    *out_len = seal(session, DSB_RECORD_DATA, data, data_len, out, now_ms);
    return *out_len != 0 ? DSB_OK : DSB_WRONG_STATE;
}

bool dsb_session_wants_output(const struct dsb_session *session)
{
    return session->state == DSB_SESSION_OPEN &&
           (session->accept_queued || session->pong == DSB_SEND_QUEUED ||
            session->ping == DSB_SEND_QUEUED || session->close == DSB_SEND_QUEUED);
}

/* Seals the most urgent of the session's own records, if it fits; returns its length. */
static size_t seal_own(struct dsb_session *session, uint8_t *out, size_t out_cap, uint64_t now_ms)
{
    const size_t empty_len = DSB_FRAME_HEADER_LEN + DSB_RECORD_OVERHEAD;

    if (session->accept_queued) {
        if (out_cap < empty_len) {
            return 0;
        }
        session->accept_queued = false;
        return seal(session, DSB_RECORD_ACCEPT, NULL, 0, out, now_ms);
    }
    if (session->pong == DSB_SEND_QUEUED) {
        if (out_cap < empty_len + session->pong_len) {
            return 0;
        }
        session->pong = DSB_SEND_NONE;
        return seal(session, DSB_RECORD_PONG, session->pong_body, session->pong_len, out, now_ms);
    }
    if (session->ping == DSB_SEND_QUEUED) {
        if (out_cap < empty_len + session->ping_len) {
            return 0;
        }
        session->ping = DSB_SEND_DONE;
        return seal(session, DSB_RECORD_PING, session->ping_body, session->ping_len, out, now_ms);
    }
    if (out_cap < empty_len) {
        return 0;
    }
    session->close = DSB_SEND_DONE; /* the last record: nothing is queued behind it */
    return seal(session, DSB_RECORD_CLOSE, NULL, 0, out, now_ms);
}

size_t dsb_session_output(struct dsb_session *session, uint8_t *out, size_t out_cap,
                          uint64_t now_ms)
{
    size_t out_len = 0;

    while (dsb_session_wants_output(session)) {
        size_t record_len = seal_own(session, out + out_len, out_cap - out_len, now_ms);

        if (record_len == 0) {
            break;
        }
        out_len += record_len;
    }
    return out_len;
}

void dsb_session_written(struct dsb_session *session, size_t written_len, uint64_t now_ms)
{
    if (written_len == 0) {
        return;
    }
    session->progress_ms = now_ms;
    session->unwritten_len -=
        written_len < session->unwritten_len ? written_len : session->unwritten_len;
}

static void queue_ping(struct dsb_session *session, const uint8_t *body, size_t body_len, bool own)
{
    if (body_len != 0) {
        memcpy(session->ping_body, body, body_len);
    }
    session->ping_len = (uint8_t)body_len;
    session->ping_is_own = own;
    session->ping = DSB_SEND_QUEUED;
}

enum dsb_status dsb_session_ping(struct dsb_session *session, const uint8_t *body, size_t body_len)
{
    if (session->state != DSB_SESSION_OPEN || session->close != DSB_SEND_NONE ||
        session->peer_closed) {
        return DSB_WRONG_STATE;
    }
    if (body_len > DSB_PING_MAX) {
        return DSB_INVALID;
    }
    if (session->ping != DSB_SEND_NONE) {
        return DSB_WOULD_BLOCK;
    }
    queue_ping(session, body, body_len, false);
    return DSB_OK;
}

enum dsb_status dsb_session_close(struct dsb_session *session)
{
    if (session->state != DSB_SESSION_OPEN) {
        return DSB_WRONG_STATE;
    }
    if (session->close == DSB_SEND_NONE) {
        session->close = DSB_SEND_QUEUED;
    }
    return DSB_OK;
}

bool dsb_session_is_closed(const struct dsb_session *session)
{
    return session->state == DSB_SESSION_OPEN && session->close == DSB_SEND_DONE &&
           session->unwritten_len == 0 && session->peer_closed;
}

/* Receiving: one handler per record type. */

static enum dsb_event on_accept(struct dsb_session *session, const struct dsb_record *record)
{
    (void)record;
    return fail(session, DSB_REASON_RECORD_TYPE);
}

static enum dsb_event on_data(struct dsb_session *session, const struct dsb_record *record)
{
    (void)session;
    (void)record;
    return DSB_EVENT_DATA;
}

static enum dsb_event on_ping(struct dsb_session *session, const struct dsb_record *record)
{
    if (session->close == DSB_SEND_DONE) {
        return DSB_EVENT_NONE; /* it crossed our CLOSE, after which nothing may follow */
    }
    if (session->pong == DSB_SEND_QUEUED) {
        return fail(session, DSB_REASON_RECORD_PING_FLOOD);
    }
    memcpy(session->pong_body, record->body, record->body_len);
    session->pong_len = (uint8_t)record->body_len;
    session->pong = DSB_SEND_QUEUED;
    return DSB_EVENT_NONE;
}

static enum dsb_event on_pong(struct dsb_session *session, const struct dsb_record *record)
{
    if (session->ping != DSB_SEND_DONE || record->body_len != session->ping_len ||
        memcmp(record->body, session->ping_body, record->body_len) != 0) {
        return fail(session, DSB_REASON_RECORD_PONG);
    }
    session->ping = DSB_SEND_NONE;
    return session->ping_is_own ? DSB_EVENT_NONE : DSB_EVENT_PONG;
}

static enum dsb_event on_close(struct dsb_session *session, const struct dsb_record *record)
{
    (void)record;
    session->peer_closed = true;
    session->ping = DSB_SEND_NONE; /* no PONG can come any more */
    return DSB_EVENT_PEER_CLOSED;
}

static enum dsb_event (*const handlers[])(struct dsb_session *, const struct dsb_record *) = {
    [DSB_RECORD_ACCEPT] = on_accept, [DSB_RECORD_DATA] = on_data,   [DSB_RECORD_PING] = on_ping,
    [DSB_RECORD_PONG] = on_pong,     [DSB_RECORD_CLOSE] = on_close,
};

/* Opens the record in place. */
static enum dsb_reason open_record(struct dsb_session *session, uint8_t *unit, size_t unit_len,
                                   struct dsb_record *record)
{
    size_t plaintext_len = 0;
    enum noise_result result = NOISE_OK;

    if (is_rekey_point(session->transport.recv.n)) {
        result = noise_transport_rekey_recv(&session->transport);
    }
    if (result == NOISE_OK) {
        result = noise_transport_open(&session->transport, unit, unit_len, unit, unit_len,
                                      &plaintext_len);
    }
    if (result != NOISE_OK) {
        return result == NOISE_ERR_NONCE ? DSB_REASON_RECORD_NONCE : DSB_REASON_RECORD_DECRYPT;
    }
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
    if (session->accept_queued) {
        return DSB_REASON_MSG3_SURPLUS;
    }
    if (session->peer_closed) {
        return DSB_REASON_RECORD_AFTER_CLOSE;
    }
    enum dsb_frame_result result = dsb_frame_next(in, in_len, session->local_recv_max, unit_len);

    if (result == DSB_FRAME_ZERO_LENGTH) {
        return DSB_REASON_RECORD_ZERO_LENGTH;
    }
    if (result == DSB_FRAME_OVERSIZE) {
        return DSB_REASON_RECORD_OVERSIZE;
    }
    if (*unit_len != 0 && *unit_len < DSB_RECORD_OVERHEAD) {
        return DSB_REASON_RECORD_LENGTH;
    }
    if (result == DSB_FRAME_PARTIAL) {
        *unit_len = 0;
    }
    return DSB_REASON_NONE;
}

enum dsb_event dsb_session_feed(struct dsb_session *session, uint8_t *in, size_t in_len,
                                uint64_t now_ms, size_t *used_len, const uint8_t **body,
                                size_t *body_len)
{
    struct dsb_record record;
    size_t unit_len = 0;

    *used_len = 0;
    *body = NULL;
    *body_len = 0;
    if (dsb_session_tick(session, now_ms) == DSB_EVENT_FAILED) {
        return DSB_EVENT_FAILED;
    }
    if (in_len == 0) {
        return DSB_EVENT_NONE;
    }
    enum dsb_reason reason = check_unit(session, in, in_len, &unit_len);
    if (reason == DSB_REASON_NONE && unit_len == 0) {
        return DSB_EVENT_NONE;
    }
    if (reason == DSB_REASON_NONE) {
        reason = open_record(session, in + DSB_FRAME_HEADER_LEN, unit_len, &record);
    }
    if (reason != DSB_REASON_NONE) {
        return fail(session, reason);
    }
    session->heard_ms = now_ms;
    enum dsb_event event = handlers[record.type](session, &record);
    if (event == DSB_EVENT_FAILED) {
        return event;
    }
    *used_len = DSB_FRAME_HEADER_LEN + unit_len;
    if (event == DSB_EVENT_DATA || event == DSB_EVENT_PONG) {
        *body = record.body;
        *body_len = record.body_len;
    }
    return event;
}

enum dsb_event dsb_session_end_of_stream(struct dsb_session *session)
{
    if (session->state != DSB_SESSION_OPEN) {
        return DSB_EVENT_FAILED;
    }
    if (dsb_session_is_closed(session)) {
        return DSB_EVENT_CLOSED;
    }
    return fail(session, DSB_REASON_SESSION_TRUNCATED);
}

/* Time */

void dsb_session_pause(struct dsb_session *session, bool paused, uint64_t now_ms)
{
    if (session->paused && !paused) {
        session->heard_ms = now_ms;
    }
    session->paused = paused;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* When the peer counts as dead if nothing changes. */
static uint64_t dead_at(const struct dsb_session *session)
{
    uint64_t at = DSB_NO_DEADLINE;

    if (!session->paused) {
        /* After its CLOSE a peer is silent by right; that our bytes still move shows that it is
         * there. */
        at = (session->peer_closed ? later(session->heard_ms, session->progress_ms)
                                   : session->heard_ms) +
             DSB_DEAD_AFTER_MS;
    }
    if (session->unwritten_len != 0) {
        at = earlier(at, session->progress_ms + DSB_DEAD_AFTER_MS);
    }
    return at;
}

/* When the session's own PING is due. */
static uint64_t ping_at(const struct dsb_session *session)
{
    if (session->paused || session->peer_closed || session->close != DSB_SEND_NONE ||
        session->ping != DSB_SEND_NONE) {
        return DSB_NO_DEADLINE;
    }
    return session->heard_ms + DSB_PING_AFTER_MS;
}

uint64_t dsb_session_deadline(const struct dsb_session *session)
{
    if (session->state != DSB_SESSION_OPEN || dsb_session_is_closed(session)) {
        return DSB_NO_DEADLINE;
    }
    return earlier(dead_at(session), ping_at(session));
}

enum dsb_event dsb_session_tick(struct dsb_session *session, uint64_t now_ms)
{
    if (session->state != DSB_SESSION_OPEN) {
        return DSB_EVENT_FAILED;
    }
    if (dsb_session_is_closed(session)) {
        return DSB_EVENT_NONE;
    }
    if (now_ms >= dead_at(session)) {
        return fail(session, DSB_REASON_SESSION_SILENT);
    }
    if (now_ms >= ping_at(session)) {
        queue_ping(session, NULL, 0, true);
    }
    return DSB_EVENT_NONE;
}

/* What the log and the application may know */

enum dsb_reason dsb_session_reason(const struct dsb_session *session)
{
    return session->reason;
}

const struct dsb_device_id *dsb_session_peer(const struct dsb_session *session)
{
    return &session->peer;
}

const uint8_t *dsb_session_hash(const struct dsb_session *session)
{
    return session->hash;
}

void dsb_session_wipe(struct dsb_session *session)
{
    crypto_wipe(session, sizeof(*session));
}
