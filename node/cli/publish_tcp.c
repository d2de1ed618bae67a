/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a TCP server for each stream: the stream is taken when the server takes the
 * connection. */
#include "node/cli/publish.h"
#include "node/engine/tcp.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void refused(struct carrier *c, const char *peer, int fault)
{
    const struct publisher *p = c->owner;
    char at[ENDPOINT_TEXT_SIZE];
    endpoint_format(&p->at, at);
    carrier_note(c, "cannot connect to %s for %s: %s", at, peer, strerror(fault));
}

static void on_incoming(struct carrier *c, struct dsbc_event *stream)
{
    const struct publisher *p = c->owner;
    int fd;
    struct carried *place = carrier_place(c);
    if (place == NULL) {
        carrier_refuse(c, stream, DSBC_BUSY);
        return;
    }
    int fault = tcp_dial(&fd, &p->at);
    if (fault != 0) {
        refused(c, stream->device, fault);
        carrier_refuse(c, stream, DSBC_GONE);
        return;
    }
    place->state = CARRIED_DIALLING;
    place->stream = stream->stream;
    place->stream_fd = stream->fd;
    place->local = fd;
    strcpy(place->peer, stream->device);
}

static void on_connected(struct carrier *c, struct carried *place)
{
    int fault = tcp_dial_result(place->local);
    enum dsbc_result ignored;
    if (fault != 0) {
        refused(c, place->peer, fault);
        ignored = dsbc_refuse(c->bus, place->stream, DSBC_GONE);
        carrier_free(place);
    } else if (dsbc_accept(c->bus, place->stream) == DSBC_OK) {
        relay_start(&place->relay, place->stream_fd, place->local, place->local, 0);
        place->state = CARRIED_MOVING;
        return;
    } else {
        ignored = DSBC_OK;
        carrier_free(place); /* the peer has gone meanwhile */
    }
    (void)ignored;
}

static void on_ended(struct carrier *c, struct carried *place, enum relay_result how)
{
    if (how == RELAY_CLEAN)
        carrier_free(place);
    else
        carrier_drop(c, place);
}

static void on_signalled(struct carrier *c, int number)
{
    if (number != SIGCHLD)
        carrier_stop(c);
}

const struct carrier_events publish_tcp_events = {.incoming = on_incoming,
                                                  .connected = on_connected,
                                                  .signalled = on_signalled,
                                                  .ended = on_ended};
