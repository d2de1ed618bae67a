/* SPDX-License-Identifier: Apache-2.0 */
/* Packets to and from the daemon, with their descriptors. Whatever comes is taken apart before
 * anything of it counts; descriptors that it may not bring are closed. */
#include "node/client/bus.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Descriptors of one packet that are seen at all, to be counted and closed; the kernel drops what
 * does not fit and says so. */
#define FDS_SEEN_MAX 8

enum dsbc_result bus_fail(struct dsbc *bus, enum dsbc_result result, const char *text)
{
    (void)snprintf(bus->text, sizeof bus->text, "%s", text);
    return result;
}

static enum dsbc_result break_handle(struct dsbc *bus, enum dsbc_result result, const char *text)
{
    bus->broken = result;
    return bus_fail(bus, result, text);
}

static enum dsbc_result send_failed(struct dsbc *bus)
{
    if (errno == EPIPE || errno == ECONNRESET)
        return break_handle(bus, DSBC_LOST, "the daemon ended the connection");
    if (errno == EAGAIN)
        return bus_fail(bus, DSBC_TIMEOUT, "the daemon takes no requests");
    return bus_fail(bus, DSBC_SYSTEM, strerror(errno));
}

enum dsbc_result bus_ask(struct dsbc *bus, enum packet_asked what, uint64_t tag, const char *format,
                         ...)
{
    char line[PACKET_MAX + 1];
    va_list args;
    ssize_t sent;
    if (bus->broken != DSBC_OK)
        return bus->broken;
    if (bus->asked_count == DSBC_ASKED_MAX)
        return bus_fail(bus, DSBC_MISUSE, "too many requests wait for their answers");
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len <= 0 || len > PACKET_MAX)
        return bus_fail(bus, DSBC_MISUSE, "the request is too long");
    do
        sent = send(bus->fd, line, (size_t)len, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return send_failed(bus);
    unsigned at = (bus->asked_first + bus->asked_count++) % DSBC_ASKED_MAX;
    bus->asked[at] = (struct asked){what, tag};
    return DSBC_OK;
}

/* Copies the descriptors that came; how many, or more than fit when some were dropped. */
static unsigned take_fds(struct msghdr *message, int fds[FDS_SEEN_MAX])
{
    unsigned count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t len = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < len && count < FDS_SEEN_MAX; i++)
            memcpy(&fds[count++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
    return count;
}

static void close_all(const int *fds, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
}

/* What was read is whole, and of the protocol: then the event has its descriptor and its tag. */
static bool accept_packet(struct dsbc *bus, struct dsbc_event *event, const char *bytes, size_t len,
                          const int *fds, unsigned fd_count)
{
    struct asked none = {ASKED_NOTHING, 0};
    struct asked *oldest = bus->asked_count > 0 ? &bus->asked[bus->asked_first] : &none;
    bool wants_fd;
    if (!packet_parse(event, &wants_fd, bytes, len, fd_count, oldest->what))
        return false;
    if (wants_fd)
        event->fd = fds[0];
    if (event->kind != DSBC_ANSWER)
        return true;
    event->tag = oldest->tag;
    bus->asked_first = (bus->asked_first + 1) % DSBC_ASKED_MAX;
    bus->asked_count--;
    return true;
}

static enum dsbc_result receive(struct dsbc *bus, struct dsbc_event *event)
{
    char bytes[PACKET_MAX];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FDS_SEEN_MAX * sizeof(int))];
    } control;
    int fds[FDS_SEEN_MAX] = {-1};
    struct iovec at = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &at,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got = recvmsg(bus->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return DSBC_NOTHING;
    unsigned fd_count = got >= 0 ? take_fds(&message, fds) : 0;
    bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    if (got > 0 && whole && accept_packet(bus, event, bytes, (size_t)got, fds, fd_count))
        return DSBC_OK;
    close_all(fds, fd_count);
    if (got <= 0)
        return break_handle(bus, DSBC_LOST, "the daemon ended the connection");
    return break_handle(bus, DSBC_GARBAGE, "the daemon sent what is not of the protocol");
}

enum dsbc_result bus_read(struct dsbc *bus, struct dsbc_event *event, int timeout_ms)
{
    struct pollfd wanted = {.fd = bus->fd, .events = POLLIN};
    if (bus->broken != DSBC_OK)
        return bus->broken;
    int ready = poll(&wanted, 1, timeout_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return DSBC_NOTHING;
    if (ready < 0)
        return bus_fail(bus, DSBC_SYSTEM, strerror(errno));
    return receive(bus, event);
}

enum dsbc_result bus_set_aside(struct dsbc *bus, const struct dsbc_event *event)
{
    if (bus->aside_count == DSBC_ASIDE_MAX) {
        if (event->fd >= 0)
            close(event->fd);
        return break_handle(bus, DSBC_FULL, "more events came than can be kept");
    }
    bus->aside[(bus->aside_first + bus->aside_count++) % DSBC_ASIDE_MAX] = *event;
    return DSBC_OK;
}

bool bus_take_aside(struct dsbc *bus, struct dsbc_event *event)
{
    if (bus->aside_count == 0)
        return false;
    *event = bus->aside[bus->aside_first];
    bus->aside_first = (bus->aside_first + 1) % DSBC_ASIDE_MAX;
    bus->aside_count--;
    return true;
}

enum dsbc_result dsbc_next(struct dsbc *bus, struct dsbc_event *event, int timeout_ms)
{
    bus->text[0] = '\0';
    return bus_take_aside(bus, event) ? DSBC_OK : bus_read(bus, event, timeout_ms);
}

int dsbc_fd(const struct dsbc *bus)
{
    return bus->fd;
}

const char *dsbc_text(const struct dsbc *bus)
{
    return bus->text;
}
