/* SPDX-License-Identifier: Apache-2.0 */
/* A file from a stream that the daemon hands over. The loop of this thread waits for both, the
 * stream and the thread that writes the file. */
#include "node/base/clock.h"
#include "node/cli/bus_error.h"
#include "node/cli/progress.h"
#include "node/cli/receive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OFFER_MS 5000 /* for a peer that has opened a stream to say what it brings */

struct receiver {
    struct bus_stream *stream;
    const struct options *options;
    const char *path;
    bool is_known;          /* the peer of --from */
    uint64_t until_ms;      /* for the offer */
    struct file_sink *sink; /* NULL: nothing under way */
    bool stuck;
    bool done; /* DONE came */
    bool over;
    bool ok;
    uint64_t total_len;
    uint64_t received_len;
    struct message_reader reader;
    struct chunk_pool chunks;
    struct chunk *chunk; /* what was read and not taken yet; NULL: nothing */
    size_t at;
    size_t len;
    struct progress progress;
    uv_loop_t loop;
    char peer[DSBC_NAME_MAX + 1];
};

/* A socket that has taken all the peer's bytes and none of ours has room for these. */
static void say(struct receiver *r, const struct message *m)
{
    uint8_t out[MESSAGE_FRAME_MAX];
    size_t len = message_write(out, m);
    (void)!send(r->stream->fd, out, len, MSG_NOSIGNAL);
}

static void end(struct receiver *r, enum inbound_outcome outcome, int system_error)
{
    if (r->sink != NULL) {
        r->stuck = file_sink_may_be_stuck(r->sink);
        file_sink_close(r->sink);
    }
    r->sink = NULL;
    progress_end(&r->progress);
    r->over = true;
    r->ok = receive_tell(r->options, r->path, r->peer, outcome, r->received_len, system_error,
                         r->stream->error);
}

static void refuse(struct receiver *r, enum message_refusal why, enum inbound_outcome outcome,
                   int system_error)
{
    say(r, &(struct message){.kind = MESSAGE_REFUSED, .refusal = why});
    end(r, outcome, system_error);
}

static void on_room(void *owner)
{
    (void)owner; /* the loop looks */
}

static void on_finished(void *owner, int system_error)
{
    struct receiver *r = owner;
    if (system_error != 0) {
        refuse(r, inbound_refusal(system_error), INBOUND_STORAGE, system_error);
        return;
    }
    say(r, &(struct message){.kind = MESSAGE_STORED, .length = r->received_len});
    end(r, INBOUND_STORED, 0);
}

static void on_put(struct receiver *r, const struct message *put)
{
    static const struct sink_events events = {.room = on_room, .finished = on_finished};
    r->total_len = put->length;
    int fault = file_sink_open(&r->sink, &r->loop, &r->chunks, r->path,
                               r->options->force ? SINK_OVERWRITE : SINK_KEEP_FILE, &events, r);
    if (fault != 0) {
        r->sink = NULL;
        refuse(r, inbound_refusal(fault), INBOUND_STORAGE, fault);
        return;
    }
    progress_start(&r->progress, r->path, put->length, r->options->quiet, clock_ms());
    say(r, &(struct message){.kind = MESSAGE_READY});
}

static void on_bytes(struct receiver *r, const struct message *m)
{
    if (r->total_len - r->received_len < m->bytes_len) {
        refuse(r, REFUSAL_LENGTH, INBOUND_LENGTH, 0);
        return;
    }
    file_sink_write(r->sink, r->chunk, m->bytes, m->bytes_len);
    r->received_len += m->bytes_len;
    progress_update(&r->progress, r->received_len, clock_ms());
}

static void on_done(struct receiver *r, const struct message *m)
{
    bool announced = r->total_len == MESSAGE_LENGTH_UNKNOWN || r->total_len == m->length;
    if (m->length != r->received_len || !announced) {
        refuse(r, REFUSAL_LENGTH, INBOUND_LENGTH, 0);
        return;
    }
    r->done = true;
    file_sink_complete(r->sink);
}

