/* SPDX-License-Identifier: Apache-2.0 */
#include "node/engine/conn.h"

#include "node/base/secret.h"
#include "node/engine/conn_buffer.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void pump(struct conn *c);
static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(uv_timer_t *timer);

static uint64_t now_ms(const struct conn *c)
{
    return uv_now(c->shared->loop);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    if (--c->open_handle_count == 0) {
        secret_wipe(&c->slot, sizeof c->slot);
        free(c);
    }
}

static void end(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason)
{
    c->state = CONN_ENDED;
    c->events->ended(c, outcome, reason, c->fault);
    secret_wipe(&c->slot, sizeof c->slot);
    chunk_unref(&c->shared->chunks, c->in);
    chunk_unref(&c->shared->chunks, c->out);
    c->in = NULL;
    c->out = NULL;
    uv_close((uv_handle_t *)&c->poll, on_handle_closed);
    uv_close((uv_handle_t *)&c->timer, on_handle_closed);
    close(c->fd);
}

/* The library failed the handshake or the session; its reason is kept there. */
static void end_failed(struct conn *c)
{
    if (c->state == CONN_OPEN)
        end(c, CONN_BROKEN, dsb_session_reason(&c->slot.session));
    else if (c->state == CONN_HANDSHAKE)
        end(c, CONN_REJECTED, dsb_handshake_reason(&c->slot.handshake));
    else
        end(c, CONN_NO_CONNECT, DSB_REASON_NONE);
}

static void end_of_stream(struct conn *c)
{
    if (c->state == CONN_OPEN && dsb_session_end_of_stream(&c->slot.session) == DSB_EVENT_CLOSED) {
        end(c, CONN_CLEAN, DSB_REASON_NONE);
        return;
    }
    if (c->state == CONN_HANDSHAKE)
        (void)dsb_handshake_end_of_stream(&c->slot.handshake);
    end_failed(c);
}

static void report_steps(struct conn *c)
{
    enum dsb_step step;
    while ((step = dsb_handshake_next_step(&c->slot.handshake)) != DSB_STEP_NONE)
        if (c->events->step != NULL)
            c->events->step(c, step);
}

/* The handshake became a session: what was received behind it belongs to the session. */
static void open_session(struct conn *c)
{
    if (dsb_slot_finish(&c->slot, now_ms(c)) != DSB_OK)
        abort(); /* only called when AUTHENTICATED */
    c->state = CONN_OPEN;
    c->opened_ms = now_ms(c);
    if (c->handshake_in_len > 0) {
        c->in = chunk_take(&c->shared->chunks);
        c->in_begin = 0;
        c->in_end = c->handshake_in_len;
        memcpy(c->in->bytes, c->handshake_in, c->handshake_in_len);
        c->handshake_in_len = 0;
    }
    /* ACCEPT goes out before the owner can say anything. */
    size_t room;
    uint8_t *tail = conn_out_tail(c, &room);
    conn_out_add(c, dsb_session_output(&c->slot.session, tail, room, now_ms(c)));
    c->events->opened(c);
}

/* The owner's word on an authenticated peer, before that peer can take itself for let in. */
static bool is_admitted(struct conn *c)
{
    const struct dsb_device_id *peer = dsb_handshake_peer(&c->slot.handshake);
    enum dsb_reason reason = c->events->admit != NULL ? c->events->admit(c, peer) : DSB_REASON_NONE;
    if (reason != DSB_REASON_NONE)
        conn_abort(c, reason);
    return reason == DSB_REASON_NONE;
}

static void pump_handshake(struct conn *c)
{
    struct dsb_handshake *hs = &c->slot.handshake;
    size_t moved_len;
    do {
        size_t room;
        size_t used_len;
        uint8_t *tail = conn_out_tail(c, &room);
        assert(room >= DSB_HANDSHAKE_OUT_MAX);
        moved_len = dsb_handshake_output(hs, tail);
        conn_out_add(c, moved_len);
        enum dsb_handshake_state state =
            dsb_handshake_feed(hs, c->handshake_in, c->handshake_in_len, now_ms(c), &used_len);
        c->handshake_in_len -= used_len;
        memmove(c->handshake_in, c->handshake_in + used_len, c->handshake_in_len);
        moved_len += used_len;
        report_steps(c);
        if (state == DSB_HANDSHAKE_FAILED) {
            end_failed(c);
            return;
        }
        if (state == DSB_HANDSHAKE_AUTHENTICATED) {
            if (is_admitted(c))
                open_session(c);
            return;
        }
    } while (moved_len > 0);
    if (c->ends)
        end_of_stream(c);
}

