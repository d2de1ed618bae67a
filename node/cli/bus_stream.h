/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream that the daemon hands out, for a command that itself says what is said on it: by the
 * daemon's key and session, so that its user needs no key. One stream, one thread, no event loop.
 */
#ifndef NODE_BUS_STREAM_H
#define NODE_BUS_STREAM_H

#include "node/base/options.h"
#include "node/client/dsoftbus-client.h"

#include <poll.h>

struct bus_stream {
    struct dsbc *bus; /* NULL: not by a daemon */
    struct error *error;
    const char *device; /* ID or ID@HOST[:PORT], as the person wrote it */
    const char *service;
    uint64_t number;
    int fd;        /* non-blocking; -1: none yet */
    int signal_fd; /* SIGINT and SIGTERM */
    bool ended;    /* the peer has said all */
    bool judged;
    enum dsbc_result verdict; /* once judged */
    /* A peer's stream of what the command published, its descriptor to be taken or closed; NULL:
     * nothing is. */
    void (*incoming)(struct bus_stream *s, const struct dsbc_event *event);
    void *owner;
};

/*
 * By the daemon, or by the key of a directory? --dir says that one; else the daemon when one
 * listens that lets this user in (--bus: it must), and s->bus is set. False with *e filled when
 * there is one that does not answer as it should.
 */
MUST_CHECK bool bus_stream_seek(struct bus_stream *s, const struct options *o, struct error *e);

/* A name of a host is looked up here, and its addresses are tried in turn. *why is what came of the
 * last one: DSBC_OK, or why not, with *e filled. */
MUST_CHECK bool bus_stream_open(struct bus_stream *s, const char *device, const char *service,
                                enum dsbc_result *why);

/*
 * Waits for the entries from `entries[BUS_STREAM_OWN]` on, or a verdict, at most timeout_ms (-1: as
 * long as it takes). False with *e filled: interrupted, or the daemon is lost.
 */
#define BUS_STREAM_OWN 2
MUST_CHECK bool bus_stream_wait(struct bus_stream *s, struct pollfd *entries, unsigned count,
                                int timeout_ms);

/* How long the peer has to end its side of a stream on which all was said. */
#define BUS_STREAM_END_MS 3000

/* This side has said all, and the peer is to say no more: true when both directions were complete.
 */
MUST_CHECK bool bus_stream_end(struct bus_stream *s);

/* What is not over is reset. */
void bus_stream_close(struct bus_stream *s);

#endif
