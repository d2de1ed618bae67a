/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All connections of dsoftbusd: who gets in, who is dropped for whom, whose turn it is, and when
 * the next deadline comes.
 */
#ifndef DSOFTBUSD_TABLE_H
#define DSOFTBUSD_TABLE_H

#include "connection.h"
#include "dsoftbus/admission.h"

struct table {
    const struct dsb_local *local;
    struct net_client *net;
    uint32_t rng_cap;
    size_t session_count;
    bool is_changed; /* a session began or ended; whoever looks clears it */
    struct dsb_admission admission;
    struct dsb_half_open half_open[HALF_OPEN_MAX];
    size_t used_end; /* connections from here on are free */
    struct connection connections[CONNECTION_MAX];
    struct session sessions[SESSION_MAX];
};

/* An empty table. local and net are borrowed; rng_cap is the capability to rngd. */
void table_init(struct table *table, const struct dsb_local *local, struct net_client *net,
                uint32_t rng_cap);

/* Dials the peer at this address. What comes of it stands in *attempt, which stays until it is not
 * under way: at once, when there is no socket, no randomness, or the peer is not trusted. */
void table_dial(struct table *table, struct attempt *attempt, const struct dsb_device_id *peer,
                const struct net_address *address, uint64_t now_ms);
/* It ends now, if it is under way. */
void table_give_up(struct table *table, struct attempt *attempt);

/* A session with this peer that takes streams, the idx-th; NULL when there are not as many. */
struct session *table_session(struct table *table, const struct dsb_device_id *peer, size_t idx);

/* Sessions that were dialled; and one of them without streams is closed, if there is one. */
size_t table_dialled_count(const struct table *table);
void table_close_idle(struct table *table);

/* So many handshakes under way from now on, at most HALF_OPEN_MAX; fewer than before only while
 * there are none. */
static inline void table_bound_half_open(struct table *table, size_t count_max)
{
    table->admission.capacity = count_max;
}

enum accept_outcome {
    ACCEPT_NONE_LEFT, /* the listener's event tells of the next */
    ACCEPT_GOES_ON,   /* ACCEPTS_PER_TURN were taken, there may be more */
    ACCEPT_LATER,     /* no socket is free; nothing will tell when one is */
};

/* Takes what the listener has, at most ACCEPTS_PER_TURN. */
DSB_MUST_CHECK enum accept_outcome table_accept(struct table *table, net_handle listener,
                                                uint64_t now_ms);

/* Something happened on this stream; handles that are not in the table are ignored. */
void table_ready(struct table *table, net_handle stream);

/* Gives every connection that is ready, or whose deadline came, one turn. True when one of them has
 * more to do. */
DSB_MUST_CHECK bool table_turn(struct table *table, uint64_t now_ms);

/* Ends the sessions of who is not trusted any more. */
void table_recheck(struct table *table);

/* The earliest deadline, DSB_NO_DEADLINE when there is none. */
uint64_t table_deadline(const struct table *table);

#endif