static void offer(struct conn *c, const uint8_t *body, size_t body_len)
{
    c->held = NULL;
    if (c->events->data(c, c->in, body, body_len) == CONN_TAKEN || c->state != CONN_OPEN)
        return;
    c->held = body;
    c->held_len = body_len;
    c->paused = true;
    dsb_session_pause(&c->slot.session, true, now_ms(c));
}

/* One record, or none when it is not all there. Returns true when there may be more. */
static bool feed_one(struct conn *c)
{
    const uint8_t *body;
    size_t body_len;
    size_t used_len;
    enum dsb_event event =
        dsb_session_feed(&c->slot.session, c->in->bytes + c->in_begin, c->in_end - c->in_begin,
                         now_ms(c), &used_len, &body, &body_len);
    c->in_begin += used_len;
    switch (event) {
    case DSB_EVENT_DATA:
        c->data_in_len += body_len;
        offer(c, body, body_len);
        break;
    case DSB_EVENT_PONG:
        if (c->events->pong != NULL)
            c->events->pong(c, body, body_len);
        break;
    case DSB_EVENT_PEER_CLOSED:
        c->events->peer_closed(c);
        break;
    case DSB_EVENT_FAILED:
        end_failed(c);
        break;
    case DSB_EVENT_NONE:
    case DSB_EVENT_CLOSED: /* comes from end_of_stream only */
        break;
    }
    return used_len > 0;
}

static void feed_all(struct conn *c)
{
    if (c->held != NULL && !c->paused)
        offer(c, c->held, c->held_len);
    while (c->state == CONN_OPEN && !c->paused && c->in != NULL && c->in_begin < c->in_end &&
           feed_one(c))
        continue;
    if (c->state == CONN_OPEN && c->held == NULL && c->in != NULL && c->in_begin == c->in_end) {
        chunk_unref(&c->shared->chunks, c->in);
        c->in = NULL;
    }
}

/* Seals the session's own records when there is room for any of them. */
static void write_control(struct conn *c)
{
    size_t room;
    if (!dsb_session_wants_output(&c->slot.session))
        return;
    uint8_t *tail = conn_out_tail(c, &room);
    if (room >= DSB_CONTROL_MAX)
        conn_out_add(c, dsb_session_output(&c->slot.session, tail, room, now_ms(c)));
}

static void pump_session(struct conn *c)
{
    bool again = true;
    while (again && c->state == CONN_OPEN) {
        again = false;
        feed_all(c);
        if (c->state != CONN_OPEN)
            return;
        write_control(c);
        if (c->out == NULL && c->owes_drained) {
            c->owes_drained = false;
            if (c->events->drained != NULL)
                c->events->drained(c);
            again = true;
        }
    }
    if (c->state != CONN_OPEN)
        return;
    if (c->slot.session.state == DSB_SESSION_FAILED)
        end_failed(c);
    else if (dsb_session_is_closed(&c->slot.session))
        end(c, CONN_CLEAN, DSB_REASON_NONE);
    else if (c->ends && !c->paused)
        end_of_stream(c);
}

/* Asks the loop for what this connection waits for, and for its next deadline. */
static void watch(struct conn *c)
{
    int events = 0;
    if (c->state == CONN_CONNECTING || c->out != NULL)
        events |= UV_WRITABLE;
    if (c->state != CONN_CONNECTING && !c->paused && !c->ends)
        events |= UV_READABLE;
    if (c->paused && !c->hung_up)
        events |= UV_DISCONNECT;
    if (events != c->watched) {
        c->watched = events;
        if (events == 0)
            uv_poll_stop(&c->poll);
        else
            uv_poll_start(&c->poll, events, on_poll);
    }
    /* A timer that fires too early is set again then: cheaper than moving it at every record. */
    uint64_t deadline_ms = c->state == CONN_OPEN ? dsb_session_deadline(&c->slot.session)
                                                 : dsb_handshake_deadline(&c->slot.handshake);
    if (deadline_ms < c->armed_ms) {
        c->armed_ms = deadline_ms;
        uint64_t now = now_ms(c);
        uv_timer_start(&c->timer, on_timer, deadline_ms > now ? deadline_ms - now : 0, 0);
    }
}

static void pump(struct conn *c)
{
    c->pumping = true;
    if (c->state == CONN_HANDSHAKE)
        pump_handshake(c);
    if (c->state == CONN_OPEN)
        pump_session(c);
    c->pumping = false;
    if (c->state != CONN_ENDED)
        watch(c);
}

