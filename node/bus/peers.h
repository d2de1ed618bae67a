/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices that the bus has to do with: their sessions, whoever dialled, and how they are
 * dialled. All streams to a peer share one session; it is dialled when somebody waits for it, and
 * again, ever more slowly, as long as somebody does. One that a root of the trust store may vouch
 * for, and whose key is not known, is looked for until an announce brings a root's word.
 */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include "node/engine/discovery.h"
#include "node/engine/server.h"

/* A device is dialled again after a pause that doubles from the first to the last, ms. */
#define PEER_PAUSE_FIRST_MS 250
#define PEER_PAUSE_LAST_MS  2000

/* So long somebody waits for a session, ms. */
#define PEER_WAIT_MS 5000

struct peers;
struct peer;

/* A session of a peer: conn->work. */
struct peer_session {
    struct peer_session *next;
    struct peer *peer;
    struct conn *conn;
    bool is_usable; /* open, and takes streams from this side */
};

/* Somebody who waits for a session. All but done and owner are this file's. */
struct peer_wait {
    struct peer_wait *next;
    struct peer *peer; /* NULL: does not wait (any more) */
    uint64_t deadline_ms;
    /* A session, or NULL and the reason's name (not-trusted, unreachable, timeout) with a text. */
    void (*done)(struct peer_wait *w, struct conn *c, const char *reason, const char *text);
    void *owner;
};

enum peer_state { PEER_OFFLINE, PEER_DIALLING, PEER_ONLINE };

struct peer {
    struct peer *next;
    struct peers *all;
    struct dsb_device_id id;
    struct peer_session *sessions;
    struct peer_wait *waits;
    struct conn *dialled;
    union endpoint candidates[ENDPOINT_ADDRESSES_MAX];
    size_t candidate_count;
    size_t tried_count; /* of the candidates, since the last pause */
    uint64_t pause_ms;
    uint64_t next_try_ms;
    uv_timer_t timer;
    bool had_session;
    uint32_t file_count;    /* transfers of it under way: the daemon's */
    uint64_t lists_shut_ms; /* before that no list of it is verified (revocations.h) */
    char fault[128];        /* of the last try; "": none yet */
};

struct peers {
    uv_loop_t *loop;
    struct server *server;
    uint16_t discovery_port; /* 0: none */
    bool searching;          /* the search is open */
    bool asking;
    bool stopping;
    uint32_t session_max; /* that a peer may have dialled */
    struct discovery_search search;
    struct dsb_hearsay hearsay; /* what announces say of devices without a line */
    struct peer *list;
    /* A peer became online, or is so no more. */
    void (*changed)(struct peers *all, struct peer *p, bool is_online);
    void *owner;
};

/* server->host's events, passed on. */
enum dsb_reason peers_admit(const struct peers *all, const struct dsb_device_id *id);
void peers_opened(struct peers *all, struct conn *c);
void peers_closed(struct peers *all, struct conn *c);
void peers_dial_failed(struct peers *all, struct conn *c, enum conn_outcome outcome,
                       enum dsb_reason reason, int system_error);

/* The record of a peer that has, or had, a session. */
struct peer *peers_find(const struct peers *all, const struct dsb_device_id *id);

/* How many there are. */
size_t peers_count(const struct peers *all);

/* A session with the peer that takes streams; NULL when there is none. */
struct conn *peers_session(const struct peers *all, const struct dsb_device_id *id);

/* Could one come about? By a line, or by what a root may say. */
bool peers_may_reach(const struct peers *all, const struct dsb_device_id *id);

/* Waits for one, and dials: at the address, or where the peer was before, or where it is found.
 * w->done comes later, once. */
void peers_wait(struct peers *all, const struct dsb_device_id *id, const union endpoint *at,
                struct peer_wait *w);

/* w->done does not come any more. */
void peers_wait_no_more(struct peer_wait *w);

/* Of a device of the trust store, with its address, or "-". */
enum peer_state peers_state(const struct peers *all, const struct dsb_device_id *id,
                            char at[ENDPOINT_TEXT_SIZE]);

/* Streams that the peer of this session has open on all of its sessions. */
size_t peers_stream_count(const struct conn *c);

/* Dials nobody any more; every wait is done. The handles close with the loop. */
void peers_stop(struct peers *all);

/* After the loop ended. */
void peers_free(struct peers *all);

#endif
