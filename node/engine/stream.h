/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of one session, in a process with an event loop: the library's streams with memory,
 * and for each stream somebody who is told what happens to it. The set is made with the first
 * stream, and outlives the connection for as long as somebody has not let go of one: what was
 * received can still be read then.
 *
 * The calls never call back; they have the connection's loop do what follows from them.
 */
#ifndef NODE_STREAM_H
#define NODE_STREAM_H

#include "dsoftbus/stream_link.h"
#include "node/base/error.h"

/* What this side of a session offers to its peer, and allows itself. */
struct stream_limits {
    struct dsb_stream_limits offer;
    uint16_t own_max; /* streams that this side may have open */
};

/* Bytes of a stream that wait to be sealed: one chunk's worth. */
#define STREAM_SEND_CAP ((uint32_t)128 * 1024)

/* Defaults of every program. */
#define STREAM_WINDOW_DEFAULT ((uint32_t)256 * 1024)
#define STREAM_COUNT_DEFAULT  256

/* Of a command that opens one stream itself, and lets its peer open none. */
#define STREAM_LIMITS_OF_A_CLIENT                                                                  \
    ((struct stream_limits){.offer = {.window = STREAM_WINDOW_DEFAULT}, .own_max = 1})

struct stream;
struct stream_set;

/* Any call of this file may be made inside, also stream_let_go. */
struct stream_events {
    void (*opened)(struct stream *s);   /* an own stream: the peer's service took it; may be NULL */
    void (*readable)(struct stream *s); /* bytes, or the end: read until there is none */
    void (*writable)(struct stream *s); /* room again after none, or too little; may be NULL */
    /* By the peer, or with the session. What came before can still be read. */
    void (*reset)(struct stream *s, uint16_t code);
};

/* Read-only, but for events and owner. */
struct stream {
    struct stream_set *set;
    struct stream *next;
    const struct stream_events *events;
    void *owner;
    uint32_t id;
    const char *service; /* of the peer's stream, not terminated; NULL for an own one */
    size_t service_len;
};

/* Streams found by their id: a list for each of so many remainders. */
#define STREAM_BUCKET_COUNT 64

/* What the session's owner is told. */
struct stream_set_events {
    /* The peer opened one: inside of this it is stream_attach'ed, or it is refused. */
    void (*incoming)(void *owner, uint32_t id, const char *service, size_t service_len);
    void (*can_open)(void *owner); /* after stream_open found no room */
    /* Something is to be sent or told; so many bytes more were written. */
    void (*changed)(void *owner, size_t written_len);
};

struct stream_set {
    struct dsb_streams streams;
    const struct stream_set_events *events;
    void *owner; /* the connection; NULL once the session is over */
    struct stream *buckets[STREAM_BUCKET_COUNT];
    const struct dsb_stream_event *incoming; /* being told; else NULL */
    size_t stream_count;                     /* in the buckets */
    size_t peak_count; /* the most at once since the memory was last given back */
    uint8_t *memory;
    size_t memory_len;
    unsigned
        telling_count; /* its events are being told so many times inside each other: it stays */
};

/* For an OPEN link that carries streams. NULL when there is no memory. */
struct stream_set *stream_set_new(const struct dsb_link *link, const struct stream_limits *limits,
                                  const struct stream_set_events *events, void *owner);

/* Tells everybody what happened. True when something had. */
bool stream_set_tell(struct stream_set *set);

/* The session is over, the connection about to go: everybody is told. */
void stream_set_leave(struct stream_set *set);

/* Opens one. NULL with *status as dsb_streams_open. */
struct stream *stream_open(struct stream_set *set, const char *service,
                           const struct stream_events *events, void *owner,
                           enum dsb_status *status);

/* Inside of incoming alone: takes charge of the peer's stream, which is not answered by
 * that. One that nobody takes charge of is refused, no-such-service. */
struct stream *stream_attach(struct stream_set *set, uint32_t id,
                             const struct stream_events *events, void *owner);

/* Resets those of the peer's streams that it may not have any more, and tells who has charge of
 * them as if the peer had. */
void stream_set_revoke(struct stream_set *set, bool (*may_stay)(void *ctx, const struct stream *s),
                       void *ctx, enum dsb_reset_code code);

/* As the calls of dsb_streams. What is refused is let go of. */
MUST_CHECK enum dsb_status stream_accept(struct stream *s);
void stream_refuse(struct stream *s, enum dsb_reset_code code);
MUST_CHECK enum dsb_status stream_write(struct stream *s, const void *bytes, size_t len,
                                        size_t *written_len);
MUST_CHECK enum dsb_status stream_room(struct stream *s, uint8_t **room, size_t *room_len);
void stream_wrote(struct stream *s, size_t len);
MUST_CHECK enum dsb_status stream_front(struct stream *s, const uint8_t **bytes, size_t *len);
void stream_took(struct stream *s, size_t len);
void stream_finish(struct stream *s);
void stream_reset(struct stream *s, enum dsb_reset_code code);

/* Bytes written that are not sealed yet. */
size_t stream_unsent(const struct stream *s);

/* The session is over: a reset says nothing about the peer's application. */
bool stream_session_is_over(const struct stream *s);

/* `s` is gone after that. */
void stream_let_go(struct stream *s);

/* "not-allowed" and so on; "unknown" for a number that has no name. */
const char *stream_reset_name(uint16_t code);

/* The code of a name; DSB_RESET_NONE when it is none. */
enum dsb_reset_code stream_reset_code(const char *name);

#endif
