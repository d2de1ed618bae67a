/* SPDX-License-Identifier: Apache-2.0 */
/* The session's life, its sending half, and its time. session_receive.c is the other half. */
#include "dsoftbus/session.h"

#include "dsoftbus/session_internal.h"

#include <string.h>

_Static_assert(sizeof(struct dsb_session) <= 1024, "a session is at most 1 KiB");
_Static_assert(sizeof(union dsb_slot) <= 1024, "a session is at most 1 KiB");

void dsb_session_fail(struct dsb_session *session, enum dsb_reason reason)
{
    noise_transport_wipe(&session->transport);
    session->state = DSB_SESSION_FAILED;
    session->reason = reason;
}

static enum dsb_event failed(struct dsb_session *session, enum dsb_reason reason)
{
    dsb_session_fail(session, reason);
    return DSB_EVENT_FAILED;
}

/* A copy of a session is none: its transport knows that it is not where it was made. */
bool dsb_session_is_open(const struct dsb_session *session)
{
    return session->state == DSB_SESSION_OPEN && noise_transport_is_live(&session->transport);
}

bool dsb_session_is_rekey_point(uint64_t n)
{
    return n != 0 && n % DSB_REKEY_RECORDS == 0;
}

enum dsb_status dsb_handshake_finish(struct dsb_handshake *hs, struct dsb_session *session,
                                     uint64_t now_ms)
{
    noise_wipe(session, sizeof *session);
    if (dsb_handshake_recheck(hs) != DSB_HANDSHAKE_AUTHENTICATED)
        return DSB_WRONG_STATE;
    session->state = DSB_SESSION_OPEN;
    noise_transport_move(&session->transport, &hs->transport);
    session->heard_ms = now_ms;
    session->progress_ms = now_ms;
    session->peer = hs->peer;
    memcpy(session->peer_key, hs->peer_key, sizeof session->peer_key);
    memcpy(session->hash, hs->hash, sizeof session->hash);
    session->local_recv_max = hs->local->recv_max;
    session->peer_recv_max = hs->peer_recv_max;
    session->accept_queued = !hs->initiator;
    session->is_initiator = hs->initiator;
    session->streams = hs->local->streams;
    session->peer_streams = hs->peer_streams;
    hs->local = NULL;
    hs->state = DSB_HANDSHAKE_FINISHED;
    return DSB_OK;
}

enum dsb_status dsb_slot_finish(union dsb_slot *slot, uint64_t now_ms)
{
    struct dsb_session session;
    enum dsb_status status = dsb_handshake_finish(&slot->handshake, &session, now_ms);

    if (status == DSB_OK) {
        noise_wipe(slot, sizeof *slot);
        slot->session = session;
        noise_transport_move(&slot->session.transport, &session.transport);
    }
    noise_wipe(&session, sizeof session);
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

    if (body_len != 0 && body != unit + DSB_RECORD_TYPE_LEN)
        memcpy(unit + DSB_RECORD_TYPE_LEN, body, body_len);
    unit[0] = (uint8_t)type;
    if ((dsb_session_is_rekey_point(session->transport.send.n) &&
         noise_transport_rekey_send(&session->transport) != NOISE_OK) ||
        noise_transport_seal(&session->transport, unit, DSB_RECORD_TYPE_LEN + body_len, unit,
                             DSB_RECORD_OVERHEAD + body_len, &unit_len) != NOISE_OK) {
        dsb_session_fail(session, DSB_REASON_RECORD_NONCE);
        return 0;
    }
    dsb_frame_header(out, unit_len);
    if (session->unwritten_len == 0)
        session->progress_ms = now_ms;
    session->unwritten_len += DSB_FRAME_HEADER_LEN + unit_len;
    return DSB_FRAME_HEADER_LEN + unit_len;
}

size_t dsb_session_body_max(const struct dsb_session *session)
{
    return dsb_session_is_open(session) ? session->peer_recv_max - DSB_RECORD_OVERHEAD : 0;
}

