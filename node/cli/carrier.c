/* SPDX-License-Identifier: Apache-2.0 */
/* One poll for all; then the daemon's events, so that a verdict is known before the relays move. */
#include "node/cli/carrier.h"

#include "node/base/clock.h"
#include "node/cli/bus_error.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define OWN_POLL_COUNT 3 /* the daemon, the signals, the command's own */
#define TICK_MS        1000

static int watch_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool carrier_open(struct carrier *c, const char *bus_path, unsigned place_count,
                  const struct carrier_events *events, void *owner, struct error *e)
{
    *c = (struct carrier){.events = events,
                          .owner = owner,
                          .place_count = place_count,
                          .own_fd = -1,
                          .signal_fd = -1,
                          .error = e};
    if (!bus_open(&c->bus, bus_path, e))
        return false;
    c->places = calloc(place_count, sizeof *c->places);
    c->polled = calloc(OWN_POLL_COUNT + (size_t)place_count * RELAY_POLL_COUNT, sizeof *c->polled);
    c->signal_fd = watch_signals();
    if (c->places != NULL && c->polled != NULL && c->signal_fd >= 0)
        return true;
    carrier_close(c);
    return error_set(e, EXIT_LOCAL, "out of memory or descriptors");
}

void carrier_stop(struct carrier *c)
{
    c->over = true;
    c->ok = true;
}

void carrier_fail(struct carrier *c, enum exit_code code, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->over = true;
    c->ok = error_set(c->error, code, "%s", text);
}

struct carried *carrier_place(struct carrier *c)
{
    for (unsigned i = 0; i < c->place_count; i++) {
        struct carried *place = &c->places[i];
        if (place->state != CARRIED_FREE)
            continue;
        memset(c->polled + OWN_POLL_COUNT + (size_t)i * RELAY_POLL_COUNT, 0,
               RELAY_POLL_COUNT * sizeof *c->polled); /* what was ready was another's */
        place->pid = 0;
        place->peer[0] = '\0';
        return place;
    }
    return NULL;
}

unsigned carrier_used_count(const struct carrier *c)
{
    unsigned count = 0;
    for (unsigned i = 0; i < c->place_count; i++)
        count += c->places[i].state != CARRIED_FREE;
    return count;
}

void carrier_free(struct carried *place)
{
    if (place->state == CARRIED_DIALLING) {
        close(place->stream_fd);
        close(place->local);
    } else {
        relay_close(&place->relay);
    }
    place->state = CARRIED_FREE;
}

void carrier_reset(struct carrier *c, const struct carried *place)
{
    if (place->state != CARRIED_DIALLING && place->relay.judged)
        return; /* it is over */
    /* A daemon that is gone, or one that has just ended it, leaves nothing to do. */
    enum dsbc_result ignored = dsbc_reset(c->bus, place->stream);
    (void)ignored;
}

void carrier_drop(struct carrier *c, struct carried *place)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    int local = place->state == CARRIED_DIALLING ? place->local : place->relay.out.from;
    if (local > STDERR_FILENO) /* of what is no socket it is not true, and not done */
        (void)setsockopt(local, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    carrier_reset(c, place);
    carrier_free(place);
}

void carrier_refuse(struct carrier *c, const struct dsbc_event *stream, enum dsbc_result reason)
{
    enum dsbc_result ignored = dsbc_refuse(c->bus, stream->stream, reason);
    (void)ignored;
    close(stream->fd);
}

void carrier_note(struct carrier *c, const char *format, ...)
{
    struct error line;
    va_list args;
    if (!log_budget_take(&c->notes, clock_ms()))
        return;
    va_start(args, format);
    (void)vsnprintf(line.text, sizeof line.text, format, args);
    va_end(args);
    (void)error_print(&line, "dsoftbus");
}

/* --- the daemon's events --- */

static void turn_place(struct carrier *c, struct carried *place, const struct pollfd *ready)
{
    if (place->state == CARRIED_DIALLING && ready[0].fd == place->local && ready[0].revents != 0) {
        c->events->connected(c, place);
    } else if (place->state == CARRIED_MOVING) {
        enum relay_result how = relay_turn(&place->relay, ready);
        if (how != RELAY_GOES_ON)
            c->events->ended(c, place, how);
    }
}