/* The owner changed something outside of an event: let the loop pump soon. */
static void kick(struct conn *c)
{
    if (c->pumping || c->state == CONN_ENDED)
        return;
    c->armed_ms = now_ms(c);
    uv_timer_start(&c->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct conn *c = timer->data;
    c->armed_ms = DSB_NO_DEADLINE;
    bool failed;
    if (c->state == CONN_OPEN)
        failed = dsb_session_tick(&c->slot.session, now_ms(c)) == DSB_EVENT_FAILED;
    else
        failed = dsb_handshake_tick(&c->slot.handshake, now_ms(c)) == DSB_HANDSHAKE_FAILED;
    if (!failed) {
        pump(c);
        return;
    }
    if (c->state == CONN_CONNECTING)
        c->fault = ETIMEDOUT;
    end_failed(c);
}

static void connected(struct conn *c)
{
    socklen_t len = sizeof c->fault;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &c->fault, &len) != 0)
        c->fault = errno;
    if (c->fault != 0)
        end_failed(c);
    else
        c->state = CONN_HANDSHAKE;
}

static void receive(struct conn *c)
{
    size_t room;
    uint8_t *tail = conn_in_tail(c, &room);
    ssize_t got = recv(c->fd, tail, room, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        got = 0;
    else if (got <= 0) {
        c->ends = true;
        if (got < 0)
            c->fault = errno;
        got = 0;
    }
    if (c->state == CONN_HANDSHAKE)
        c->handshake_in_len += (size_t)got;
    else
        c->in_end += (size_t)got;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct conn *c = poll->data;
    if (status < 0) {
        c->watched = 0;                     /* libuv stopped watching */
        events = UV_READABLE | UV_WRITABLE; /* the socket's own error tells more */
    }
    if (c->state == CONN_CONNECTING) {
        connected(c);
        if (c->state == CONN_ENDED)
            return;
        events = 0;
    }
    if ((events & UV_WRITABLE) != 0)
        conn_flush(c);
    if ((events & UV_READABLE) != 0 && !c->paused)
        receive(c);
    if (c->paused && ((events & UV_DISCONNECT) != 0 || status < 0)) {
        c->hung_up = true;
        if (c->events->hung_up != NULL)
            c->events->hung_up(c);
    }
    pump(c);
}

static struct conn *conn_new(struct conn_shared *shared, int fd, const union endpoint *remote,
                             const struct conn_events *events, void *owner)
{
    const int on = 1;
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL || uv_poll_init(shared->loop, &c->poll, fd) != 0) {
        free(c);
        close(fd);
        return NULL;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    uv_timer_init(shared->loop, &c->timer);
    c->poll.data = c;
    c->timer.data = c;
    c->open_handle_count = 2;
    c->shared = shared;
    c->fd = fd;
    c->remote = *remote;
    c->events = events;
    c->owner = owner;
    c->armed_ms = DSB_NO_DEADLINE;
    return c;
}

/* Takes back a connection that the library refused: nobody was told of it. */
static void conn_discard(struct conn *c)
{
    c->state = CONN_ENDED;
    uv_close((uv_handle_t *)&c->poll, on_handle_closed);
    uv_close((uv_handle_t *)&c->timer, on_handle_closed);
    close(c->fd);
}

struct conn *conn_accept(struct conn_shared *shared, int fd, const union endpoint *remote,
                         const struct conn_events *events, void *owner)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct conn *c = conn_new(shared, fd, remote, events, owner);
    if (c == NULL)
        return NULL;
    c->state = CONN_HANDSHAKE;
    random_bytes(ephemeral, sizeof ephemeral);
    if (dsb_handshake_accept(&c->slot.handshake, &shared->local, ephemeral, now_ms(c)) !=
        DSB_REASON_NONE) {
        conn_discard(c);
        return NULL;
    }
    watch(c);
    return c;
}

struct conn *conn_connect(struct conn_shared *shared, const union endpoint *remote,
                          const struct dsb_device_id *target, const struct conn_events *events,
                          void *owner, enum dsb_reason *reason)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    *reason = DSB_REASON_NONE;
    int fd = socket(remote->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    struct conn *c = conn_new(shared, fd, remote, events, owner);
    if (c == NULL)
        return NULL;
    c->state = CONN_CONNECTING;
    random_bytes(ephemeral, sizeof ephemeral);
    *reason =
        dsb_handshake_connect(&c->slot.handshake, &shared->local, target, ephemeral, now_ms(c));
    if (*reason == DSB_REASON_NONE &&
        (connect(fd, &remote->any, endpoint_len(remote)) == 0 || errno == EINPROGRESS)) {
        watch(c);
        return c;
    }
    int fault = errno;
    conn_discard(c);
    errno = fault;
    return NULL;
}

