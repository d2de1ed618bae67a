/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Announces and queries over UDP (IPv4): where devices say they are. Nothing here says who they
 * are: a session takes the peer's key from the trust store alone.
 */
#ifndef NODE_DISCOVERY_H
#define NODE_DISCOVERY_H

#include "dsoftbus/announce.h"
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
    size_t announce_len;
    uint8_t announce[DSB_ANNOUNCE_MAX];
    struct dsb_answer_rate rate;
    uint64_t query_count;    /* answered */
    uint64_t ignored_count;  /* malformed, from elsewhere, too many */
    uint64_t announce_count; /* heard of others */
};

/* A bound, non-blocking UDP socket; -1 with errno (EADDRINUSE: another daemon of this machine has
 * the port). */
int discovery_bind(uint16_t port);

/*
 * Takes over the socket. session_at is where sessions are accepted: when that is the loopback,
 * nothing is told to others.
 */
void discovery_respond(struct discovery_responder *r, uv_loop_t *loop, int fd,
                       const struct dsb_identity *identity, const union endpoint *session_at,
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
    void *owner;
};

/* Begins to ask every QUERY_EVERY_MS: the loopback and every own subnet. */
#define QUERY_EVERY_MS 500
MUST_CHECK bool discovery_search_start(struct discovery_search *s, uv_loop_t *loop, uint16_t port,
                                       struct error *e);
void discovery_search_stop(struct discovery_search *s);

/* Stops asking, and begins again; answers are heard all the while. */
void discovery_search_rest(struct discovery_search *s);
void discovery_search_resume(struct discovery_search *s);

#endif