enum dsb_status dsb_session_send_stream(struct dsb_session *session, enum dsb_record_type type,
                                        uint8_t *out, size_t out_cap, const uint8_t *body,
                                        size_t body_len, uint64_t now_ms, size_t *out_len)
{
    *out_len = 0;
    if (!dsb_session_is_open(session) || session->close != DSB_SEND_NONE)
        return DSB_WRONG_STATE;
    if (!dsb_record_is_stream(type) || !dsb_record_has_length(type, body_len))
        return DSB_INVALID;
    if (body_len > dsb_session_body_max(session))
        return DSB_TOO_LARGE;
    if (session->accept_queued || out_cap < DSB_BODY_HEADROOM + body_len + DSB_BODY_TAILROOM)
        return DSB_WOULD_BLOCK;
    *out_len = seal(session, type, body, body_len, out, now_ms);
    return *out_len != 0 ? DSB_OK : DSB_WRONG_STATE;
}

bool dsb_session_wants_output(const struct dsb_session *session)
{
    return dsb_session_is_open(session) &&
           (session->accept_queued || session->pong == DSB_SEND_QUEUED ||
            session->ping == DSB_SEND_QUEUED || session->close == DSB_SEND_QUEUED);
}

/* Seals the most urgent of the session's own records, if it fits; returns its length. */
static size_t seal_own(struct dsb_session *session, uint8_t *out, size_t out_cap, uint64_t now_ms)
{
    const size_t empty_len = DSB_FRAME_HEADER_LEN + DSB_RECORD_OVERHEAD;

    if (session->accept_queued) {
        if (out_cap < empty_len)
            return 0;
        session->accept_queued = false;
        return seal(session, DSB_RECORD_ACCEPT, NULL, 0, out, now_ms);
    }
    if (session->pong == DSB_SEND_QUEUED) {
        if (out_cap < empty_len + session->pong_len)
            return 0;
        session->pong = DSB_SEND_NONE;
        return seal(session, DSB_RECORD_PONG, session->pong_body, session->pong_len, out, now_ms);
    }
    if (session->ping == DSB_SEND_QUEUED) {
        if (out_cap < empty_len + session->ping_len)
            return 0;
        session->ping = session->peer_closed ? DSB_SEND_NONE : DSB_SEND_DONE;
        return seal(session, DSB_RECORD_PING, session->ping_body, session->ping_len, out, now_ms);
    }
    if (out_cap < empty_len)
        return 0;
    session->close = DSB_SEND_DONE; /* the last record: nothing is queued behind it */
    return seal(session, DSB_RECORD_CLOSE, NULL, 0, out, now_ms);
}

size_t dsb_session_output(struct dsb_session *session, uint8_t *out, size_t out_cap,
                          uint64_t now_ms)
{
    size_t out_len = 0;

    while (dsb_session_wants_output(session)) {
        size_t record_len = seal_own(session, out + out_len, out_cap - out_len, now_ms);

        if (record_len == 0)
            break;
        out_len += record_len;
    }
    return out_len;
}

void dsb_session_written(struct dsb_session *session, size_t written_len, uint64_t now_ms)
{
    if (written_len == 0)
        return;
    session->progress_ms = now_ms;
    session->unwritten_len -=
        written_len < session->unwritten_len ? written_len : session->unwritten_len;
}

static void queue_ping(struct dsb_session *session, const uint8_t *body, size_t body_len, bool own)
{
    if (body_len != 0)
        memcpy(session->ping_body, body, body_len);
    session->ping_len = (uint8_t)body_len;
    session->ping_is_own = own;
    session->ping = DSB_SEND_QUEUED;
}

enum dsb_status dsb_session_ping(struct dsb_session *session, const uint8_t *body, size_t body_len)
{
    if (!dsb_session_is_open(session) || session->close != DSB_SEND_NONE || session->peer_closed)
        return DSB_WRONG_STATE;
    if (body_len > DSB_PING_MAX)
        return DSB_INVALID;
    if (session->ping != DSB_SEND_NONE)
        return DSB_WOULD_BLOCK;
    queue_ping(session, body, body_len, false);
    return DSB_OK;
}

enum dsb_status dsb_session_close(struct dsb_session *session)
{
    if (!dsb_session_is_open(session))
        return DSB_WRONG_STATE;
    if (session->close == DSB_SEND_NONE)
        session->close = DSB_SEND_QUEUED;
    return DSB_OK;
}

