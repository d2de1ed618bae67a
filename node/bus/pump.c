/* SPDX-License-Identifier: Apache-2.0 */
/* The pump. Bytes are received into the stream's own memory and sent out of it; the socket is asked
 * for what it is only when this side can do something with it. */
#include "node/bus/pump.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes from one application in one turn of the loop, so that others get theirs. */
#define TURN_LEN ((size_t)256 * 1024)

static void on_closed(uv_handle_t *handle)
{
    struct pump *p = handle->data;
    if (--p->open_handle_count > 0)
        return;
    close(p->fd);
    free(p);
}

static void release(struct pump *p)
{
    if (p->stream != NULL)
        stream_let_go(p->stream);
    p->stream = NULL;
    (void)shutdown(p->fd, SHUT_RDWR);
    uv_close((uv_handle_t *)&p->poll, on_closed);
    uv_close((uv_handle_t *)&p->timer, on_closed);
}

static void end(struct pump *p, uint16_t code)
{
    p->events->over(p, code);
    release(p);
}

void pump_kill(struct pump *p, enum dsb_reset_code code)
{
    stream_reset(p->stream, code);
    release(p);
}

/* The owner is there still: it was its wish. */
static void on_timer(uv_timer_t *timer)
{
    struct pump *p = timer->data;
    stream_reset(p->stream, DSB_RESET_CANCELLED);
    end(p, DSB_RESET_CANCELLED);
}

/* The application has closed its end before both sides were done. */
static void close_soon(struct pump *p)
{
    p->closed = true;
    uv_poll_stop(&p->poll);
    uv_timer_start(&p->timer, on_timer, PUMP_GRACE_MS, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events);

/*
 * Waits for what could be of use. UV_PRIORITIZED, which this kind of socket never has, stands for
 * the end of both directions alone: the application closed it. Where both sides may have shut
 * theirs down that is nothing new, and would come again and again.
 */
static void watch(struct pump *p)
{
    uint8_t *room;
    size_t room_len;
    if (p->closed)
        return;
    int events = p->heard_all ? 0 : UV_PRIORITIZED;
    bool may_say = !p->said_all && !p->was_reset;
    if (may_say && (!p->accepted || stream_room(p->stream, &room, &room_len) == DSB_OK))
        events |= UV_READABLE;
    if (p->blocked)
        events |= UV_WRITABLE;
    if (events == p->watched)
        return;
    p->watched = events;
    if (events == 0)
        uv_poll_stop(&p->poll);
    else
        uv_poll_start(&p->poll, events, on_poll);
}

/* Both directions are over, or what the peer reset was read to its end. True when `p` is gone. */
static bool end_if_over(struct pump *p)
{
    if (p->said_all && p->heard_all) {
        end(p, DSB_RESET_NONE);
        return true;
    }
    return false;
}

/* Gives the application what came. True when `p` is gone. */
static bool give(struct pump *p)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    p->blocked = false;
    while ((status = stream_front(p->stream, &bytes, &len)) == DSB_OK) {
        ssize_t put = send(p->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            p->blocked = true;
            return false;
        }
        if (put < 0) {
            close_soon(p);
            return false;
        }
        stream_took(p->stream, (size_t)put);
    }
    if (status == DSB_ENDED && !p->heard_all) {
        p->heard_all = true;
        (void)shutdown(p->fd, SHUT_WR);
        if (!p->was_reset)
            return end_if_over(p);
    }
    if (p->was_reset) {
        end(p, p->code);
        return true;
    }
    return false;
}

/* The application closed its end before it had heard the peer's. */
static bool is_closed(const struct pump *p)
{
    struct pollfd state = {.fd = p->fd};
    return !p->heard_all && poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

/* It will say no more: because it has said all, or has closed its end. True when `p` is gone. */
static bool hear_end(struct pump *p)
{
    if (is_closed(p) || !p->events->is_alive(p)) {
        close_soon(p);
        return false;
    }
    pump_accept(p);
    p->said_all = true;
    stream_finish(p->stream);
    return end_if_over(p);
}

/* Takes what the application says. True when `p` is gone. */
static bool hear(struct pump *p)
{
    uint8_t *room;
    size_t room_len;
    uint8_t first;
    for (size_t heard_len = 0; heard_len < TURN_LEN;) {
        ssize_t got = 0;
        if (!p->accepted)
            got = recv(p->fd, &first, 1, MSG_DONTWAIT | MSG_PEEK);
        if (got > 0)
            pump_accept(p);
        if (p->accepted) {
            if (stream_room(p->stream, &room, &room_len) != DSB_OK)
                return false; /* writable comes, or the reset */
            got = recv(p->fd, room, room_len, MSG_DONTWAIT);
        }
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
            return false;
        if (got <= 0)
            return hear_end(p);
        stream_wrote(p->stream, (size_t)got);
        heard_len += (size_t)got;
    }
    return false;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct pump *p = poll->data;
    bool listens = !p->said_all && !p->was_reset;
    if (status < 0)
        p->watched = 0; /* libuv stopped watching; the calls below find out why */
    if (p->blocked && give(p))
        return;
    if (listens && (status < 0 || (events & UV_READABLE) != 0) && hear(p))
        return;
    if (!p->closed && is_closed(p))
        close_soon(p);
    watch(p);
}

/* Events of the stream */

static void on_opened(struct stream *s)
{
    struct pump *p = s->owner;
    p->accepted = true;
    if (p->events->opened != NULL)
        p->events->opened(p);
}

static void on_readable(struct stream *s)
{
    struct pump *p = s->owner;
    if (p->polled && !p->blocked && !p->closed && !give(p))
        watch(p);
}

static void on_writable(struct stream *s)
{
    struct pump *p = s->owner;
    if (p->polled)
        watch(p);
}

static void on_reset(struct stream *s, uint16_t code)
{
    struct pump *p = s->owner;
    p->was_reset = true;
    p->code = code;
    (void)shutdown(p->fd, SHUT_RD); /* it learns that nobody listens */
    if (!p->polled || p->closed)
        end(p, code);
    else if (!p->blocked && !give(p))
        watch(p);
}

const struct stream_events pump_stream_events = {
    .opened = on_opened, .readable = on_readable, .writable = on_writable, .reset = on_reset};

struct pump *pump_new(uv_loop_t *loop, struct stream *s, bool is_incoming,
                      const struct pump_events *events, void *owner, int *app_fd)
{
    int fds[2];
    struct pump *p = calloc(1, sizeof *p);
    if (p == NULL)
        abort();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        free(p);
        return NULL;
    }
    *p = (struct pump){.stream = s,
                       .events = events,
                       .owner = owner,
                       .loop = loop,
                       .fd = fds[0],
                       .is_incoming = is_incoming};
    *app_fd = fds[1];
    if (uv_poll_init(loop, &p->poll, p->fd) != 0)
        abort(); /* a fresh socket can be watched */
    uv_timer_init(loop, &p->timer);
    p->poll.data = p->timer.data = p;
    p->open_handle_count = 2;
    s->owner = p;
    s->events = &pump_stream_events;
    return p;
}

void pump_start(struct pump *p)
{
    p->polled = true;
    if (p->accepted && give(p))
        return;
    watch(p);
}

void pump_accept(struct pump *p)
{
    if (p->accepted)
        return;
    p->accepted = true;
    (void)!stream_accept(p->stream); /* reset meanwhile: that is told, or about to be */
}
