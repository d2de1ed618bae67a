/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection, from its first byte to its last: the handshake, then the session, between a byte
 * stream and an application. It does no I/O, has no heap and no clock, and never waits.
 *
 *     stream                         link                        application
 *     dsb_link_room, _received  ->   in  -> handshake | session  ->  dsb_link_next_event
 *     dsb_link_pending, _sent   <-   out <- handshake | session  <-  dsb_link_send, _ping, _close
 *
 * The caller's turn, whatever woke it (bytes, room in the stream, dsb_link_deadline): read into the
 * room, take events until there is none, write what is pending. Time is a monotonic count of
 * milliseconds and passes in dsb_link_next_event: bytes that have come are used before it counts.
 *
 * Writing never blocks reading: a full `out` holds back data and the session's own records (one of
 * each kind at most, kept in the session), but never what is received.
 *
 * Ownership: the link and both buffers are the caller's, and stay where they are until dsb_link_end
 * (or dsb_link_set_in, _set_out). The link is not to be copied or moved. What an event points at
 * lies in `in`, and is valid until the next dsb_link_room, dsb_link_set_in or dsb_link_end. A
 * caller of many links lends buffers only while there is something in them: without `in` nothing is
 * received, without `out` nothing is said.
 *
 * Errors: what goes wrong on the stream, or in time, ends the link for good with DSB_LINK_FAILED
 * and dsb_link_reason; nothing is pending then. What a call cannot do is its dsb_status, and
 * changes nothing.
 */
#ifndef DSOFTBUS_LINK_H
#define DSOFTBUS_LINK_H

#include "dsoftbus/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that `in` must have for a device with this recv_max: any one unit. More saves reads. Until
 * dsb_link_open DSB_HANDSHAKE_IN_MAX is enough. */
#define DSB_LINK_IN_MIN(recv_max)                                                                  \
    (DSB_FRAME_HEADER_LEN +                                                                        \
     (size_t)((recv_max) > DSB_HANDSHAKE_UNIT_MAX ? (recv_max) : DSB_HANDSHAKE_UNIT_MAX))

/* Bytes that `out` must have: two handshake messages, or any of the session's own records. To send
 * bodies of n bytes it needs DSB_BODY_HEADROOM + n + DSB_BODY_TAILROOM. */
#define DSB_LINK_OUT_MIN (2 * (size_t)DSB_HANDSHAKE_OUT_MAX)

/* A buffer that begins so far behind a multiple of eight has its first unit at one: there the
 * cipher takes whole words, also where the processor does not load them from elsewhere. */
#define DSB_LINK_GAP (8 - DSB_FRAME_HEADER_LEN)

enum dsb_link_state {
    DSB_LINK_UNUSED = 0,
    DSB_LINK_HANDSHAKE,     /* nobody yet */
    DSB_LINK_AUTHENTICATED, /* the peer is known; the caller says dsb_link_open, or ends it */
    DSB_LINK_OPEN,
    DSB_LINK_CLOSED, /* both CLOSEs have passed: close the stream. Bytes that come yet: FAILED */
    DSB_LINK_FAILED, /* see dsb_link_reason: abort the stream */
};

enum dsb_link_event_type {
    DSB_LINK_EVENT_NONE = 0,      /* nothing to do but to wait */
    DSB_LINK_EVENT_AUTHENTICATED, /* again and again until dsb_link_open */
    DSB_LINK_EVENT_STREAM,        /* body: of a stream's record; stream_link.h takes it */
    DSB_LINK_EVENT_PONG,          /* body: that of the answered dsb_link_ping */
    DSB_LINK_EVENT_PEER_CLOSED,   /* no more records will come; close too when all is said */
    DSB_LINK_EVENT_CLOSED,        /* the state; again and again */
    DSB_LINK_EVENT_FAILED,        /* the state; again and again */
};

struct dsb_link_event {
    enum dsb_link_event_type type;
    uint8_t *body; /* in `in`; the caller may write to it. NULL when the type has none */
    size_t body_len;
};

