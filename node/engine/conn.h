/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection and the handshake, then the session, that runs over it: the library's link
 * joined to a socket in the event loop. Both roles, for the daemon and for the commands.
 *
 *     CONNECTING -> HANDSHAKE -> OPEN -> ENDED
 *          |            |                  ^
 *          +------------+------------------+   the peer's end, a failure, a deadline
 *
 * Every connection reports exactly once that it ended, with what came of it, and frees itself after
 * that.
 */
#ifndef NODE_CONN_H
#define NODE_CONN_H

#include "node/engine/endpoint.h"
#include "node/engine/wire.h"

#include <uv.h>

/* What all connections of a process share. */
struct conn_shared {
    uv_loop_t *loop;
    struct dsb_local local;
    struct chunk_pool chunks;
};

enum conn_state { CONN_CONNECTING, CONN_HANDSHAKE, CONN_OPEN, CONN_ENDED };

enum conn_outcome {
    CONN_CLEAN,      /* both sides closed the session */
    CONN_NO_CONNECT, /* no TCP connection; system_error says why */
    CONN_REJECTED,   /* no session; reason says why */
    CONN_BROKEN      /* the session ended without a clean close; reason says why */
};

enum conn_take {
    CONN_TAKEN,
    CONN_LATER /* no room: the same body comes again after conn_resume; nothing is read until then
                */
};

struct conn;

/*
 * What the owner of a connection is told. Calls of this file may be made inside, but none after
 * ended. They never call back, except conn_abort, which reports ended before it returns.
 */
struct conn_events {
    /* A step of the handshake; may be NULL. */
    void (*step)(struct conn *c, enum dsb_step step);
    /* A responder's peer proved who it is, and has not been told ACCEPT: NONE lets it in, any other
     * reason ends the connection as REJECTED for it. May be NULL: let in. */
    enum dsb_reason (*admit)(struct conn *c, const struct dsb_device_id *peer);
    /* The peer is authenticated and bound: conn_peer says who. */
    void (*opened)(struct conn *c);
    /* One DATA record. The body lies in chunk (take a reference to keep it). */
    enum conn_take (*data)(struct conn *c, struct chunk *chunk, const uint8_t *body,
                           size_t body_len);
    /* The answer to conn_ping; may be NULL. */
    void (*pong)(struct conn *c, const uint8_t *body, size_t body_len);
    /* Everything sent so far is with the kernel: there is room to send. May be NULL. */
    void (*drained)(struct conn *c);
    /* The peer ended the stream while the owner had no room: what came before is still unread. May
     * be NULL. */
    void (*hung_up)(struct conn *c);
    /* The peer sends no more. Without a conn_close here, this side may go on sending. */
    void (*peer_closed)(struct conn *c);
    /* The last event. conn_peer still answers when there was a session, conn_claim when there was
     * none. */
    void (*ended)(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                  int system_error);
};

/* Members are read-only outside conn.c, but number, work, next and previous are the owner's. */
struct conn {
    struct wire wire;
    enum conn_state state;
    const struct conn_events *events;
    struct conn_shared *shared;
    void *owner;
    void *work; /* the owner's, for this connection */
    struct conn *next;
    struct conn *previous;
    uint32_t number;
    bool paused;               /* the owner answered CONN_LATER */
    bool hung_up;              /* the stream ended while paused */
    bool owes_drained;         /* output had to wait: tell the owner when it is gone */
    bool pumping;              /* inside pump: it will see what the owner changes */
    uint8_t open_handle_count; /* libuv handles not closed yet */
    int watched;               /* uv_poll events asked for */
    uint64_t armed_ms;         /* when the timer fires */
    const uint8_t *held;       /* the body that the owner did not take, in `in` */
    size_t held_len;
    uint64_t data_in_len;  /* bytes of DATA bodies received */
    uint64_t data_out_len; /* bytes of DATA bodies sent */
    uint64_t opened_ms;
    union endpoint remote;
    uv_poll_t poll;
    uv_timer_t timer;
};

/*
 * Takes over an accepted, non-blocking socket. NULL when there is no memory or the library refuses;
 * fd is closed then.
 */
MUST_CHECK struct conn *conn_accept(struct conn_shared *shared, int fd,
                                    const union endpoint *remote, const struct conn_events *events,
                                    void *owner);

/*
 * Begins to connect to the device `target`. NULL with *reason set when the library refuses (no
 * trust entry) or with *reason NONE and errno set when the system does; no event comes then.
 */
MUST_CHECK struct conn *conn_connect(struct conn_shared *shared, const union endpoint *remote,
                                     const struct dsb_device_id *target,
                                     const struct conn_events *events, void *owner,
                                     enum dsb_reason *reason);

/* The bound peer, once OPEN. */
const struct dsb_device_id *conn_peer(const struct conn *c);

/* The id that a rejected initiator claimed, or NULL: for the log, it proves nothing. */
const struct dsb_device_id *conn_claim(const struct conn *c);

/*
 * Sends one DATA record. DSB_WOULD_BLOCK when earlier output leaves no room: wait for drained. Else
 * as dsb_session_send_data.
 */
MUST_CHECK enum dsb_status conn_send(struct conn *c, const uint8_t *body, size_t body_len);

/*
 * Sends bodies that lie in a chunk, sealing them where they are, and takes the chunk over. Body i
 * begins at i * conn_stride_len + DSB_DATA_HEADROOM; all but the last are conn_body_max bytes long,
 * together they are body_total_len. DSB_WOULD_BLOCK when output waits: the chunk stays the
 * caller's. Else as dsb_session_send_data.
 */
MUST_CHECK enum dsb_status conn_send_chunk(struct conn *c, struct chunk *chunk,
                                           size_t body_total_len);

/* Longest body of one record to this peer, and the distance of such records in a chunk. */
size_t conn_body_max(const struct conn *c);
size_t conn_stride_len(const struct conn *c);

MUST_CHECK enum dsb_status conn_ping(struct conn *c, const uint8_t *body, size_t body_len);

/* The owner has room again after CONN_LATER. */
void conn_resume(struct conn *c);

/* Says CLOSE after everything sent; ended follows when the peer has said it too. Until then its
 * bytes are still delivered. */
void conn_close(struct conn *c);

/* Says CLOSE, and hears no more of the peer: what it still sends is never delivered, and it has
 * DSB_END_AFTER_MS to answer. */
void conn_finish(struct conn *c);

/* Ends the connection now. A handshake is reported REJECTED for this reason, a session BROKEN. */
void conn_abort(struct conn *c, enum dsb_reason reason);

#endif
