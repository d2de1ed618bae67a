/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Announces and queries over UDP (IPv4): where devices say they are. Nothing here says who they
 * are: a session takes the peer's key from the trust store alone, to which a root's word in an
 * announce may bring it.
 */
#ifndef NODE_DISCOVERY_H
#define NODE_DISCOVERY_H

#include "dsoftbus/handshake.h"
#include "dsoftbus/hearsay.h"
#include "node/engine/endpoint.h"

#include <uv.h>

/* An announce to every subnet this often; also at the start. */
#define ANNOUNCE_EVERY_MS 30000

/* A daemon's side: answers queries from the loopback and the own subnets, announces itself. */
struct discovery_responder {
    uv_poll_t poll;
    uv_timer_t timer;
    int fd;
    uint16_t port;
    bool loopback_only;
    const struct dsb_local *local;
    struct dsb_announce announce; /* but for the attestation, which is local's when it is sent */
    struct dsb_answer_rate rate;
    uint64_t query_count;    /* answered */
    uint64_t ignored_count;  /* malformed, from elsewhere, too many */
    uint64_t announce_count; /* heard of others */
};

/* A bound, non-blocking UDP socket; -1 with errno (EADDRINUSE: another daemon of this machine has
 * the port). */
int discovery_bind(uint16_t port);

/*
 * Takes over the socket, and tells of local, which must outlive it. session_at is where sessions
 * are accepted: when that is the loopback, nothing is told to others.
 */
void discovery_respond(struct discovery_responder *r, uv_loop_t *loop, int fd,
                       const struct dsb_local *local, const union endpoint *session_at,
                       bool takes_files);

void discovery_respond_stop(struct discovery_responder *r);

/* Asks, and listens for a while. */
struct discovery_search {
    uv_poll_t poll;
    uv_poll_t announce_poll; /* the port of announces, when it was free */
    uv_timer_t timer;
    int fd;
    int announce_fd; /* -1: another process has it */
    uint16_t port;
    /* An announce came from `at` (with the session port it names). May call discovery_search_stop.
     */
    void (*found)(struct discovery_search *s, const struct dsb_announce *announce,
                  const union endpoint *at);
    /* It has just asked everybody, and may be told whom else. NULL: nobody. */
    void (*asked)(struct discovery_search *s);
    void *owner;
};

/* Begins to ask every QUERY_EVERY_MS: the loopback and every own subnet. */
#define QUERY_EVERY_MS 500
MUST_CHECK bool discovery_search_start(struct discovery_search *s, uv_loop_t *loop, uint16_t port,
                                       struct error *e);
void discovery_search_stop(struct discovery_search *s);

/* Asks there, too, when the place is an IPv4 address. */
void discovery_search_ask(struct discovery_search *s, const union endpoint *at);

/* Stops asking, and begins again; answers are heard all the while. */
void discovery_search_rest(struct discovery_search *s);
void discovery_search_resume(struct discovery_search *s);

/*
 * Is this announce of a device that is looked for, from that place, worth a dial? When its key is
 * the store's, or it brings a root's word for another one, which is taken. False: *why says what is
 * wrong with that word; OK when it has none that is for this store.
 */
MUST_CHECK bool discovery_believes(struct dsb_hearsay *hearsay, const struct dsb_local *local,
                                   const struct dsb_announce *announce, const union endpoint *at,
                                   uint64_t now_ms, enum dsb_vouched_result *why);

#endif