/* False when it is out of turn. */
static bool on_message(struct receiver *r, const struct message *m)
{
    if (m->kind == MESSAGE_PUT && r->sink == NULL)
        on_put(r, m);
    else if (m->kind == MESSAGE_BYTES && r->sink != NULL && !r->done)
        on_bytes(r, m);
    else if (m->kind == MESSAGE_DONE && r->sink != NULL && !r->done)
        on_done(r, m);
    else
        return false;
    return true;
}

/* The peer of the stream has brought nothing: another one may. */
static void let_go(struct receiver *r)
{
    close(r->stream->fd);
    chunk_unref(&r->chunks, r->chunk);
    r->chunk = NULL;
    r->stream->fd = -1;
    r->stream->number = 0;
    r->stream->ended = r->stream->judged = false;
    memset(&r->reader, 0, sizeof r->reader);
}

/* No more comes, and no file was made of what came. */
static void give_up(struct receiver *r)
{
    if (r->sink == NULL)
        let_go(r);
    else
        refuse(r, REFUSAL_LENGTH, INBOUND_TRUNCATED, 0);
}

static bool has_room(const struct receiver *r)
{
    return r->sink == NULL || file_sink_has_room(r->sink);
}

/* As much as the file takes now. */
static void take(struct receiver *r)
{
    while (r->chunk != NULL && !r->over && has_room(r)) {
        struct message m;
        size_t used_len;
        enum message_read read =
            message_read(&r->reader, r->chunk->bytes + r->at, r->len - r->at, &used_len, &m);
        if (read == MESSAGE_READ_BAD || (read == MESSAGE_READ_ONE && !on_message(r, &m))) {
            give_up(r);
            return;
        }
        r->at += used_len;
        if (r->at == r->len) {
            chunk_unref(&r->chunks, r->chunk);
            r->chunk = NULL;
        }
    }
}

static void hear(struct receiver *r)
{
    struct chunk *chunk = chunk_take(&r->chunks);
    ssize_t len = read(r->stream->fd, chunk->bytes, CHUNK_LEN);
    if (len > 0) {
        r->chunk = chunk;
        r->at = 0;
        r->len = (size_t)len;
        return;
    }
    chunk_unref(&r->chunks, chunk);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    r->stream->ended = true;
    if (!r->done)
        give_up(r);
}

/* One stream at a time, and of the right peer. */
static void on_incoming(struct bus_stream *s, const struct dsbc_event *event)
{
    struct receiver *r = s->owner;
    const char *from = r->options->from;
    bool is_wanted = from == NULL || strcmp(from, event->device) == 0;
    if (r->over || !is_wanted || s->fd >= 0) {
        (void)!dsbc_ask_refuse(s->bus, event->stream, is_wanted ? DSBC_BUSY : DSBC_NOT_ALLOWED, 0);
        close(event->fd);
        return;
    }
    (void)snprintf(r->peer, sizeof r->peer, "%s", event->device);
    (void)!dsbc_ask_accept(s->bus, event->stream, 0);
    (void)fcntl(event->fd, F_SETFL, O_NONBLOCK);
    s->fd = event->fd;
    s->number = event->stream;
    r->until_ms = clock_ms() + OFFER_MS;
}

static int patience_ms(struct receiver *r)
{
    uint64_t now_ms = clock_ms();
    if (r->chunk != NULL && has_room(r))
        return 0;
    if (r->sink != NULL) /* the loop without work of its file would not wait at all */
        return uv_loop_alive(&r->loop) ? uv_backend_timeout(&r->loop) : -1;
    if (r->stream->fd < 0)
        return -1;
    return now_ms < r->until_ms ? (int)(r->until_ms - now_ms) : 0;
}

/* What can be taken, then one wait. The loop is run before it, since it looks at nothing new
 * without. */
