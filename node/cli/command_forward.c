/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus forward: a local TCP port whose connections are streams to one service. */
#include "node/cli/bus_error.h"
#include "node/cli/carrier.h"
#include "node/cli/command.h"
#include "node/engine/listener.h"
#include "node/engine/tcp.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct forwarder {
    const char *device;
    const char *service;
    int listener;
    unsigned asked_count; /* connections whose stream is asked for; the tag is the socket */
};

/* More connections wait in the listener's queue. */
static void take_more_if_room(struct carrier *c)
{
    const struct forwarder *f = c->owner;
    bool room = f->asked_count < DSBC_ASKED_MAX - 1 && /* one is for a reset */
                carrier_used_count(c) + f->asked_count < c->place_count;
    c->own_fd = room ? f->listener : -1;
}

/* Its client sees that it was cut off, not that it has ended. */
static void reset_connection(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void on_own_ready(struct carrier *c)
{
    struct forwarder *f = c->owner;
    int fd = tcp_accept(f->listener);
    if (fd < 0)
        return;
    if (dsbc_ask_connect(c->bus, f->device, f->service, (uint64_t)fd) == DSBC_OK)
        f->asked_count++;
    else
        reset_connection(fd); /* the daemon is gone, as the next turn finds */
    take_more_if_room(c);
}

static void on_answered(struct carrier *c, struct dsbc_event *answer)
{
    struct forwarder *f = c->owner;
    int fd = (int)answer->tag;
    struct error why;
    f->asked_count--;
    if (answer->result == DSBC_OK) {
        struct carried *place = carrier_place(c); /* there is one: no more were asked for */
        place->stream = answer->stream;
        relay_start(&place->relay, answer->fd, fd, fd, 0);
        place->state = CARRIED_MOVING;
    } else {
        (void)bus_error(&why, answer->result, answer->text, f->device, f->service);
        carrier_note(c, "%s", why.text);
        reset_connection(fd);
    }
    take_more_if_room(c);
}

static void on_ended(struct carrier *c, struct carried *place, enum relay_result how)
{
    if (how == RELAY_CLEAN)
        carrier_free(place);
    else
        carrier_drop(c, place);
    take_more_if_room(c);
}

static void on_signalled(struct carrier *c, int number)
{
    if (number != SIGCHLD)
        carrier_stop(c);
}

static void on_incoming(struct carrier *c, struct dsbc_event *stream)
{
    carrier_refuse(c, stream, DSBC_NO_SUCH_SERVICE); /* nothing was published */
}

/* A port alone is one of the loopback: others are not to come in by this machine's rights. */
static bool listen_on(struct forwarder *f, const char *text, union endpoint *bound, struct error *e)
{
    char on_loopback[32];
    bool port_alone = strspn(text, "0123456789") == strlen(text) && strlen(text) < 16;
    (void)snprintf(on_loopback, sizeof on_loopback, "127.0.0.1:%.16s", text);
    return listener_open(&f->listener, bound, port_alone ? on_loopback : text, e);
}

bool command_forward(const struct options *o, char **words, int word_count, struct error *e)
{
    static const struct carrier_events events = {.answered = on_answered,
                                                 .incoming = on_incoming,
                                                 .own_ready = on_own_ready,
                                                 .signalled = on_signalled,
                                                 .ended = on_ended};
    struct forwarder f = {words[1], words[2], -1, 0};
    struct carrier c;
    union endpoint bound;
    char at[ENDPOINT_TEXT_SIZE];
    (void)word_count;
    if (!carrier_open(&c, o->bus, (unsigned)o->at_once_count, &events, &f, e))
        return false;
    bool ok = listen_on(&f, words[0], &bound, e);
    if (ok) {
        endpoint_format(&bound, at);
        if (!o->quiet)
            (void)fprintf(stderr, "dsoftbus: %s leads to %s of %s\n", at, f.service, f.device);
        take_more_if_room(&c);
        ok = carrier_run(&c);
        close(f.listener);
    }
    carrier_close(&c);
    return ok;
}
