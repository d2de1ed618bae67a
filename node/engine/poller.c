/* SPDX-License-Identifier: Apache-2.0 */
/* An epoll set inside of the loop's own. libuv's handle for a socket makes five calls of
 * epoll_ctl and one of ioctl in its life. */
#include "node/engine/poller.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Told of in one turn of the loop, so that timers and others come to theirs; the kernel begins with
 * those that were left out. */
#define TURN_COUNT 128

static int events_of(uint32_t told)
{
    const bool failed = (told & (EPOLLERR | EPOLLHUP)) != 0;
    int events = 0;
    if (failed || (told & EPOLLIN) != 0)
        events |= POLLER_READABLE;
    if (failed || (told & EPOLLOUT) != 0)
        events |= POLLER_WRITABLE;
    return events;
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct poller *p = handle->data;
    struct epoll_event ready[TURN_COUNT];
    (void)status;
    (void)events;
    int count = epoll_wait(p->fd, ready, TURN_COUNT, 0);
    for (int i = 0; i < count; i++)
        p->ready(ready[i].data.ptr, events_of(ready[i].events));
    p->all_told(p);
}

bool poller_open(struct poller *p, uv_loop_t *loop, void (*ready)(void *owner, int events),
                 void (*all_told)(struct poller *p), struct error *e)
{
    *p = (struct poller){.fd = epoll_create1(EPOLL_CLOEXEC), .ready = ready, .all_told = all_told};
    if (p->fd < 0)
        return error_set(e, EXIT_LOCAL, "cannot wait for connections: %s", strerror(errno));
    int fault = uv_poll_init(loop, &p->handle, p->fd);
    if (fault != 0) {
        close(p->fd);
        return error_set(e, EXIT_LOCAL, "cannot wait for connections: %s", uv_strerror(fault));
    }
    p->handle.data = p;
    uv_poll_start(&p->handle, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)&p->handle);
    return true;
}

static void count(struct poller *p, int change)
{
    p->socket_count += (uint32_t)change;
    if (p->socket_count == 0)
        uv_unref((uv_handle_t *)&p->handle);
    else
        uv_ref((uv_handle_t *)&p->handle);
}

bool poller_watch(struct poller *p, int fd, void *owner, int watched, int events)
{
    struct epoll_event wanted = {.data.ptr = owner};
    if ((events & POLLER_READABLE) != 0)
        wanted.events |= EPOLLIN;
    if ((events & POLLER_WRITABLE) != 0)
        wanted.events |= EPOLLOUT;
    if (events == watched)
        return true;
    int op = watched == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    if (epoll_ctl(p->fd, op, fd, &wanted) != 0)
        return false;
    if (op != EPOLL_CTL_MOD)
        count(p, op == EPOLL_CTL_ADD ? 1 : -1);
    return true;
}

void poller_forget(struct poller *p, int watched)
{
    if (watched != 0)
        count(p, -1);
}

static void on_closed(uv_handle_t *handle)
{
    const struct poller *p = handle->data;
    close(p->fd);
}

void poller_close(struct poller *p)
{
    assert(p->socket_count == 0);
    uv_close((uv_handle_t *)&p->handle, on_closed);
}
