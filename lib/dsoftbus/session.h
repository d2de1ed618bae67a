/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An authenticated, encrypted session with one peer whose identity is bound.
 *
 * Only dsb_handshake_finish makes one. The object does no I/O and holds no buffer: an idle session
 * is this struct and nothing else. Time is a monotonic count of milliseconds. The caller
 *   - keeps received bytes until they are used; 2 + the local recv_max bytes hold any unit,
 *   - has records sealed into buffers of its own, and sends them in the order in which they were
 * sealed,
 *   - asks for the session's own records (ACCEPT, PING, PONG, CLOSE) while
 * dsb_session_wants_output,
 *   - says how much of it all was written, and ticks the session at its deadline.
 *
 * The two directions close one by one. An end is clean only when this side's CLOSE was written and
 * the peer's was opened; a stream that ends before that is truncated. Do not half-close the TCP
 * connection.
 *
 * Three ways to stop: dsb_session_close says that this side sends no more and goes on receiving;
 * dsb_session_end says that it does not want to hear more either; dsb_session_abort wants nothing
 * to do with the peer. After the last two not one byte of the peer is delivered.
 *
 * The session is failed for ever by the first thing that is wrong; the reason is kept, the keys are
 * wiped. It lives where it was made: a copy of it is refused by every call.
 */
#ifndef DSOFTBUS_SESSION_H
#define DSOFTBUS_SESSION_H

#include "dsoftbus/handshake.h"