/* Read `state` freely; the other members are the library's. */
struct dsb_link {
    enum dsb_link_state state;
    bool is_session; /* slot holds a session, alive or failed; else a handshake */
    bool paused;
    bool stream_ended;
    bool write_failed;
    union dsb_slot slot;
    uint8_t *in; /* in[in_first] and in_len from there: received, not yet used */
    size_t in_cap, in_first, in_len;
    size_t session_in_min; /* what in_cap must be in a session */
    uint8_t *out;          /* out[out_first] and out_len from there: to be written to the stream */
    size_t out_cap, out_first, out_len;
    size_t handshake_out_len; /* of out_len: bytes of the handshake, which the session never knew */
};

/* What a link is given to work in. Each may be NULL and 0, to be lent later. */
struct dsb_link_buffers {
    uint8_t *in;
    size_t in_cap; /* bytes, DSB_HANDSHAKE_IN_MAX at least; for a session DSB_LINK_IN_MIN */
    uint8_t *out;
    size_t out_cap; /* bytes, DSB_LINK_OUT_MIN at least */
};

/*
 * Begins as the side that dials `target`, or that accepts. local is borrowed until the link is OPEN
 * or over. `ephemeral` is 32 fresh random bytes, and zeroed in every case. Returns
 * DSB_REASON_NONE, or why the link is FAILED at once: as dsb_handshake_connect and _accept,
 * and _BAD_ARGUMENT too when a buffer is too small.
 */
DSB_MUST_CHECK enum dsb_reason
dsb_link_connect(struct dsb_link *link, const struct dsb_local *local,
                 const struct dsb_device_id *target, uint8_t ephemeral[DSB_KEY_LEN],
                 const struct dsb_link_buffers *buffers, uint64_t now_ms);
DSB_MUST_CHECK enum dsb_reason dsb_link_accept(struct dsb_link *link, const struct dsb_local *local,
                                               uint8_t ephemeral[DSB_KEY_LEN],
                                               const struct dsb_link_buffers *buffers,
                                               uint64_t now_ms);

/* Where the stream's next bytes go, and in *room_len how many at most; 0 when `in` is full of what
 * a pause holds back, when there is no `in`, after the end of the stream, or when the link is over.
 */
DSB_MUST_CHECK uint8_t *dsb_link_room(struct dsb_link *link, size_t *room_len);

/* len bytes, at most room_len, were put there. */
void dsb_link_received(struct dsb_link *link, size_t len);

/* The stream ended, or failed. What was received before still comes as events; then the end does:
 * CLOSED if all had been said, else FAILED. */
void dsb_link_end_of_stream(struct dsb_link *link);

/* The stream takes no more bytes: nothing is pending from now on, what would be is dropped, and the
 * end will not be a clean one. What was received, and may yet be, still comes as events. */
void dsb_link_write_failed(struct dsb_link *link);

/* The next thing that happened. Lets time pass. */
DSB_MUST_CHECK struct dsb_link_event dsb_link_next_event(struct dsb_link *link, uint64_t now_ms);

/* When dsb_link_next_event must be called at the latest; DSB_NO_DEADLINE when never. */
uint64_t dsb_link_deadline(const struct dsb_link *link);

/* What is to be written to the stream, *pending_len bytes of it: 0 when nothing. Seals the
 * session's own records first, where they fit. */
DSB_MUST_CHECK const uint8_t *dsb_link_pending(struct dsb_link *link, uint64_t now_ms,
                                               size_t *pending_len);

/* len of these bytes were written, at most pending_len. */
void dsb_link_sent(struct dsb_link *link, size_t len, uint64_t now_ms);

/* Makes the session, after AUTHENTICATED. A responder's ACCEPT is pending then, before anything of
 * the application can be. DSB_WRONG_STATE otherwise, or when the peer is trusted no more: then it
 * has FAILED. DSB_INVALID when `in` is too small for a session: dsb_link_set_in, and again. */
