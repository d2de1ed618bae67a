/* SPDX-License-Identifier: Apache-2.0 */
/* One poll for the daemon, the signals and whatever the command waits for. */
#include "node/cli/bus_stream.h"

#include "dsoftbus/announce.h"
#include "node/base/clock.h"
#include "node/cli/bus_error.h"
#include "node/engine/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

static bool watch_signals(struct bus_stream *s)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signal_fd >= 0 || error_set(s->error, EXIT_LOCAL, "signals: %s", strerror(errno));
}

/* Is there one for this user? One that is there and silent is not passed over: it holds the name of
 * this device. */
static bool daemon_listens(void)
{
    struct dsbc *bus;
    errno = 0;
    enum dsbc_result result = dsbc_open(&bus, NULL);
    bool is_closed = result == DSBC_SYSTEM && errno == EACCES;
    dsbc_close(bus);
    return result != DSBC_NO_DAEMON && !is_closed;
}

bool bus_stream_seek(struct bus_stream *s, const struct options *o, struct error *e)
{
    *s = (struct bus_stream){.error = e, .fd = -1, .signal_fd = -1};
    if (o->dir != NULL && o->bus != NULL)
        return error_set(e, EXIT_USAGE, "--dir is another way than --bus: one of them");
    if (o->dir != NULL || (o->bus == NULL && !daemon_listens()))
        return true;
    if (!bus_open(&s->bus, o->bus, e))
        return false;
    if (watch_signals(s))
        return true;
    bus_stream_close(s);
    return false;
}

static bool take_signals(struct bus_stream *s)
{
    struct signalfd_siginfo info;
    if (read(s->signal_fd, &info, sizeof info) != sizeof info)
        return true;
    return error_set(s->error, EXIT_INTERRUPTED, "interrupted");
}

/* True until the answer to a connect has come, which is *answer then. */
static bool take_events(struct bus_stream *s, struct dsbc_event *answer)
{
    struct dsbc_event event;
    enum dsbc_result result;
    while ((result = dsbc_next(s->bus, &event, 0)) == DSBC_OK) {
        if (event.kind == DSBC_ANSWER && answer != NULL)
            *answer = event;
        else if (event.kind == DSBC_END && event.stream == s->number)
            s->judged = true, s->verdict = event.result;
        else if (event.kind == DSBC_STREAM && s->incoming != NULL)
            s->incoming(s, &event);
        else if (event.fd >= 0)
            close(event.fd); /* nothing was published */
        if (event.kind == DSBC_ANSWER)
            break; /* the end of its stream comes to who knows its number */
    }
    return result == DSBC_OK || result == DSBC_NOTHING ||
           bus_error(s->error, result, dsbc_text(s->bus), NULL, NULL);
}

static bool wait_for(struct bus_stream *s, struct pollfd *entries, unsigned count, int timeout_ms,
                     struct dsbc_event *answer)
{
    entries[0] = (struct pollfd){.fd = dsbc_fd(s->bus), .events = POLLIN};
    entries[1] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
    if (poll(entries, BUS_STREAM_OWN + count, timeout_ms) < 0) {
        for (unsigned i = 0; i < BUS_STREAM_OWN + count; i++)
            entries[i].revents = 0;
        return errno == EINTR || error_set(s->error, EXIT_LOCAL, "poll: %s", strerror(errno));
    }
    return take_events(s, answer) && take_signals(s);
}

bool bus_stream_wait(struct bus_stream *s, struct pollfd *entries, unsigned count, int timeout_ms)
{
    return wait_for(s, entries, count, timeout_ms, NULL);
}

/* One try. */
static bool connect_to(struct bus_stream *s, const char *device, enum dsbc_result *why)
{
    struct dsbc_event answer = {.kind = DSBC_END, .fd = -1};
    struct pollfd entries[BUS_STREAM_OWN];
    *why = dsbc_ask_connect(s->bus, device, s->service, 0);
    if (*why != DSBC_OK)
        return bus_error(s->error, *why, dsbc_text(s->bus), device, s->service);
    while (answer.kind != DSBC_ANSWER)
        if (!wait_for(s, entries, 0, -1, &answer)) {
            *why = DSBC_LOST; /* no other try */
            return false;
        }
    *why = answer.result;
    if (*why != DSBC_OK)
        return bus_error(s->error, *why, answer.text, device, s->service);
    s->fd = answer.fd;
    s->number = answer.stream;
    (void)fcntl(s->fd, F_SETFL, O_NONBLOCK);
    return true;
}

bool bus_stream_open(struct bus_stream *s, const char *device, const char *service,
                     enum dsbc_result *why)
{
    char place[DSBC_NAME_MAX + ENDPOINT_TEXT_SIZE + 2];
    char at_text[ENDPOINT_TEXT_SIZE];
    union endpoint at[ENDPOINT_ADDRESSES_MAX];
    size_t count = 0;
    const char *host = strchr(device, '@');
    s->device = device;
    s->service = service;
    *why = DSBC_MISUSE;
    if (host == NULL || host - device > DSBC_NAME_MAX)
        return connect_to(s, device, why);
    if (!endpoint_parse_all(at, &count, host + 1, DSB_SESSION_PORT, s->error))
        return false;
    for (size_t i = 0; i < count; i++) {
        endpoint_format(&at[i], at_text);
        (void)snprintf(place, sizeof place, "%.*s@%s", (int)(host - device), device, at_text);
        if (connect_to(s, place, why))
            return true;
        if (*why != DSBC_UNREACHABLE && *why != DSBC_TIMEOUT)
            break;
    }
    return false;
}

/* All was said: a byte more is against the rules of whatever was spoken. False with *e filled. */
static bool hear_nothing(struct bus_stream *s)
{
    char byte;
    ssize_t len = read(s->fd, &byte, 1);
    if (len > 0)
        return error_set(s->error, EXIT_BROKEN, "%s says more than it was asked for", s->device);
    if (len == 0 || errno != EAGAIN)
        s->ended = true;
    return true;
}

bool bus_stream_end(struct bus_stream *s)
{
    struct pollfd entries[BUS_STREAM_OWN + 1];
    uint64_t until_ms = clock_ms() + BUS_STREAM_END_MS;
    (void)shutdown(s->fd, SHUT_WR);
    for (uint64_t now_ms = clock_ms(); !s->judged && now_ms < until_ms; now_ms = clock_ms()) {
        entries[BUS_STREAM_OWN] = (struct pollfd){.fd = s->ended ? -1 : s->fd, .events = POLLIN};
        if (!bus_stream_wait(s, entries, 1, (int)(until_ms - now_ms)))
            return false;
        if (entries[BUS_STREAM_OWN].revents != 0 && !hear_nothing(s))
            return false;
    }
    if (!s->judged)
        return error_set(s->error, EXIT_BROKEN, "%s does not end its stream", s->device);
    return s->verdict == DSBC_OK || bus_cut(s->error, s->verdict, s->device, s->service);
}

void bus_stream_close(struct bus_stream *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->signal_fd >= 0)
        close(s->signal_fd);
    dsbc_close(s->bus);
    *s = (struct bus_stream){.fd = -1, .signal_fd = -1};
}
