/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions. Strangers share a small table in which the oldest makes room; sessions are bounded
 * apart from it. */
#include "node/engine/server.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Connections accepted in one go, so that sessions get their turn during a flood. */
#define ACCEPT_BURST_COUNT 64

static const enum dsb_reason reasons[SERVER_REASON_COUNT] = {
#define X(name, number, text) [SERVER_REASON_IDX_##name] = DSB_REASON_##name,
    DSB_REASONS(X)
#undef X
};

static size_t reason_idx(enum dsb_reason reason)
{
    size_t i = 0;
    while (i + 1 < SERVER_REASON_COUNT && reasons[i] != reason)
        i++;
    return i;
}

const char *server_reason_name(size_t idx)
{
    return dsb_reason_name(reasons[idx]);
}

static void log_step(struct conn *c, enum dsb_step step)
{
    log_line(LOG_LEVEL_DEBUG, "connection %u: %s", c->number, dsb_step_name(step));
}

/* The connection is half-open no more. */
static void leave_half_open(struct server *s, struct conn *c)
{
    for (uint32_t handle = 0; handle <= s->limits.half_open_count; handle++) {
        if (s->half_open[handle] != c)
            continue;
        (void)dsb_admission_leave(&s->admission, handle); /* false when it is being dropped */
        s->half_open[handle] = NULL;
        s->half_open_count--;
    }
}

static void turned_away(struct server *s, struct conn *c, const struct dsb_device_id *peer,
                        const char *why)
{
    char from[ENDPOINT_TEXT_SIZE];
    s->counters.full_count++;
    endpoint_format(&c->remote, from);
    if (log_budget_take(&s->peer_lines, uv_now(s->shared.loop)))
        log_line(LOG_LEVEL_WARNING, "connection %u turned away peer=%.*s from=%s: %s", c->number,
                 peer->len, peer->text, from, why);
}

/* Before ACCEPT: a peer beyond a limit never comes to have a session. */
static enum dsb_reason on_admit(struct conn *c, const struct dsb_device_id *peer)
{
    struct server *s = c->owner;
    char why[48];
    if (s->session_count < s->limits.session_count) {
        enum dsb_reason reason = s->host->admit != NULL && !c->is_dialled
                                     ? s->host->admit(s->host, peer)
                                     : DSB_REASON_NONE;
        if (reason != DSB_REASON_NONE)
            turned_away(s, c, peer, "it has as many sessions as a peer may have");
        return reason;
    }
    (void)snprintf(why, sizeof why, "%u sessions are open", s->limits.session_count);
    turned_away(s, c, peer, why);
    return DSB_REASON_LOCAL_FULL;
}

/* Lists of connections */

static void enlist(struct conn **list, struct conn *c)
{
    c->previous = NULL;
    c->next = *list;
    if (c->next != NULL)
        c->next->previous = c;
    *list = c;
}

static void delist(struct conn **list, struct conn *c)
{
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        *list = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
}

static void on_opened(struct conn *c)
{
    struct server *s = c->owner;
    char at[ENDPOINT_TEXT_SIZE];
    const struct dsb_device_id *peer = conn_peer(c);
    if (c->is_dialled)
        delist(&s->dialling, c);
    else
        leave_half_open(s, c);
    endpoint_format(&c->remote, at);
    s->counters.opened_count++;
    s->session_count++;
    enlist(&s->sessions, c);
    if (!s->quiet)
        log_line(LOG_LEVEL_INFO, "session %u opened peer=%.*s %s=%s", c->number, peer->len,
                 peer->text, c->is_dialled ? "at" : "from", at);
    if (s->host->opened != NULL)
        s->host->opened(s->host, c);
}

static void on_incoming(struct conn *c, uint32_t id, const char *service, size_t service_len)
{
    struct server *s = c->owner;
    s->host->incoming(s->host, c, id, service, service_len);
}

static void on_can_open(struct conn *c)
{
    struct server *s = c->owner;
    if (s->host->can_open != NULL)
        s->host->can_open(s->host, c);
}

