/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of one authenticated session, and which service has each of those that the peer
 * opened. A stream of a service that is not there, or that the peer may not use, is answered, and
 * written into the journal.
 */
#ifndef DSOFTBUSD_SESSION_H
#define DSOFTBUSD_SESSION_H

#include "dsoftbus/stream_link.h"
#include "limits.h"
#include "service.h"

/* One stream that a service has. */
struct served {
    struct session *session;
    uint32_t id; /* 0: free */
    const struct service *service;
    void *object; /* the service's own */
};

struct session {
    bool is_used;
    bool is_greeted; /* `os session ok` was written */
    bool wants_turn; /* a service did something since the connection's last turn */
    const struct dsb_trust_store *trust;
    struct dsb_device_id peer; /* bound */
    struct dsb_streams streams;
    struct served served[SESSION_STREAM_MAX];
    struct dsb_stream slots[SESSION_STREAM_MAX];
    uint32_t refused[SESSION_STREAM_MAX];
    uint8_t bytes[SESSION_STREAM_MAX * (STREAM_WINDOW + STREAM_SEND_CAP)];
};

/* Begins on an OPEN link. */
DSB_MUST_CHECK enum dsb_status session_begin(struct session *session, const struct dsb_link *link,
                                             const struct dsb_trust_store *trust);

/* Gives the services what the event of the link means to them. */
void session_receive(struct session *session, struct dsb_link *link,
                     const struct dsb_link_event *event);

/* Seals what the services have to say, as much as fits, and lets them fill what became free. */
void session_seal(struct session *session, struct dsb_link *link, uint64_t now_ms);

/* session_seal has something to seal, given room. */
bool session_wants_output(struct session *session);

/* Every stream is gone; wipes all. Does nothing when it is not used. */
void session_end(struct session *session);

/* May the peer use it? */
bool session_allows(const struct session *session, const struct service *service);

/* The first application bytes of the session were used. */
void session_greet(struct session *session);

/* The service is done with the stream: `served` is free. */
void served_let_go(struct served *served);

#endif