static bool turn(struct receiver *r)
{
    struct bus_stream *s = r->stream;
    struct pollfd entries[BUS_STREAM_OWN + 2];
    struct pollfd *peer = &entries[BUS_STREAM_OWN];
    take(r);
    (void)uv_run(&r->loop, UV_RUN_NOWAIT);
    if (r->over)
        return true;
    bool reads = s->fd >= 0 && r->chunk == NULL && !s->ended;
    *peer = (struct pollfd){.fd = reads ? s->fd : -1, .events = POLLIN};
    peer[1] = (struct pollfd){.fd = uv_backend_fd(&r->loop), .events = POLLIN};
    if (!bus_stream_wait(s, entries, 2, patience_ms(r)))
        return false;
    if (reads && peer->revents != 0)
        hear(r);
    bool late = r->sink == NULL && clock_ms() >= r->until_ms;
    if (!r->over && s->fd >= 0 && (late || s->judged)) /* who is gone before STORED gave up */
        give_up(r);
    return true;
}

/* What was said reaches the peer; what it says is dropped. */
static void leave(struct receiver *r)
{
    struct bus_stream *s = r->stream;
    struct error kept = *s->error;
    uint64_t until_ms = clock_ms() + BUS_STREAM_END_MS;
    char dropped[4096];
    (void)shutdown(s->fd, SHUT_WR);
    for (uint64_t now_ms = clock_ms(); !s->judged && now_ms < until_ms; now_ms = clock_ms()) {
        struct pollfd entries[BUS_STREAM_OWN + 1];
        entries[BUS_STREAM_OWN] = (struct pollfd){.fd = s->ended ? -1 : s->fd, .events = POLLIN};
        if (!bus_stream_wait(s, entries, 1, (int)(until_ms - now_ms)))
            break;
        if (entries[BUS_STREAM_OWN].revents != 0 && read(s->fd, dropped, sizeof dropped) == 0)
            s->ended = true;
    }
    *s->error = kept;
}

static void look(void *owner, const struct dsbc_event *event)
{
    struct receiver *r = owner;
    r->is_known = r->is_known || strcmp(event->device, r->options->from) == 0;
}

static bool publish(struct receiver *r)
{
    struct bus_stream *s = r->stream;
    const char *from = r->options->from;
    enum dsbc_result result = from != NULL ? dsbc_peers(s->bus, look, r) : DSBC_OK;
    if (result == DSBC_OK && from != NULL && !r->is_known)
        return error_set(s->error, EXIT_NO_PEER, "--from: %s is not in the trust store", from);
    if (result == DSBC_OK)
        result = dsbc_publish(s->bus, INBOUND_SERVICE, true);
    if (result == DSBC_EXISTS)
        return error_set(s->error, EXIT_LISTEN,
                         "this device's files go elsewhere: its daemon has an inbox, or another "
                         "program receives");
    if (result != DSBC_OK)
        return bus_error(s->error, result, dsbc_text(s->bus), NULL, INBOUND_SERVICE);
    if (!r->options->quiet)
        (void)fprintf(stderr, "dsoftbus: waiting for a file through the daemon\n");
    return true;
}

/* The file's thread may be in a write that nobody reads, for ever: the process ends then. */
static void close_loop(struct receiver *r)
{
    if (r->stuck)
        _exit(error_print(r->stream->error, "dsoftbus"));
    while (uv_run(&r->loop, UV_RUN_DEFAULT) != 0)
        ;
    if (uv_loop_close(&r->loop) != 0)
        abort();
}

bool receive_by_bus(struct bus_stream *s, const struct options *o, const char *path)
{
    struct receiver *r = calloc(1, sizeof *r);
    if (r == NULL || uv_loop_init(&r->loop) != 0)
        abort();
    r->stream = s;
    r->options = o;
    r->path = path;
    s->incoming = on_incoming;
    s->owner = r;
    bool goes_on = publish(r);
    while (goes_on && !r->over)
        goes_on = turn(r);
    if (goes_on)
        leave(r);
    if (r->sink != NULL) {
        struct error why = *s->error;
        end(r, INBOUND_TRUNCATED, 0);
        *s->error = why;
    }
    chunk_unref(&r->chunks, r->chunk);
    close_loop(r);
    chunk_pool_free(&r->chunks);
    bus_stream_close(s);
    bool ok = goes_on && r->ok;
    free(r);
    return ok;
}