static void tell_closed(struct server *s, struct conn *c)
{
    if (s->host->closed != NULL)
        s->host->closed(s->host, c);
}

static void on_peer_closed(struct conn *c)
{
    tell_closed(c->owner, c);
    conn_close(c);
}

static void session_ended(struct server *s, struct conn *c, enum conn_outcome outcome,
                          enum dsb_reason reason)
{
    const struct dsb_device_id *peer = conn_peer(c);
    tell_closed(s, c);
    delist(&s->sessions, c);
    s->session_count--;
    if (outcome == CONN_CLEAN)
        s->counters.clean_count++;
    else
        s->counters.broken_count[reason_idx(reason)]++;
    if (!s->quiet || outcome != CONN_CLEAN)
        log_line(outcome == CONN_CLEAN ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
                 "session %u ended peer=%.*s reason=%s in=%llu out=%llu", c->number, peer->len,
                 peer->text, outcome == CONN_CLEAN ? "clean" : dsb_reason_name(reason),
                 (unsigned long long)c->bytes_in_len, (unsigned long long)c->bytes_out_len);
}

static void rejected(struct server *s, const struct conn *c, enum dsb_reason reason)
{
    char from[ENDPOINT_TEXT_SIZE];
    const struct dsb_device_id *claim = conn_claim(c);
    s->counters.rejected_count[reason_idx(reason)]++;
    if (reason == DSB_REASON_LOCAL_FULL)
        return; /* told when it was turned away */
    if (!log_budget_take(&s->stranger_lines, uv_now(s->shared.loop)))
        return;
    endpoint_format(&c->remote, from);
    log_line(LOG_LEVEL_WARNING, "rejected from=%s reason=%s%s%.*s", from, dsb_reason_name(reason),
             claim != NULL ? " claim=" : "", claim != NULL ? claim->len : 0,
             claim != NULL ? claim->text : "");
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    struct server *s = c->owner;
    if (outcome == CONN_CLEAN || outcome == CONN_BROKEN) {
        session_ended(s, c, outcome, reason);
    } else if (c->is_dialled) {
        delist(&s->dialling, c);
        if (s->host->dial_failed != NULL)
            s->host->dial_failed(s->host, c, outcome, reason, system_error);
    } else {
        leave_half_open(s, c);
        rejected(s, c, reason);
    }
}

static const struct conn_events events = {
    .step = log_step,
    .admit = on_admit,
    .opened = on_opened,
    .incoming = on_incoming,
    .can_open = on_can_open,
    .peer_closed = on_peer_closed,
    .ended = on_ended,
};

struct conn *server_dial(struct server *s, const union endpoint *remote,
                         const struct dsb_device_id *target, enum dsb_reason *reason)
{
    *reason = DSB_REASON_LOCAL_ABORTED;
    struct conn *c =
        s->stopping ? NULL : conn_connect(&s->shared, remote, target, &events, s, reason);
    if (c == NULL)
        return NULL;
    c->number = s->next_number++;
    c->is_dialled = true;
    enlist(&s->dialling, c);
    return c;
}

static void admit(struct server *s, int fd, const union endpoint *remote)
{
    uint8_t source[DSB_SOURCE_LEN];
    uint32_t handle = 0;
    uint32_t dropped;
    struct conn *c = conn_accept(&s->shared, fd, remote, &events, s);
    if (c == NULL)
        return;
    c->number = s->next_number++;
    s->counters.accepted_count++;
    while (s->half_open[handle] != NULL)
        handle++;
    s->half_open[handle] = c;
    s->half_open_count++;
    endpoint_address_bytes(remote, source);
    if (dsb_admission_enter(&s->admission, source, handle, &dropped))
        conn_abort(s->half_open[dropped], DSB_REASON_LOCAL_DROPPED);
}

/* No descriptors left: the first connection in the queue is closed, or the loop would spin on it.
 */
static void refuse_one(struct server *s)
{
    close(s->spare_fd);
    int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log_budget_take(&s->stranger_lines, uv_now(s->shared.loop)))
        log_line(LOG_LEVEL_ERROR, "connection refused: no file descriptors left");
}

