/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection and the handshake, then the session and its streams, that run over it: the
 * library's link joined to a socket in the event loop. Both roles, for the daemon and for the
 * commands.
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
#include "node/engine/key_queue.h"
#include "node/engine/poller.h"
#include "node/engine/stream.h"
#include "node/engine/wire.h"

#include <uv.h>

/* What all connections of a process share. loop and poller are conn_shared_open's, the rest is set
 * before the first connection. */
struct conn_shared {
    struct poller poller; /* first: all_told finds the rest by it */
    uv_loop_t *loop;
    struct key_queue key_queue;
    struct dsb_local local;
    struct stream_limits streams;
    struct chunk_pool chunks;
};

enum conn_state { CONN_CONNECTING, CONN_HANDSHAKE, CONN_OPEN, CONN_ENDED };

enum conn_outcome {
    CONN_CLEAN,      /* both sides closed the session */
    CONN_NO_CONNECT, /* no TCP connection; system_error says why */
    CONN_REJECTED,   /* no session; reason says why */
    CONN_BROKEN      /* the session ended without a clean close; reason says why */
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
    /* The peer opened a stream: stream_attach, and answer it, or it is refused, no-such-service.
     * May be NULL. The name is not terminated. */
    void (*incoming)(struct conn *c, uint32_t id, const char *service, size_t service_len);
    /* conn_streams found room for no more own streams; now it would. May be NULL. */
    void (*can_open)(struct conn *c);
    /* The answer to conn_ping; may be NULL. */
    void (*pong)(struct conn *c, const uint8_t *body, size_t body_len);
    /* The peer closed its side: no stream passes anything any more. conn_close answers it. */
    void (*peer_closed)(struct conn *c);
    /* The last event. conn_peer still answers when there was a session, conn_claim when there was
     * none. */
    void (*ended)(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                  int system_error);
};

/* Members are read-only outside conn.c, but number, work, next, previous and is_dialled are the
 * owner's. */
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
    bool is_dialled;            /* the owner's word */
    bool pumping;               /* inside pump: it will see what the owner changes */
    bool stirred;               /* the timer is set to fire at once */
    int watched;                /* events of the poller's that are waited for */
    uint64_t armed_ms;          /* when the timer fires */
    struct stream_set *streams; /* NULL before the first stream */
    uint64_t bytes_in_len;      /* of streams, received */
    uint64_t bytes_out_len;     /* of streams, written by this side */
    uint64_t opened_ms;
    union endpoint remote;
    uv_timer_t timer;
};

/* Once, and when the loop has run to its end. */
MUST_CHECK bool conn_shared_open(struct conn_shared *shared, uv_loop_t *loop, struct error *e);
void conn_shared_close(struct conn_shared *shared);

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

/* The streams of the session, to open one; NULL unless it is OPEN, or when
 * there is no memory for them. */
struct stream_set *conn_streams(struct conn *c);

/* Streams that the peer lets this side open at once: 0 for none, or when it is not OPEN. */
uint16_t conn_peer_takes(const struct conn *c);

/* Something was changed outside of an event: the loop sends and tells what follows. */
void conn_stir(struct conn *c);

MUST_CHECK enum dsb_status conn_ping(struct conn *c, const uint8_t *body, size_t body_len);

/* Ends the streams and says CLOSE, after what they have written where there is room for it; ended
 * follows when the peer has said it too. */
void conn_close(struct conn *c);

/* The same, and the peer has DSB_END_AFTER_MS to answer: nothing of it is heard any more. */
void conn_finish(struct conn *c);

/* Ends the connection now. A handshake is reported REJECTED for this reason, a session BROKEN. */
void conn_abort(struct conn *c, enum dsb_reason reason);

#endif
