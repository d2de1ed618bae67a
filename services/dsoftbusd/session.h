/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of one authenticated session, and who on this device has each: the service that the
 * peer opened it to, or the application that opened it to the peer's. A stream to a service that is
 * not there, or that the peer may not use, is answered, and written into the journal.
 */
#ifndef DSOFTBUSD_SESSION_H
#define DSOFTBUSD_SESSION_H

#include "dsoftbus/stream_link.h"
#include "limits.h"
#include "service.h"

/* One stream that a service has, or an application. */
struct served {
    struct session *session;
    uint32_t id; /* 0: free */
    const struct service *service;
    void *object;        /* the service's own */
    uint16_t reset_code; /* the peer's, or the session's end; DSB_RESET_NONE: not reset */
};

#define SERVED_MAX (SESSION_STREAM_MAX + OWN_STREAM_MAX)

/* A root's list that is being given to the peer, and which ones it has answered. */
struct giving {
    struct served *served; /* NULL: none */
    size_t list;
    uint64_t serial;
    size_t given_len;
    uint64_t answered[ROOT_MAX]; /* serials */
};

struct session {
    bool is_used;
    bool is_greeted; /* `os session ok` was written */
    bool wants_turn; /* a service did something since the connection's last turn */
    const struct dsb_trust_store *trust;
    struct dsb_device_id peer; /* bound */
    uint64_t list_ms;          /* before that no list of the peer's is looked at */
    struct giving giving;
    struct dsb_streams streams;
    struct served served[SERVED_MAX];
    struct dsb_stream slots[SERVED_MAX];
    uint32_t refused[SESSION_STREAM_MAX];
    uint8_t bytes[SERVED_MAX * (STREAM_WINDOW + STREAM_SEND_CAP)];
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

/*
 * A stream to a service of the peer's. `owner` hears of its turns and its end as of a stream of its
 * own; its begin is not called. NULL: the peer takes no more streams for now.
 */
DSB_MUST_CHECK struct served *session_connect(struct session *session, const struct service *owner,
                                              const char *service, size_t service_len);

/* Does the peer take streams? */
bool session_is_usable(const struct session *session);

/* No stream is open, in either direction. */
bool session_is_idle(const struct session *session);

/* The first application bytes of the session were used. */
void session_greet(struct session *session);

/* The service is done with the stream: `served` is free. */
void served_let_go(struct served *served);

#endif
