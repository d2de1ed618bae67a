/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of a session and a socket that an application holds the other end of: what the one says
 * goes into the other, both ways, and so do the ends. Each direction waits for its own reader
 * alone.
 */
#ifndef NODE_PUMP_H
#define NODE_PUMP_H

#include "node/engine/stream.h"

#include <uv.h>

/* A program that dies closes its streams and its bus socket one after the other, in any order: so
 * long after the one the other is looked at, ms. */
#define PUMP_GRACE_MS 50

struct pump;

struct pump_events {
    /* An own stream: the peer's service took it. May be NULL. */
    void (*opened)(struct pump *p);
    /* The stream is over, with DSB_RESET_NONE cleanly; `p` and its socket are gone after that. */
    void (*over)(struct pump *p, uint16_t code);
    /* The application is there: if not, what looks like its end is none. */
    bool (*is_alive)(const struct pump *p);
};

/* next, previous and number are the owner's. */
struct pump {
    struct pump *next;
    struct pump *previous;
    uint32_t number;
    struct stream *stream;
    const struct pump_events *events;
    void *owner;
    uv_loop_t *loop;
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned open_handle_count;
    int fd;      /* this side's end */
    int watched; /* uv_poll events asked for */
    bool polled; /* started */
    bool closed; /* by the application: the timer decides what that means */
    bool is_incoming;
    bool accepted;  /* or an own stream that was opened: bytes may pass */
    bool said_all;  /* the application finished */
    bool heard_all; /* the application was given the peer's end */
    bool blocked;   /* the socket takes nothing now */
    bool was_reset; /* by the peer or the session: what is left to read is still given */
    uint16_t code;
};

/* A pair of sockets for a stream, which takes the place of its owner. *app_fd is the application's
 * end. NULL with errno when the system refuses: the stream stays the caller's. Nothing passes
 * before pump_start, or an incoming stream's pump_accept. */
struct pump *pump_new(uv_loop_t *loop, struct stream *s, bool is_incoming,
                      const struct pump_events *events, void *owner, int *app_fd);

/* The events of an own stream that is to get a pump: give these to stream_open, owner NULL. */
extern const struct stream_events pump_stream_events;

/* The application has its end now. */
void pump_start(struct pump *p);

/* Takes an incoming stream; the first byte of the application does, too. */
void pump_accept(struct pump *p);

/* Ends it with this code, without a word to the owner. */
void pump_kill(struct pump *p, enum dsb_reset_code code);

#endif