enum dsb_status dsb_session_end(struct dsb_session *session, uint64_t now_ms)
{
    if (dsb_session_close(session) != DSB_OK)
        return DSB_WRONG_STATE;
    if (!session->ended) {
        session->ended = true;
        session->end_ms = now_ms + DSB_END_AFTER_MS;
    }
    return DSB_OK;
}

void dsb_session_abort(struct dsb_session *session, enum dsb_reason reason)
{
    if (dsb_session_is_open(session) && !dsb_session_is_closed(session))
        dsb_session_fail(session, reason);
}

bool dsb_session_is_closed(const struct dsb_session *session)
{
    return dsb_session_is_open(session) && session->close == DSB_SEND_DONE &&
           session->unwritten_len == 0 && session->peer_closed;
}

enum dsb_event dsb_session_end_of_stream(struct dsb_session *session)
{
    if (!dsb_session_is_open(session))
        return DSB_EVENT_FAILED;
    if (dsb_session_is_closed(session))
        return DSB_EVENT_CLOSED;
    return failed(session, DSB_REASON_SESSION_TRUNCATED);
}

/* Time */

void dsb_session_pause(struct dsb_session *session, bool paused, uint64_t now_ms)
{
    if (session->paused && !paused)
        session->heard_ms = now_ms;
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
    if (session->unwritten_len != 0)
        at = earlier(at, session->progress_ms + DSB_DEAD_AFTER_MS);
    return at;
}

/* When the peer must have answered the CLOSE of a session that this side has ended. */
static uint64_t end_at(const struct dsb_session *session)
{
    return session->ended ? session->end_ms : DSB_NO_DEADLINE;
}

/* When the session's own PING is due. After the peer's CLOSE it has no PONG, but lets the peer hear
 * that this side, which has not closed, is there. */
static uint64_t ping_at(const struct dsb_session *session)
{
    if (session->paused || session->close != DSB_SEND_NONE || session->ping != DSB_SEND_NONE)
        return DSB_NO_DEADLINE;
    return (session->peer_closed ? later(session->heard_ms, session->progress_ms)
                                 : session->heard_ms) +
           DSB_PING_AFTER_MS;
}

uint64_t dsb_session_deadline(const struct dsb_session *session)
{
    if (!dsb_session_is_open(session) || dsb_session_is_closed(session))
        return DSB_NO_DEADLINE;
    return earlier(earlier(dead_at(session), end_at(session)), ping_at(session));
}

enum dsb_event dsb_session_tick(struct dsb_session *session, uint64_t now_ms)
{
    if (!dsb_session_is_open(session))
        return DSB_EVENT_FAILED;
    if (dsb_session_is_closed(session))
        return DSB_EVENT_NONE;
    if (now_ms >= dead_at(session))
        return failed(session, DSB_REASON_SESSION_SILENT);
    if (now_ms >= end_at(session))
        return failed(session, DSB_REASON_SESSION_UNCLOSED);
    if (now_ms >= ping_at(session))
        queue_ping(session, NULL, 0, true);
    return DSB_EVENT_NONE;
}

/* What the log and the application may know */

enum dsb_reason dsb_session_reason(const struct dsb_session *session)
{
    return session->reason;
}

const struct dsb_stream_limits *dsb_session_streams(const struct dsb_session *session)
{
    return &session->streams;
}

const struct dsb_stream_limits *dsb_session_peer_streams(const struct dsb_session *session)
{
    return &session->peer_streams;
}

bool dsb_session_is_initiator(const struct dsb_session *session)
{
    return session->is_initiator;
}

enum dsb_record_type dsb_session_record_type(const struct dsb_session *session)
{
    return (enum dsb_record_type)session->record_type;
}

const struct dsb_device_id *dsb_session_peer(const struct dsb_session *session)
{
    return &session->peer;
}

bool dsb_session_is_trusted(const struct dsb_session *session, const struct dsb_trust_store *trust)
{
    return dsb_trust_store_has(trust, &session->peer, session->peer_key);
}

const uint8_t *dsb_session_hash(const struct dsb_session *session)
{
    return session->hash;
}

void dsb_session_wipe(struct dsb_session *session)
{
    noise_wipe(session, sizeof *session);
}
