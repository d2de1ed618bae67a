/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of all connections behind one handle of the event loop. A socket costs one system
 * call when it is first watched, none when it is closed, and no memory of this process.
 *
 * The kernel forgets a socket with its last descriptor: who watches one must not have given another
 * process a copy.
 */
#ifndef NODE_POLLER_H
#define NODE_POLLER_H

#include "node/base/error.h"

#include <uv.h>

/* What is waited for, and told. */
enum { POLLER_READABLE = 1, POLLER_WRITABLE = 2 };

/* Read-only outside poller.c. */
struct poller {
    uv_poll_t handle;
    int fd;
    uint32_t socket_count; /* while there are none the loop may end */
    void (*ready)(void *owner, int events);
    void (*all_told)(struct poller *p); /* of this turn; nobody's memory was given back since */
};

/* ready is told of sockets that are worth trying; one that failed is both readable and writable.
 * It may be told of an owner once more in the turn in which that closed its socket. */
MUST_CHECK bool poller_open(struct poller *p, uv_loop_t *loop,
                            void (*ready)(void *owner, int events),
                            void (*all_told)(struct poller *p), struct error *e);

/* Waits for `events` of a socket, 0 for nothing, instead of `watched`, which is what it waited for
 * before. False, with errno, when the system has no room for one more. */
MUST_CHECK bool poller_watch(struct poller *p, int fd, void *owner, int watched, int events);

/* A socket with so many events watched is about to be closed. */
void poller_forget(struct poller *p, int watched);

/* When no socket is watched; the loop has a handle to close after that. */
void poller_close(struct poller *p);

#endif