DSB_MUST_CHECK enum dsb_status dsb_link_open(struct dsb_link *link, uint64_t now_ms);

/* Longest body that this peer takes, and `out` if there is one has room for, bytes; 0 unless OPEN.
 */
size_t dsb_link_body_max(const struct dsb_link *link);

/* Where the next body may be written so that dsb_link_send need not copy it, and in *body_room how
 * long it may be now: 0 when there is no room, or the link cannot send. Seals as _pending does. */
DSB_MUST_CHECK uint8_t *dsb_link_tail(struct dsb_link *link, uint64_t now_ms, size_t *body_room);

/*
 * Seals a stream's record (stream_link.h does it) whose body is anywhere outside of `out`, or in
 * place: at dsb_link_tail, asked for just before, or DSB_BODY_HEADROOM into a new dsb_link_set_out
 * and so on behind each record sealed there. DSB_OK; DSB_WOULD_BLOCK (try again when something was
 * sent), DSB_TOO_LARGE (over the peer's limit), DSB_INVALID (type or length), DSB_WRONG_STATE (not
 * OPEN, or closed).
 */
DSB_MUST_CHECK enum dsb_status dsb_link_send_stream(struct dsb_link *link,
                                                    enum dsb_record_type type, const uint8_t *body,
                                                    size_t body_len, uint64_t now_ms);

/* As dsb_session_ping, _close, _end; DSB_WRONG_STATE unless OPEN. */
DSB_MUST_CHECK enum dsb_status dsb_link_ping(struct dsb_link *link, const uint8_t *body,
                                             size_t body_len);
DSB_MUST_CHECK enum dsb_status dsb_link_close(struct dsb_link *link);
DSB_MUST_CHECK enum dsb_status dsb_link_finish(struct dsb_link *link, uint64_t now_ms);

/* Gives up: FAILED with a reason of this side's (DSB_REASON_LOCAL_...), nothing is pending. Does
 * nothing once the link is over. */
void dsb_link_abort(struct dsb_link *link, enum dsb_reason reason);

/* A paused link gives no event but its failure, and keeps what was received; the peer's silence
 * does not count. Does nothing unless OPEN. */
void dsb_link_pause(struct dsb_link *link, bool paused, uint64_t now_ms);

/*
 * Other buffers, or none (NULL and 0). The old one is the caller's again, not wiped. `in` takes
 * over what was not used yet: DSB_INVALID when it is smaller than that, or than it must be. `out`
 * is only changed when nothing is pending, else DSB_WOULD_BLOCK; DSB_INVALID when it is too small.
 */
DSB_MUST_CHECK enum dsb_status dsb_link_set_in(struct dsb_link *link, uint8_t *in, size_t in_cap);
DSB_MUST_CHECK enum dsb_status dsb_link_set_out(struct dsb_link *link, uint8_t *out,
                                                size_t out_cap);

/* Why it FAILED; DSB_REASON_NONE otherwise. */
enum dsb_reason dsb_link_reason(const struct dsb_link *link);

/* For the log, as dsb_handshake_next_step and _claim: until dsb_link_open. */
enum dsb_step dsb_link_next_step(struct dsb_link *link);
const struct dsb_device_id *dsb_link_claim(const struct dsb_link *link);

/* The authenticated peer; NULL before AUTHENTICATED, or when it never came to that. */
const struct dsb_device_id *dsb_link_peer(const struct dsb_link *link);

/* The session, to look at; NULL when there is none. */
const struct dsb_session *dsb_link_session(const struct dsb_link *link);

/* As dsb_session_is_trusted; false when there is no session. */
bool dsb_link_is_trusted(const struct dsb_link *link, const struct dsb_trust_store *trust);

/* Wipes the link and both buffers. UNUSED afterwards. */
void dsb_link_end(struct dsb_link *link);

#ifdef __cplusplus
}
#endif

#endif