const struct dsb_device_id *conn_peer(const struct conn *c)
{
    return dsb_session_peer(&c->slot.session);
}

const struct dsb_device_id *conn_claim(const struct conn *c)
{
    return dsb_handshake_claim(&c->slot.handshake);
}

size_t conn_body_max(const struct conn *c)
{
    size_t peer_max = dsb_session_data_max(&c->slot.session);
    size_t own_max = RECORD_FRAME_LEN - DSB_DATA_HEADROOM - DSB_DATA_TAILROOM;
    return peer_max < own_max ? peer_max : own_max;
}

size_t conn_stride_len(const struct conn *c)
{
    return DSB_DATA_HEADROOM + conn_body_max(c) + DSB_DATA_TAILROOM;
}

/* After the owner's output: what the kernel did not take is reported as drained later. */
static void sent(struct conn *c)
{
    conn_flush(c);
    c->owes_drained = c->owes_drained || c->out != NULL;
    kick(c);
}

enum dsb_status conn_send(struct conn *c, const uint8_t *body, size_t body_len)
{
    size_t room;
    size_t sealed_len = 0;
    if (c->state != CONN_OPEN)
        return DSB_WRONG_STATE;
    uint8_t *tail = conn_out_tail(c, &room);
    enum dsb_status status =
        dsb_session_send_data(&c->slot.session, tail, room, body, body_len, now_ms(c), &sealed_len);
    if (status == DSB_OK)
        c->data_out_len += body_len;
    if (status == DSB_WOULD_BLOCK)
        c->owes_drained = true;
    conn_out_add(c, status == DSB_OK ? sealed_len : 0);
    sent(c);
    return status;
}

enum dsb_status conn_send_chunk(struct conn *c, struct chunk *chunk, size_t body_total_len)
{
    size_t body_max = conn_body_max(c);
    size_t end = 0;
    if (c->state != CONN_OPEN)
        return DSB_WRONG_STATE;
    if (c->out != NULL) {
        c->owes_drained = true;
        return DSB_WOULD_BLOCK;
    }
    for (size_t done_len = 0; done_len < body_total_len;) {
        size_t body_len =
            body_total_len - done_len < body_max ? body_total_len - done_len : body_max;
        size_t sealed_len;
        uint8_t *at = chunk->bytes + end;
        enum dsb_status status =
            dsb_session_send_data(&c->slot.session, at, CHUNK_LEN - end, at + DSB_DATA_HEADROOM,
                                  body_len, now_ms(c), &sealed_len);
        if (status != DSB_OK)
            return status;
        done_len += body_len;
        end += sealed_len;
    }
    c->data_out_len += body_total_len;
    c->out = chunk;
    c->out_begin = 0;
    c->out_end = end;
    sent(c);
    return DSB_OK;
}

enum dsb_status conn_ping(struct conn *c, const uint8_t *body, size_t body_len)
{
    if (c->state != CONN_OPEN)
        return DSB_WRONG_STATE;
    enum dsb_status status = dsb_session_ping(&c->slot.session, body, body_len);
    if (status == DSB_OK) {
        write_control(c);
        kick(c);
    }
    return status;
}

void conn_resume(struct conn *c)
{
    if (c->state != CONN_OPEN || !c->paused)
        return;
    c->paused = false;
    dsb_session_pause(&c->slot.session, false, now_ms(c));
    kick(c);
}

void conn_close(struct conn *c)
{
    if (c->state == CONN_OPEN && dsb_session_close(&c->slot.session) == DSB_OK)
        kick(c);
}

void conn_finish(struct conn *c)
{
    if (c->state != CONN_OPEN || dsb_session_end(&c->slot.session, now_ms(c)) != DSB_OK)
        return;
    c->held = NULL; /* what waits for the owner's room is not delivered either */
    conn_resume(c);
    kick(c);
}

void conn_abort(struct conn *c, enum dsb_reason reason)
{
    if (c->state == CONN_ENDED)
        return;
    if (c->state == CONN_OPEN)
        dsb_session_abort(&c->slot.session, reason);
    else
        dsb_handshake_abort(&c->slot.handshake, reason);
    end(c, c->state == CONN_OPEN ? CONN_BROKEN : CONN_REJECTED, reason);
}