#ifdef __cplusplus
extern "C" {
#endif

/* After this long without an opened record the session sends a PING by itself. */
#define DSB_PING_AFTER_MS 15000

/* After this long without an opened record, or with sealed bytes of which none gets written, it is
 * dead. */
#define DSB_DEAD_AFTER_MS 45000

/* A session that this side has ended waits this long for the peer's CLOSE. */
#define DSB_END_AFTER_MS 5000

/* Each direction rekeys before the record whose n is a non-zero multiple of this. */
#define DSB_REKEY_RECORDS 65536

/* Bytes that a sealed record has before and behind its body. */
#define DSB_BODY_HEADROOM (DSB_FRAME_HEADER_LEN + DSB_RECORD_TYPE_LEN)
#define DSB_BODY_TAILROOM DSB_TAG_LEN

/* Longest of the session's own records, with its length bytes. */
#define DSB_CONTROL_MAX (DSB_FRAME_HEADER_LEN + DSB_RECORD_OVERHEAD + DSB_PING_MAX)

enum dsb_session_state {
    DSB_SESSION_UNUSED = 0,
    DSB_SESSION_OPEN,   /* from finish until failed or wiped; each direction closes by itself */
    DSB_SESSION_FAILED, /* see dsb_session_reason */
};

/* What dsb_session_feed met. */
enum dsb_event {
    DSB_EVENT_NONE = 0,    /* nothing for the application */
    DSB_EVENT_STREAM,      /* *body is a stream record's, of the type dsb_session_record_type */
    DSB_EVENT_PONG,        /* *body answers dsb_session_ping: the bytes of that PING */
    DSB_EVENT_PEER_CLOSED, /* no more records will come; this side may still send, then closes too
                            */
    DSB_EVENT_CLOSED,      /* the stream ended, cleanly */
    DSB_EVENT_FAILED,      /* see dsb_session_reason */
};

/* Where a record that the session makes by itself stands. */
enum dsb_send_state {
    DSB_SEND_NONE = 0,
    DSB_SEND_QUEUED, /* waits for dsb_session_output */
    DSB_SEND_DONE,   /* sealed */
};

/* Read `state` freely; the other members are the library's. */
struct dsb_session {
    enum dsb_session_state state;
    enum dsb_reason reason;
    struct noise_transport transport;
    uint64_t heard_ms;    /* when a record was last opened */
    uint64_t progress_ms; /* when sealed bytes were last written, or began to wait */
    uint64_t end_ms;      /* ended: when the peer must have closed */
    size_t unwritten_len; /* sealed and not yet written, bytes */
    size_t early_len;     /* received before a PONG of ours could leave, and not used yet, bytes */
    struct dsb_device_id peer;
    uint8_t peer_key[DSB_KEY_LEN];
    uint8_t hash[NOISE_HASH_LEN];
    struct dsb_stream_limits streams, peer_streams;
    uint16_t local_recv_max;
    uint16_t peer_recv_max;
    uint8_t record_type; /* of the last DSB_EVENT_STREAM */
    bool is_initiator;
    bool peer_closed; /* its CLOSE was opened */
    bool ended;       /* by this side: nothing more is delivered */
    bool paused;
    bool ping_is_own;   /* the session's own keep-alive, not the application's */
    bool accept_queued; /* responder: ACCEPT is not sealed yet */
    uint8_t close;      /* dsb_send_state of our CLOSE */
    uint8_t ping;       /* dsb_send_state of our PING; NONE again with its PONG */
    uint8_t pong;       /* QUEUED or NONE */
    uint8_t ping_len;
    uint8_t pong_len;
    uint8_t ping_body[DSB_PING_MAX];
    uint8_t pong_body[DSB_PING_MAX];
};

/*
 * Makes the session of an AUTHENTICATED handshake, which becomes FINISHED and holds no key any
 * more. What session held before is overwritten. DSB_WRONG_STATE, and session is UNUSED, when hs is
 * not AUTHENTICATED, or not any more (see dsb_handshake_recheck). hs and session must not overlap;
 * dsb_slot_finish does it in one place.
 */
DSB_MUST_CHECK enum dsb_status dsb_handshake_finish(struct dsb_handshake *hs,
                                                    struct dsb_session *session, uint64_t now_ms);

/*
 * Looks at the received bytes: all of those not used yet, in one piece. Handles at most one record
 * and says in *used_len how many bytes it used: 0 while the record is not complete; feed them
 * again, with more (dsb_frame_next says how many it needs). Records are opened in place: on
 * DSB_EVENT_STREAM and _PONG *body lies in `in`, and is the caller's. Call again until *used_len is
 * 0 or the session failed.
 *
 * What has arrived counts before the time that has passed: only a call that finds no complete
 * record is also a dsb_session_tick. A process that was stopped for long feeds what waits before it
 * ticks.
 */
DSB_MUST_CHECK enum dsb_event dsb_session_feed(struct dsb_session *session, uint8_t *in,
                                               size_t in_len, uint64_t now_ms, size_t *used_len,
                                               const uint8_t **body, size_t *body_len);

/* What each side takes of the other's streams; and whether this side dialled. */
const struct dsb_stream_limits *dsb_session_streams(const struct dsb_session *session);
const struct dsb_stream_limits *dsb_session_peer_streams(const struct dsb_session *session);
bool dsb_session_is_initiator(const struct dsb_session *session);

/* The type of the record that the last DSB_EVENT_STREAM was: for dsb_streams_receive. */
enum dsb_record_type dsb_session_record_type(const struct dsb_session *session);

/*
 * A caller that cannot take more records for now pauses the session and does not feed it: its
 * silence is then not the peer's. (The peer, whose writes stall, gives up after DSB_DEAD_AFTER_MS
 * all the same.)
 */
void dsb_session_pause(struct dsb_session *session, bool paused, uint64_t now_ms);

/*
 * The stream ended, or the connection failed: DSB_EVENT_CLOSED when dsb_session_is_closed, else
 * DSB_EVENT_FAILED, with DSB_REASON_SESSION_TRUNCATED unless it had failed before.
 */
enum dsb_event dsb_session_end_of_stream(struct dsb_session *session);

/* Longest body that a record to this peer may have, bytes: its recv_max less the overhead. */
size_t dsb_session_body_max(const struct dsb_session *session);

/*
 * Seals one record of a stream into out (DSB_BODY_HEADROOM + body_len + DSB_BODY_TAILROOM bytes, to
 * *out_len). body may be out + DSB_BODY_HEADROOM: then nothing is copied; no other overlap.
 * Otherwise nothing is sealed, the session is as before, and it returns
 *   DSB_WOULD_BLOCK   out_cap is too small, or ACCEPT has not been taken by dsb_session_output yet
 *   DSB_TOO_LARGE     longer than the peer accepts
 *   DSB_INVALID       not a stream record's type, or not a length that it can have
 *   DSB_WRONG_STATE   after dsb_session_close, or not OPEN
 */
DSB_MUST_CHECK enum dsb_status dsb_session_send_stream(struct dsb_session *session,
                                                       enum dsb_record_type type, uint8_t *out,
                                                       size_t out_cap, const uint8_t *body,
                                                       size_t body_len, uint64_t now_ms,
                                                       size_t *out_len);

/* A record of the session's own waits to be sealed. */
bool dsb_session_wants_output(const struct dsb_session *session);

/*
 * Seals those of the session's own records that fit into out, and returns their length, bytes. Room
 * for DSB_CONTROL_MAX lets each of them through.
 */
DSB_MUST_CHECK size_t dsb_session_output(struct dsb_session *session, uint8_t *out, size_t out_cap,
                                         uint64_t now_ms);

/* written_len of the sealed bytes were written to the connection. */
void dsb_session_written(struct dsb_session *session, size_t written_len, uint64_t now_ms);

/*
 * Queues a PING of 0 to DSB_PING_MAX bytes; its PONG is an event. DSB_WOULD_BLOCK while another
 * PING is unanswered, DSB_INVALID when too long, DSB_WRONG_STATE when either direction is closed,
 * or not OPEN.
 */
DSB_MUST_CHECK enum dsb_status dsb_session_ping(struct dsb_session *session, const uint8_t *body,
                                                size_t body_len);

/*
 * Ends this side's direction: queues a CLOSE, which follows all that was sealed before. Calling it
 * again does nothing. DSB_WRONG_STATE when not OPEN.
 */
DSB_MUST_CHECK enum dsb_status dsb_session_close(struct dsb_session *session);

/*
 * Ends the session from this side: closes it, and delivers no record and no PONG any more. The peer
 * has DSB_END_AFTER_MS to answer with its CLOSE; then the session fails, SESSION_UNCLOSED. Calling
 * it again changes nothing. DSB_WRONG_STATE when not OPEN.
 */
DSB_MUST_CHECK enum dsb_status dsb_session_end(struct dsb_session *session, uint64_t now_ms);

/*
 * Fails the session at once, with a reason of this side's (DSB_REASON_LOCAL_ABORTED, _FULL or
 * _REVOKED), or what dsb_streams_receive answered. The caller then aborts the connection. Does
 * nothing once failed or cleanly closed.
 */
void dsb_session_abort(struct dsb_session *session, enum dsb_reason reason);

/* This side's CLOSE was written and the peer's was opened: the connection can be closed. */
bool dsb_session_is_closed(const struct dsb_session *session);

/* When dsb_session_tick must be called at the latest; DSB_NO_DEADLINE when never. */
uint64_t dsb_session_deadline(const struct dsb_session *session);

/* Lets time pass: queues a PING, or finds the peer dead. Returns DSB_EVENT_NONE or _FAILED. */
enum dsb_event dsb_session_tick(struct dsb_session *session, uint64_t now_ms);

/* Why it FAILED; DSB_REASON_NONE otherwise. */
enum dsb_reason dsb_session_reason(const struct dsb_session *session);

/* The bound peer, and the handshake hash (for channel binding); valid until wiped. */
const struct dsb_device_id *dsb_session_peer(const struct dsb_session *session);
const uint8_t *dsb_session_hash(const struct dsb_session *session);

/*
 * Does trust still have the peer, with the key that it showed? For sessions that run while the
 * store changes: abort those for which it has not, DSB_REASON_LOCAL_REVOKED.
 */
bool dsb_session_is_trusted(const struct dsb_session *session, const struct dsb_trust_store *trust);

/* Wipes the keys and all the rest. UNUSED afterwards. */
void dsb_session_wipe(struct dsb_session *session);

/* Room for a connection in whichever form it is. */
union dsb_slot {
    struct dsb_handshake handshake;
    struct dsb_session session;
};

/* dsb_handshake_finish in place: on DSB_OK slot->session is alive and slot->handshake is gone. */
DSB_MUST_CHECK enum dsb_status dsb_slot_finish(union dsb_slot *slot, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