/* Acted on at once, so that a place is free before the next stream wants one. */
static void judge(struct carrier *c, struct carried *place, enum dsbc_result verdict)
{
    static const struct pollfd nothing_ready[RELAY_POLL_COUNT];
    if (place->state == CARRIED_DIALLING) {
        carrier_free(place);
        return;
    }
    relay_judge(&place->relay, verdict);
    turn_place(c, place, nothing_ready);
}

static void on_end(struct carrier *c, const struct dsbc_event *end)
{
    for (unsigned i = 0; i < c->place_count; i++)
        if (c->places[i].state != CARRIED_FREE && c->places[i].stream == end->stream)
            judge(c, &c->places[i], end->result);
}

static void on_event(struct carrier *c, struct dsbc_event *event)
{
    switch (event->kind) {
    case DSBC_ANSWER:
        if (c->events->answered != NULL)
            c->events->answered(c, event);
        break;
    case DSBC_STREAM:
        c->events->incoming(c, event);
        break;
    case DSBC_END:
        on_end(c, event);
        break;
    default:
        break; /* not asked for */
    }
}

static void take_events(struct carrier *c)
{
    struct dsbc_event event;
    while (!c->over) {
        enum dsbc_result result = dsbc_next(c->bus, &event, 0);
        if (result == DSBC_NOTHING)
            return;
        if (result == DSBC_OK)
            on_event(c, &event);
        else
            c->over = true, c->ok = bus_error(c->error, result, dsbc_text(c->bus), NULL, NULL);
    }
}

/* --- the turn --- */

static void take_signals(struct carrier *c)
{
    struct signalfd_siginfo info;
    while (!c->over && read(c->signal_fd, &info, sizeof info) == sizeof info)
        c->events->signalled(c, (int)info.ssi_signo);
}

static void want_place(const struct carried *place, struct pollfd wanted[RELAY_POLL_COUNT])
{
    for (unsigned i = 0; i < RELAY_POLL_COUNT; i++)
        wanted[i] = (struct pollfd){.fd = -1};
    if (place->state == CARRIED_DIALLING)
        wanted[0] = (struct pollfd){.fd = place->local, .events = POLLOUT};
    else if (place->state == CARRIED_MOVING)
        relay_wants(&place->relay, wanted);
}

static bool wait_for_something(struct carrier *c)
{
    struct pollfd *at = c->polled;
    *at++ = (struct pollfd){.fd = dsbc_fd(c->bus), .events = POLLIN};
    *at++ = (struct pollfd){.fd = c->signal_fd, .events = POLLIN};
    *at++ = (struct pollfd){.fd = c->own_fd, .events = POLLIN};
    for (unsigned i = 0; i < c->place_count; i++, at += RELAY_POLL_COUNT)
        want_place(&c->places[i], at);
    int ready = poll(c->polled, (nfds_t)(at - c->polled), c->ticks ? TICK_MS : -1);
    if (ready < 0 && errno != EINTR)
        carrier_fail(c, EXIT_LOCAL, "poll: %s", strerror(errno));
    return ready >= 0;
}

static void turn(struct carrier *c)
{
    struct pollfd *ready = c->polled + OWN_POLL_COUNT;
    take_events(c);
    if (!c->over && c->polled[1].revents != 0)
        take_signals(c);
    for (unsigned i = 0; i < c->place_count && !c->over; i++)
        turn_place(c, &c->places[i], ready + (size_t)i * RELAY_POLL_COUNT);
    if (!c->over && c->own_fd >= 0 && c->polled[2].fd == c->own_fd && c->polled[2].revents != 0)
        c->events->own_ready(c);
    if (!c->over && c->ticks)
        c->events->ticked(c);
}

bool carrier_run(struct carrier *c)
{
    while (!c->over) {
        take_events(c); /* those that came while something was asked for: no poll tells of them */
        if (!c->over && wait_for_something(c))
            turn(c);
    }
    return c->ok;
}

void carrier_close(struct carrier *c)
{
    for (unsigned i = 0; i < c->place_count && c->places != NULL; i++)
        if (c->places[i].state != CARRIED_FREE)
            carrier_free(&c->places[i]);
    if (c->signal_fd >= 0)
        close(c->signal_fd);
    free(c->polled);
    free(c->places);
    dsbc_close(c->bus);
}
