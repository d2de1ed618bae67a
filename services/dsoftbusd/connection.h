/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of dsoftbusd: a TCP stream and the link on it. The library decides; this object
 * moves bytes between it and the sockets facade, never waits, and takes no more from the network
 * than it can answer.
 */
#ifndef DSOFTBUSD_CONNECTION_H
#define DSOFTBUSD_CONNECTION_H

#include "limits.h"
#include "netfacade/netfacade.h"
#include "session.h"

/* A dial's try, for who dialled. */
struct attempt {
    bool is_under_way;
    enum dsb_reason reason; /* why there is no session; DSB_REASON_NONE: there is, or was, one */
};

struct connection {
    struct dsb_link link;    /* DSB_LINK_UNUSED: the connection is free */
    struct attempt *attempt; /* until it has a session; NULL: nobody waits for it */
    bool is_dialled;         /* by us; else a newcomer's */
    struct session *session; /* with the bound peer, dsb_link_peer; NULL: nobody yet */
    bool is_ready; /* worth a turn: something happened on the stream since it would have blocked */
    bool is_eof;   /* the stream ended, or failed */
    net_handle stream;
    uint64_t fin_by_ms; /* the session is closed: the peer's end of stream is waited for until then;
                           0: it is not closed */
    uint8_t in_gap[DSB_LINK_GAP], in[CONNECTION_IN_MAX];
    uint8_t out_gap[DSB_LINK_GAP], out[CONNECTION_OUT_MAX];
};

enum connection_outcome {
    CONNECTION_WAITS,         /* for the network, or its deadline */
    CONNECTION_GOES_ON,       /* its turn is used up, there is more to do */
    CONNECTION_AUTHENTICATED, /* the handshake is; connection_begin_session or connection_end */
    CONNECTION_OVER,          /* failed or closed: connection_end */
};

/*
 * A newcomer on a free connection, as responder. `ephemeral` is 32 fresh random bytes and is
 * zeroed. DSB_REASON_NONE, or why not: then connection_end.
 */
DSB_MUST_CHECK enum dsb_reason connection_begin(struct connection *connection, net_handle stream,
                                                const struct dsb_local *local,
                                                uint8_t ephemeral[DSB_KEY_LEN], uint64_t now_ms);

/* As initiator, to `peer`, on a stream that is connecting. Otherwise as connection_begin. */
DSB_MUST_CHECK enum dsb_reason connection_dial(struct connection *connection, net_handle stream,
                                               const struct dsb_local *local,
                                               const struct dsb_device_id *peer,
                                               uint8_t ephemeral[DSB_KEY_LEN], uint64_t now_ms);

static inline bool connection_is_free(const struct connection *connection)
{
    return connection->link.state == DSB_LINK_UNUSED;
}

/* Does what can be done now, at most UNITS_PER_TURN units of it. */
DSB_MUST_CHECK enum connection_outcome connection_turn(struct connection *connection,
                                                       struct net_client *net, uint64_t now_ms);

/* After CONNECTION_AUTHENTICATED: the session exists in `session`, which is free, and its peer is
 * journalled; or the peer is not trusted any more, and nothing happened. */
void connection_begin_session(struct connection *connection, struct session *session,
                              const struct dsb_trust_store *trust, uint64_t now_ms);

/* A service has done something on one of its streams since its last turn. */
static inline bool connection_wants_turn(const struct connection *connection)
{
    return connection->session != NULL && connection->session->wants_turn;
}

/* When it needs a turn at the latest, DSB_NO_DEADLINE when never. */
uint64_t connection_deadline(const struct connection *connection);

/*
 * Writes why into the journal, then closes the stream and wipes everything: the connection is free.
 * One that has not failed is given up with `give_up`, DSB_REASON_LOCAL_DROPPED or _ABORTED.
 */
void connection_end(struct connection *connection, struct net_client *net, enum dsb_reason give_up);

#endif
