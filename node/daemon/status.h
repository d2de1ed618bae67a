/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a daemon tells about itself: whoever may open the socket `status` in its directory gets the
 * text and the end of the stream. `dsoftbus status` shows it.
 */
#ifndef NODE_STATUS_H
#define NODE_STATUS_H

#include "node/base/filter.h"
#include "node/bus/bus.h"
#include "node/engine/discovery.h"
#include "node/engine/server.h"

#define STATUS_SOCKET "status"
#define STATUS_LOCK   "daemon.lock" /* held by the daemon of this directory while it lives */

struct status_reply;

struct status_server {
    uv_pipe_t pipe;
    struct status_reply *replies; /* being written */
    const struct server *server;
    const struct bus *bus;
    const struct discovery_responder *discovery; /* NULL: none */
    char listen_text[ENDPOINT_TEXT_SIZE];
    enum filter_result filter;
};

/* Makes the socket, mode 0600; the directory's STATUS_LOCK must be held, so an old socket is
 * nobody's. */
MUST_CHECK bool status_start(struct status_server *t, uv_loop_t *loop, const struct confdir *dir,
                             struct error *e);

void status_stop(struct status_server *t);

#endif
