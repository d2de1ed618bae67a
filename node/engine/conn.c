/* SPDX-License-Identifier: Apache-2.0 */
/* A wire in the event loop, its streams, and what its owner is told of them. Reading never waits:
 * what an application does not take waits in its own stream. */
#include "node/engine/conn.h"

#include "node/base/secret.h"
#include "node/engine/tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void pump(struct conn *c);
static void on_timer(uv_timer_t *timer);

static uint64_t now_ms(const struct conn *c)
{
    return uv_now(c->shared->loop);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* What it has of the system's goes now, its own memory at the end of the loop's turn. */
static void leave_loop(struct conn *c)
{
    poller_forget(&c->shared->poller, c->watched);
    wire_close(&c->wire);
    uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

static void end(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason)
{
    c->state = CONN_ENDED;
    if (c->streams != NULL)
        stream_set_leave(c->streams);
    c->streams = NULL;
    c->events->ended(c, outcome, reason, c->wire.fault);
    leave_loop(c);
}

/* The link failed, and keeps its reason; or there was no TCP connection. */
static void end_failed(struct conn *c)
{
    if (c->state == CONN_OPEN)
        end(c, CONN_BROKEN, dsb_link_reason(&c->wire.link));
    else if (c->state == CONN_HANDSHAKE)
        end(c, CONN_REJECTED, dsb_link_reason(&c->wire.link));
    else
        end(c, CONN_NO_CONNECT, DSB_REASON_NONE);
}

/* Events of the link */

static void report_steps(struct conn *c)
{
    enum dsb_step step;
    while ((step = dsb_link_next_step(&c->wire.link)) != DSB_STEP_NONE)
        if (c->events->step != NULL)
            c->events->step(c, step);
}

/* The owner's word on an authenticated peer, before that peer can take itself for let in. */
static bool is_admitted(struct conn *c)
{
    const struct dsb_device_id *peer = dsb_link_peer(&c->wire.link);
    enum dsb_reason reason = c->events->admit != NULL ? c->events->admit(c, peer) : DSB_REASON_NONE;
    if (reason != DSB_REASON_NONE)
        conn_abort(c, reason);
    return reason == DSB_REASON_NONE;
}

static void open_session(struct conn *c)
{
    wire_lend_in(&c->wire);
    if (dsb_link_open(&c->wire.link, now_ms(c)) != DSB_OK)
        return; /* the link failed, and says so */
    c->state = CONN_OPEN;
    c->opened_ms = now_ms(c);
    (void)wire_flush(&c->wire, now_ms(c)); /* ACCEPT goes out before the owner can say anything */
    c->events->opened(c);
}

/* A record of a stream; without memory for streams the session is of no use. */
static void take_record(struct conn *c, const struct dsb_link_event *event)
{
    struct stream_set *set = conn_streams(c);
    if (set == NULL) {
        conn_finish(c);
        return;
    }
    if (dsb_session_record_type(dsb_link_session(&c->wire.link)) == DSB_RECORD_BYTES)
        c->bytes_in_len += event->body_len - DSB_STREAM_ID_LEN;
    dsb_stream_link_receive(&set->streams, &c->wire.link, event);
}

/* What the streams had to tell came before it. */
static void take_peer_closed(struct conn *c)
{
    struct stream_set *set = c->streams;
    if (set != NULL)
        (void)stream_set_tell(set);
    if (c->state == CONN_ENDED)
        return;
    c->events->peer_closed(c);
    if (c->streams != NULL)
        dsb_streams_end(&c->streams->streams);
}

/* Tells the owner of one event. False when there is none. */
static bool take_event(struct conn *c)
{
    struct dsb_link_event event = dsb_link_next_event(&c->wire.link, now_ms(c));
    if (c->state == CONN_HANDSHAKE)
        report_steps(c);
    if (c->state == CONN_ENDED)
        return false;
    switch (event.type) {
    case DSB_LINK_EVENT_AUTHENTICATED:
        if (is_admitted(c))
            open_session(c);
        break;
    case DSB_LINK_EVENT_STREAM:
        take_record(c, &event);
        break;
    case DSB_LINK_EVENT_PONG:
        if (c->events->pong != NULL)
            c->events->pong(c, event.body, event.body_len);
        break;
    case DSB_LINK_EVENT_PEER_CLOSED:
        take_peer_closed(c);
        break;
    case DSB_LINK_EVENT_CLOSED:
        end(c, CONN_CLEAN, DSB_REASON_NONE);
        break;
    case DSB_LINK_EVENT_FAILED:
        end_failed(c);
        break;
    case DSB_LINK_EVENT_NONE:
        return false;
    }
    return true;
}

static void take_events(struct conn *c)
{
    while (c->state != CONN_ENDED && take_event(c))
        continue;
}

/* Somebody may have flushed, and so given the chunk back. */
static void seal_streams(struct conn *c)
{
    wire_lend_out(&c->wire);
    dsb_stream_link_send(&c->streams->streams, &c->wire.link, now_ms(c));
}

/* Tells what happened to streams, then seals what they have to say. True when something happened.
 */
static bool run_streams(struct conn *c)
{
    struct stream_set *set = c->streams;
    if (set == NULL)
        return false;
    bool told = stream_set_tell(set);
    if (c->state == CONN_OPEN && c->streams != NULL)
        seal_streams(c);
    return told;
}

/* What was written may have been the last thing that kept the link open. */
static void run_link(struct conn *c)
{
    bool again = true;
    while (again && c->state != CONN_ENDED) {
        wire_lend_out(&c->wire);
        take_events(c);
        again = c->state != CONN_ENDED && run_streams(c);
        if (c->state != CONN_ENDED)
            again = wire_flush(&c->wire, now_ms(c)) || again;
    }
    if (c->state != CONN_ENDED)
        wire_give_back(&c->wire);
}

/* Asks the loop for what this connection waits for, and for its next deadline. False, with errno,
 * when the system cannot wait for it. */
static bool watch(struct conn *c)
{
    int events = 0;
    if (c->state == CONN_CONNECTING || c->wire.out != NULL)
        events |= POLLER_WRITABLE;
    if (c->state != CONN_CONNECTING && !c->wire.ends)
        events |= POLLER_READABLE;
    if (!poller_watch(&c->shared->poller, c->wire.fd, c, c->watched, events))
        return false;
    c->watched = events;
    /* A timer that fires too early is set again then: cheaper than moving it at every record. */
    uint64_t deadline_ms = dsb_link_deadline(&c->wire.link);
    if (deadline_ms < c->armed_ms) {
        c->armed_ms = deadline_ms;
        uint64_t now = now_ms(c);
        uv_timer_start(&c->timer, on_timer, deadline_ms > now ? deadline_ms - now : 0, 0);
    }
    return true;
}

static void pump(struct conn *c)
{
    c->pumping = true;
    if (c->state == CONN_HANDSHAKE || c->state == CONN_OPEN)
        run_link(c);
    c->pumping = false;
    if (c->state != CONN_ENDED && !watch(c))
        conn_abort(c, DSB_REASON_LOCAL_ABORTED);
}

void conn_stir(struct conn *c)
{
    if (c->pumping || c->stirred || c->state == CONN_ENDED)
        return;
    c->stirred = true;
    c->armed_ms = now_ms(c);
    uv_timer_start(&c->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct conn *c = timer->data;
    c->stirred = false;
    c->armed_ms = DSB_NO_DEADLINE;
    if (c->state == CONN_CONNECTING && now_ms(c) >= dsb_link_deadline(&c->wire.link)) {
        c->wire.fault = ETIMEDOUT;
        end_failed(c);
        return;
    }
    pump(c);
}

static void connected(struct conn *c)
{
    socklen_t len = sizeof c->wire.fault;
    if (getsockopt(c->wire.fd, SOL_SOCKET, SO_ERROR, &c->wire.fault, &len) != 0)
        c->wire.fault = errno;
    if (c->wire.fault != 0)
        end_failed(c);
    else
        c->state = CONN_HANDSHAKE;
}

static void receive(struct conn *c)
{
    if (c->wire.ends)
        return;
    if (c->state == CONN_OPEN)
        wire_lend_in(&c->wire);
    wire_receive(&c->wire);
}

static void on_key_asked(void *owner)
{
    struct conn *c = owner;
    if (c->state != CONN_ENDED)
        pump(c);
}

static void on_all_told(struct poller *poller)
{
    key_queue_run(&((struct conn_shared *)poller)->key_queue, on_key_asked);
}

static void on_ready(void *owner, int events)
{
    struct conn *c = owner;
    if (c->state == CONN_ENDED)
        return; /* by what another one was told in this turn */
    if (c->state == CONN_CONNECTING) {
        connected(c);
        if (c->state == CONN_ENDED)
            return;
        events = 0;
    }
    if ((events & POLLER_WRITABLE) != 0)
        (void)wire_flush(&c->wire, now_ms(c));
    if ((events & POLLER_READABLE) != 0)
        receive(c);
    struct key_queue *queue = &c->shared->key_queue;
    if (!key_queue_enter(queue, &c->wire.link, c))
        pump(c);
    else if (key_queue_is_full(queue))
        key_queue_run(queue, on_key_asked);
}

bool conn_shared_open(struct conn_shared *shared, uv_loop_t *loop, struct error *e)
{
    shared->loop = loop;
    return poller_open(&shared->poller, loop, on_ready, on_all_told, e);
}

void conn_shared_close(struct conn_shared *shared)
{
    poller_close(&shared->poller);
    uv_run(shared->loop, UV_RUN_DEFAULT);
    chunk_pool_free(&shared->chunks);
}

static struct conn *conn_new(struct conn_shared *shared, int fd, const union endpoint *remote,
                             const struct conn_events *events, void *owner,
                             struct dsb_link_buffers *buffers)
{
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL) {
        close(fd);
        return NULL;
    }
    uv_timer_init(shared->loop, &c->timer);
    c->timer.data = c;
    c->shared = shared;
    shared->local.streams = shared->streams.offer;
    *buffers = wire_init(&c->wire, fd, &shared->chunks);
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
    leave_loop(c);
}

struct conn *conn_accept(struct conn_shared *shared, int fd, const union endpoint *remote,
                         const struct conn_events *events, void *owner)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct dsb_link_buffers buffers;
    struct conn *c = conn_new(shared, fd, remote, events, owner, &buffers);
    if (c == NULL)
        return NULL;
    c->state = CONN_HANDSHAKE;
    random_bytes(ephemeral, sizeof ephemeral);
    if (dsb_link_accept(&c->wire.link, &shared->local, ephemeral, &buffers, now_ms(c)) ==
            DSB_REASON_NONE &&
        watch(c))
        return c;
    conn_discard(c);
    return NULL;
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
    tcp_send_at_once(fd);
    struct dsb_link_buffers buffers;
    struct conn *c = conn_new(shared, fd, remote, events, owner, &buffers);
    if (c == NULL)
        return NULL;
    c->state = CONN_CONNECTING;
    random_bytes(ephemeral, sizeof ephemeral);
    *reason =
        dsb_link_connect(&c->wire.link, &shared->local, target, ephemeral, &buffers, now_ms(c));
    if (*reason == DSB_REASON_NONE &&
        (connect(fd, &remote->any, endpoint_len(remote)) == 0 || errno == EINPROGRESS) && watch(c))
        return c;
    int fault = errno;
    conn_discard(c);
    errno = fault;
    return NULL;
}

const struct dsb_device_id *conn_peer(const struct conn *c)
{
    return dsb_link_peer(&c->wire.link);
}

const struct dsb_device_id *conn_claim(const struct conn *c)
{
    return dsb_link_claim(&c->wire.link);
}

static void on_incoming(void *owner, uint32_t id, const char *service, size_t service_len)
{
    struct conn *c = owner;
    if (c->events->incoming != NULL)
        c->events->incoming(c, id, service, service_len);
}

static void on_can_open(void *owner)
{
    struct conn *c = owner;
    if (c->events->can_open != NULL)
        c->events->can_open(c);
}

static void on_changed(void *owner, size_t written_len)
{
    struct conn *c = owner;
    c->bytes_out_len += written_len;
    conn_stir(c);
}

struct stream_set *conn_streams(struct conn *c)
{
    static const struct stream_set_events events = {
        .incoming = on_incoming, .can_open = on_can_open, .changed = on_changed};
    if (c->state != CONN_OPEN)
        return NULL;
    if (c->streams == NULL)
        c->streams = stream_set_new(&c->wire.link, &c->shared->streams, &events, c);
    return c->streams;
}

uint16_t conn_peer_takes(const struct conn *c)
{
    return c->state == CONN_OPEN
               ? dsb_session_peer_streams(dsb_link_session(&c->wire.link))->streams_max
               : 0;
}

enum dsb_status conn_ping(struct conn *c, const uint8_t *body, size_t body_len)
{
    if (c->state != CONN_OPEN)
        return DSB_WRONG_STATE;
    enum dsb_status status = dsb_link_ping(&c->wire.link, body, body_len);
    if (status == DSB_OK) {
        (void)wire_flush(&c->wire, now_ms(c));
        conn_stir(c);
    }
    return status;
}

/* What the streams have written goes before CLOSE, as far as there is room; then they are over. */
static void end_streams(struct conn *c)
{
    if (c->streams == NULL)
        return;
    seal_streams(c);
    dsb_streams_end(&c->streams->streams);
}

void conn_close(struct conn *c)
{
    if (c->state != CONN_OPEN)
        return;
    end_streams(c);
    if (dsb_link_close(&c->wire.link) == DSB_OK)
        conn_stir(c);
}

void conn_finish(struct conn *c)
{
    if (c->state != CONN_OPEN)
        return;
    end_streams(c);
    if (dsb_link_finish(&c->wire.link, now_ms(c)) == DSB_OK)
        conn_stir(c);
}

void conn_abort(struct conn *c, enum dsb_reason reason)
{
    if (c->state == CONN_ENDED)
        return;
    dsb_link_abort(&c->wire.link, reason);
    end(c, c->state == CONN_OPEN ? CONN_BROKEN : CONN_REJECTED, reason);
}
