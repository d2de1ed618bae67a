/* SPDX-License-Identifier: Apache-2.0 */
/* The client's life and its socket: packets in, packets out, and the end. client_request.c has what
 * each request does. */
#include "node/bus/client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Requests read in one go, so that a flood of them holds up nobody. */
#define PACKET_BURST_COUNT 16

static void on_poll(uv_poll_t *poll, int status, int events);

static bool may_ask(const struct bus_client *c)
{
    return c->slot_count < c->bus->limits.request_count;
}

static void watch(struct bus_client *c)
{
    int events =
        UV_DISCONNECT | (may_ask(c) ? UV_READABLE : 0) | (c->packets != NULL ? UV_WRITABLE : 0);
    if (c->dropped || events == c->watched)
        return;
    c->watched = events;
    uv_poll_start(&c->poll, events, on_poll);
}

static void on_timer(uv_timer_t *timer)
{
    struct bus_client *c = timer->data;
    if (c->dropped)
        client_end(c);
    else
        c->events->deadline(c);
}

void client_drop(struct bus_client *c, const char *why)
{
    if (c->dropped)
        return;
    c->dropped = true;
    if (log_budget_take(&c->bus->lines, uv_now(c->bus->loop)))
        log_line(LOG_LEVEL_WARNING, "client %u dropped: %s", c->number, why);
    uv_poll_stop(&c->poll);
    uv_timer_start(&c->timer, on_timer, 0, 0);
}

void client_wake_at(struct bus_client *c, uint64_t when_ms)
{
    uint64_t now_ms = uv_now(c->bus->loop);
    uv_timer_start(&c->timer, on_timer, when_ms > now_ms ? when_ms - now_ms : 0, 0);
}

/* Out */

static bool send_packet(const struct bus_client *c, const char *text, size_t len, int fd)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {(char *)(uintptr_t)text, len};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    }
    return sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

static void queue_packet(struct bus_client *c, const char *text, size_t len, int fd)
{
    struct client_packet **at = &c->packets;
    struct client_packet *packet = calloc(1, sizeof *packet);
    if (packet == NULL)
        abort();
    while (*at != NULL)
        at = &(*at)->next;
    *packet = (struct client_packet){.fd = fd, .len = len};
    memcpy(packet->text, text, len);
    *at = packet;
    if (++c->packet_count > CLIENT_PACKET_COUNT)
        client_drop(c, "it does not read");
    watch(c);
}

void client_say(struct bus_client *c, int fd, const char *format, ...)
{
    char text[BUS_PACKET_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t text_len = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    if (c->dropped || (c->packets == NULL && send_packet(c, text, text_len, fd))) {
        if (fd >= 0)
            close(fd);
    } else if (c->packets != NULL || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        queue_packet(c, text, text_len, fd);
    } else {
        if (fd >= 0)
            close(fd);
        client_drop(c, strerror(errno));
    }
}

static void drop_packet(struct bus_client *c)
{
    struct client_packet *packet = c->packets;
    c->packets = packet->next;
    c->packet_count--;
    if (packet->fd >= 0)
        close(packet->fd);
    free(packet);
}

static void flush(struct bus_client *c)
{
    while (c->packets != NULL && send_packet(c, c->packets->text, c->packets->len, c->packets->fd))
        drop_packet(c);
}

/* In */

/* Descriptors that a client sends are not wanted, and closed. */
static void close_received(struct msghdr *message)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = CMSG_NXTHDR(message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(at) + i * sizeof fd, sizeof fd);
            close(fd);
        }
    }
}

/* One packet. False when there is none. */
static bool receive(struct bus_client *c)
{
    union {
        struct cmsghdr head;
        char bytes[256];
    } control;
    char text[BUS_PACKET_MAX + 1];
    struct iovec iov = {text, sizeof text};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(c->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0)
        return false;
    close_received(&message);
    if (got == 0)
        client_drop(c, "it left"); /* an empty packet is no other */
    else
        c->events->packet(c, text, (size_t)got);
    return true;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct bus_client *c = poll->data;
    if ((events & UV_WRITABLE) != 0)
        flush(c);
    c->events->drained(c);
    for (int i = 0; i < PACKET_BURST_COUNT && !c->dropped; i++)
        if (!may_ask(c) || !receive(c))
            break;
    if (!client_is_there(c) || status < 0) {
        client_end(c); /* what it asked for last is of no use to it */
        return;
    }
    watch(c);
}

bool client_is_there(const struct bus_client *c)
{
    struct pollfd state = {.fd = c->fd, .events = POLLRDHUP};
    return !c->dropped && poll(&state, 1, 0) >= 0 &&
           (state.revents & (POLLHUP | POLLRDHUP | POLLERR)) == 0;
}

void client_watch(struct bus_client *c)
{
    watch(c);
}

/* Life */

static void log_credentials(const struct bus_client *c)
{
    struct ucred who = {0};
    socklen_t len = sizeof who;
    (void)getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &who, &len);
    if (log_budget_take(&c->bus->lines, uv_now(c->bus->loop)))
        log_line(LOG_LEVEL_INFO, "client %u came pid=%d uid=%u gid=%u", c->number, who.pid, who.uid,
                 who.gid);
}

void client_new(struct bus *b, int fd, const struct client_events *events)
{
    struct bus_client *c = calloc(1, sizeof *c);
    if (c == NULL || uv_poll_init(b->loop, &c->poll, fd) != 0)
        abort(); /* a fresh socket can be watched */
    uv_timer_init(b->loop, &c->timer);
    c->poll.data = c->timer.data = c;
    c->open_handle_count = 2;
    c->bus = b;
    c->events = events;
    c->fd = fd;
    c->number = ++b->next_client;
    c->next = b->clients;
    b->clients = c;
    b->client_count++;
    b->descriptor_count++;
    log_credentials(c);
    watch(c);
}

static void on_closed(uv_handle_t *handle)
{
    struct bus_client *c = handle->data;
    if (--c->open_handle_count > 0)
        return;
    close(c->fd);
    free(c);
}

void client_end(struct bus_client *c)
{
    struct bus *b = c->bus;
    struct bus_client **at = &b->clients;
    c->dropped = true;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    b->client_count--;
    b->descriptor_count--;
    registry_remove_all(&b->registry, c);
    c->events->ended(c);
    while (c->packets != NULL)
        drop_packet(c);
    if (log_budget_take(&b->lines, uv_now(b->loop)))
        log_line(LOG_LEVEL_INFO, "client %u left", c->number);
    uv_close((uv_handle_t *)&c->poll, on_closed);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}

void client_tell_peer(struct bus_client *c, const struct dsb_device_id *peer, bool is_online)
{
    if (c->watching)
        client_say(c, -1, "%s %.*s", is_online ? "online" : "offline", peer->len, peer->text);
}
