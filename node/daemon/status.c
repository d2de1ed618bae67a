/* SPDX-License-Identifier: Apache-2.0 */
/* The status socket. A text is made at once and written as the client reads it; nobody waits for a
 * slow one. */
#include "node/daemon/status.h"

#include "node/store/said.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Clients of the socket that wait to be accepted. */
#define BACKLOG_COUNT 16

struct status_reply {
    struct status_server *owner;
    struct status_reply *next;
    uv_pipe_t pipe;
    uv_write_t write;
    char *text;
};

static void write_reasons(FILE *out, const char *what, const uint64_t *counts)
{
    for (size_t i = 0; i < SERVER_REASON_COUNT; i++)
        if (counts[i] > 0)
            (void)fprintf(out, "%s %s %llu\n", what, server_reason_name(i),
                          (unsigned long long)counts[i]);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%*d %ld", &pages) != 1)
        pages = 0;
    (void)fclose(statm);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Of each root's last list the serial: who revokes sees here which device has not heard of it. */
static void write_roots(FILE *out, const struct dsb_trust_store *trust)
{
    char root[SAID_ROOT_SIZE];
    (void)fprintf(out, "roots %zu\n", trust->root_count);
    (void)fprintf(out, "vouched-devices %zu\n", trust->vouched != NULL ? trust->vouched->count : 0);
    for (size_t i = 0; trust->vouched != NULL && i < trust->vouched->list_count; i++) {
        const struct dsb_revocations *list = &trust->vouched->lists[i].list;
        said_root(root, list->root);
        (void)fprintf(out, "revocations %s %llu\n", root, (unsigned long long)list->serial);
    }
}

static void write_totals(FILE *out, const struct status_server *t)
{
    const struct server *s = t->server;
    const struct dsb_device_id *id = &s->shared.local.identity->id;
    (void)fprintf(out, "id %.*s\n", id->len, id->text);
    (void)fprintf(out, "pid %d\n", getpid());
    (void)fprintf(out, "listen %s\n", t->listen_text);
    (void)fprintf(out, "filter %s\n", t->filter == FILTER_ON ? "on" : "off");
    (void)fprintf(out, "uptime-seconds %llu\n",
                  (unsigned long long)((uv_now(s->shared.loop) - s->started_ms) / 1000));
    (void)fprintf(out, "trusted-peers %zu\n", s->shared.local.trust->count);
    write_roots(out, s->shared.local.trust);
    (void)fprintf(out, "sessions %u\n", s->session_count);
    (void)fprintf(out, "half-open %u\n", s->half_open_count);
    (void)fprintf(out, "accepted %llu\n", (unsigned long long)s->counters.accepted_count);
    (void)fprintf(out, "opened %llu\n", (unsigned long long)s->counters.opened_count);
    (void)fprintf(out, "ended-clean %llu\n", (unsigned long long)s->counters.clean_count);
    (void)fprintf(out, "turned-away %llu\n", (unsigned long long)s->counters.full_count);
    (void)fprintf(out, "files-stored %llu\n", (unsigned long long)s->counters.stored_count);
    (void)fprintf(out, "files-not-stored %llu\n", (unsigned long long)s->counters.not_stored_count);
    (void)fprintf(out, "files-refused %llu\n", (unsigned long long)s->counters.refused_count);
    (void)fprintf(out, "programs %u\n", t->bus->client_count);
    (void)fprintf(out, "services %u\n", t->bus->registry.published_count);
    (void)fprintf(out, "program-streams %u\n", t->bus->descriptor_count - t->bus->client_count);
    (void)fprintf(out, "resident-kib %ld\n", resident_kib());
    (void)fprintf(out, "connection-bytes %zu\n", sizeof(struct conn));
    (void)fprintf(out, "buffers-in-use %u\n", s->shared.chunks.taken_count);
    (void)fprintf(out, "announces-verified %llu\n",
                  (unsigned long long)t->bus->peers.hearsay.verified_count);
    (void)fprintf(out, "peers-remembered %zu\n", peers_count(&t->bus->peers));
    if (t->discovery != NULL) {
        (void)fprintf(out, "queries-answered %llu\n",
                      (unsigned long long)t->discovery->query_count);
        (void)fprintf(out, "packets-ignored %llu\n",
                      (unsigned long long)t->discovery->ignored_count);
        (void)fprintf(out, "announces-heard %llu\n",
                      (unsigned long long)t->discovery->announce_count);
    }
}

static void write_sessions(FILE *out, const struct server *s)
{
    uint64_t now = uv_now(s->shared.loop);
    char from[ENDPOINT_TEXT_SIZE];
    for (const struct conn *c = s->sessions; c != NULL; c = c->next) {
        const struct dsb_device_id *peer = conn_peer(c);
        endpoint_format(&c->remote, from);
        (void)fprintf(out, "session %u peer=%.*s from=%s age-seconds=%llu in=%llu out=%llu\n",
                      c->number, peer->len, peer->text, from,
                      (unsigned long long)((now - c->opened_ms) / 1000),
                      (unsigned long long)c->bytes_in_len, (unsigned long long)c->bytes_out_len);
    }
}

static void on_reply_closed(uv_handle_t *handle)
{
    struct status_reply *reply = handle->data;
    struct status_reply **at = &reply->owner->replies;
    while (*at != reply)
        at = &(*at)->next;
    *at = reply->next;
    free(reply->text);
    free(reply);
}

static void close_reply(struct status_reply *reply)
{
    if (!uv_is_closing((uv_handle_t *)&reply->pipe))
        uv_close((uv_handle_t *)&reply->pipe, on_reply_closed);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    close_reply(request->data);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct status_server *t = stream->data;
    size_t text_len = 0;
    if (status < 0)
        return;
    struct status_reply *reply = calloc(1, sizeof *reply);
    if (reply == NULL || uv_pipe_init(stream->loop, &reply->pipe, 0) != 0)
        abort();
    reply->owner = t;
    reply->next = t->replies;
    t->replies = reply;
    reply->pipe.data = reply;
    reply->write.data = reply;
    FILE *out = open_memstream(&reply->text, &text_len);
    if (uv_accept(stream, (uv_stream_t *)&reply->pipe) != 0 || out == NULL) {
        close_reply(reply);
        return;
    }
    write_totals(out, t);
    write_reasons(out, "rejected", t->server->counters.rejected_count);
    write_reasons(out, "broken", t->server->counters.broken_count);
    write_sessions(out, t->server);
    if (fclose(out) != 0)
        abort();
    uv_buf_t buf = uv_buf_init(reply->text, (unsigned)text_len);
    if (uv_write(&reply->write, (uv_stream_t *)&reply->pipe, &buf, 1, on_written) != 0)
        close_reply(reply);
}

bool status_start(struct status_server *t, uv_loop_t *loop, const struct confdir *dir,
                  struct error *e)
{
    char path[PATH_MAX];
    int fault;
    (void)unlinkat(dir->fd, STATUS_SOCKET, 0);
    /* A socket's path has at most 107 bytes; the directory's descriptor makes any path short. */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", dir->fd, STATUS_SOCKET);
    fault = uv_pipe_init(loop, &t->pipe, 0);
    if (fault != 0)
        return error_set(e, EXIT_LOCAL, "status socket: %s", uv_strerror(fault));
    t->pipe.data = t;
    mode_t mask = umask(0177);
    fault = uv_pipe_bind(&t->pipe, path);
    (void)umask(mask);
    if (fault == 0)
        fault = uv_listen((uv_stream_t *)&t->pipe, BACKLOG_COUNT, on_connection);
    if (fault != 0)
        return error_set(e, EXIT_LOCAL, "%s/%s: %s", dir->path, STATUS_SOCKET, uv_strerror(fault));
    return true;
}

void status_stop(struct status_server *t)
{
    for (struct status_reply *reply = t->replies; reply != NULL; reply = reply->next)
        close_reply(reply);                  /* also to a client that does not read */
    uv_close((uv_handle_t *)&t->pipe, NULL); /* libuv removes the socket's file */
}