static void on_acceptable(uv_poll_t *poll, int status, int poll_events)
{
    struct server *s = poll->data;
    (void)status;
    (void)poll_events;
    for (int i = 0; i < ACCEPT_BURST_COUNT && !s->stopping; i++) {
        union endpoint remote = {0};
        socklen_t len = sizeof remote;
        int fd = accept4(s->listen_fd, &remote.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            admit(s, fd, &remote);
        else if (errno == EMFILE || errno == ENFILE)
            refuse_one(s);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

bool server_start(struct server *s, uv_loop_t *loop, struct keyring *k, struct server_host *host,
                  int listen_fd, const struct server_limits *limits, struct error *e)
{
    memset(s, 0, sizeof *s);
    s->shared.local = (struct dsb_local){.identity = &k->identity,
                                         .trust = &k->trust,
                                         .recv_max = RECORD_UNIT_MAX,
                                         .attestation = keyring_attestation(k)};
    s->shared.streams = limits->streams;
    s->shared.key_queue.key = k->file == NULL ? &k->process : NULL;
    if (!conn_shared_open(&s->shared, loop, e))
        return false;
    s->host = host;
    s->limits = *limits;
    s->listen_fd = listen_fd;
    s->next_number = 1;
    s->started_ms = uv_now(loop);
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    s->half_open_entries = calloc(limits->half_open_count, sizeof *s->half_open_entries);
    s->half_open = calloc((size_t)limits->half_open_count + 1, sizeof(struct conn *));
    if (s->half_open_entries == NULL || s->half_open == NULL || s->spare_fd < 0 ||
        uv_poll_init(loop, &s->accept_poll, listen_fd) != 0)
        return error_set(e, EXIT_LOCAL, "cannot start the server: %s", strerror(errno));
    dsb_admission_init(&s->admission, s->half_open_entries, limits->half_open_count);
    s->accept_poll.data = s;
    uv_timer_init(loop, &s->stop_timer);
    s->stop_timer.data = s;
    uv_unref((uv_handle_t *)&s->stop_timer);
    uv_poll_start(&s->accept_poll, UV_READABLE, on_acceptable);
    return true;
}

static void on_stop_timeout(uv_timer_t *timer)
{
    struct server *s = timer->data;
    while (s->sessions != NULL)
        conn_abort(s->sessions, DSB_REASON_LOCAL_ABORTED);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct server *s = handle->data;
    close(s->listen_fd);
}

void server_stop(struct server *s)
{
    if (s->stopping)
        return;
    s->stopping = true;
    uv_close((uv_handle_t *)&s->accept_poll, on_listener_closed);
    for (uint32_t handle = 0; handle <= s->limits.half_open_count; handle++)
        if (s->half_open[handle] != NULL)
            conn_abort(s->half_open[handle], DSB_REASON_LOCAL_ABORTED);
    while (s->dialling != NULL)
        conn_abort(s->dialling, DSB_REASON_LOCAL_ABORTED);
    for (struct conn *c = s->sessions; c != NULL; c = c->next) {
        tell_closed(s, c);
        conn_finish(c);
    }
    uv_timer_start(&s->stop_timer, on_stop_timeout, SERVER_STOP_MS, 0);
}

void server_recheck_peers(struct server *s)
{
    struct conn *next;
    for (struct conn *c = s->sessions; c != NULL; c = next) {
        next = c->next;
        /* Not asked to close: whoever is trusted no more is owed no courtesy, and not heard. */
        if (!dsb_link_is_trusted(&c->wire.link, s->shared.local.trust))
            conn_abort(c, DSB_REASON_LOCAL_REVOKED);
    }
}

void server_free(struct server *s)
{
    assert(s->sessions == NULL && s->dialling == NULL && s->half_open_count == 0);
    uv_close((uv_handle_t *)&s->stop_timer, NULL);
    conn_shared_close(&s->shared);
    close(s->spare_fd);
    free(s->half_open_entries);
    free(s->half_open);
}
