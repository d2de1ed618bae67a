/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus send: a stream of the service `file`; PUT, and when READY came the file's chunks, each
 * read while the one before it is on its way. Where a daemon runs, by its session (send_bus.c). */
#include "file/message.h"
#include "node/cli/command.h"
#include "node/cli/progress.h"
#include "node/cli/send.h"
#include "node/engine/client.h"
#include "node/engine/file_source.h"
#include "node/engine/inbound.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum sender_state { SENDER_OFFERING, SENDER_SENDING, SENDER_WAITING };

/* A chunk is filled with BYTES messages that follow one another without a gap. */
#define PIECE_LEN ((size_t)32 * 1024 - MESSAGE_BYTES_HEAD_LEN)

/* One chunk is with the stream while the next is read from the file. */
struct sender {
    struct client client; /* first: conn->owner is both */
    enum sender_state state;
    const char *path;
    const char *name;
    struct stream *stream; /* NULL before and after */
    struct message_reader reader;
    struct file_source source;
    struct chunk *ready; /* read and not all of it written yet */
    size_t ready_len;    /* bytes in it */
    size_t ready_at;     /* of these, written */
    bool at_end;         /* the whole file was read */
    struct progress progress;
};

/* What comes after the command is settled (stored, failed, interrupted) changes nothing any more.
 */
static bool is_sending(const struct sender *s)
{
    return s->state == SENDER_SENDING && !s->client.settled && s->stream != NULL;
}

static void read_more(struct sender *s)
{
    file_source_read(&s->source, MESSAGE_BYTES_HEAD_LEN, PIECE_LEN,
                     MESSAGE_BYTES_HEAD_LEN + PIECE_LEN);
}

/* Writes what is ready, as far as the stream takes it; writable calls it again. */
static void push(struct sender *s)
{
    size_t written_len = 0;
    if (!is_sending(s) || s->ready == NULL)
        return;
    (void)!stream_write(s->stream, s->ready->bytes + s->ready_at, s->ready_len - s->ready_at,
                        &written_len);
    s->ready_at += written_len;
    if (s->ready_at < s->ready_len)
        return;
    chunk_unref(&s->client.shared.chunks, s->ready);
    s->ready = NULL;
    progress_update(&s->progress, s->source.read_len, uv_now(&s->client.loop));
    if (!s->at_end) {
        read_more(s);
        return;
    }
    stream_finish(s->stream);
    s->state = SENDER_WAITING;
}

/* Puts in front of each piece what makes it a message. Returns the length of it all. */
static size_t make_messages(struct chunk *chunk, size_t file_len)
{
    uint8_t *at = chunk->bytes;
    for (size_t left_len = file_len; left_len > 0;) {
        size_t piece_len = left_len < PIECE_LEN ? left_len : PIECE_LEN;
        message_write_bytes_head(at, piece_len);
        at += MESSAGE_BYTES_HEAD_LEN + piece_len;
        left_len -= piece_len;
    }
    return (size_t)(at - chunk->bytes);
}

static void on_read(struct file_source *source, struct chunk *chunk, ssize_t result)
{
    struct sender *s = source->owner;
    bool changed =
        source->length != SOURCE_LENGTH_UNKNOWN &&
        (result == 0 ? source->read_len != source->length : source->read_len > source->length);
    if (!is_sending(s) || result < 0 || changed)
        chunk_unref(&s->client.shared.chunks, chunk);
    if (!is_sending(s))
        return;
    if (result < 0) {
        client_fail(&s->client, EXIT_LOCAL, "%s: %s", s->path, strerror((int)-result));
        return;
    }
    if (changed) {
        client_fail(&s->client, EXIT_LOCAL, "%s: its length changed while it was sent", s->path);
        return;
    }
    const struct message done = {.kind = MESSAGE_DONE, .length = source->read_len};
    s->at_end = result == 0;
    s->ready = chunk;
    s->ready_at = 0;
    s->ready_len =
        s->at_end ? message_write(chunk->bytes, &done) : make_messages(chunk, (size_t)result);
    push(s);
}

static void on_stored(struct sender *s, const struct message *m)
{
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(&s->client, peer);
    if (s->state != SENDER_WAITING || m->length != s->source.read_len) {
        client_fail(&s->client, EXIT_BROKEN, "%s stored another length than was sent", peer);
        return;
    }
    progress_end(&s->progress);
    if (!s->client.options->quiet)
        send_say_stored(s->path, peer, m);
    client_succeed(&s->client);
}

static void on_message(struct sender *s, const struct message *m)
{
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(&s->client, peer);
    if (m->kind == MESSAGE_READY && s->state == SENDER_OFFERING) {
        s->state = SENDER_SENDING;
        progress_start(&s->progress, s->path, s->source.length, s->client.options->quiet,
                       uv_now(&s->client.loop));
        read_more(s);
    } else if (m->kind == MESSAGE_STORED) {
        on_stored(s, m);
    } else if (m->kind == MESSAGE_REFUSED) {
        client_fail(&s->client, EXIT_REFUSED, SEND_REFUSED "%s", peer,
                    message_refusal_text(m->refusal), send_advice(m->refusal));
    } else {
        client_fail(&s->client, EXIT_BROKEN, "%s answered out of turn", peer);
    }
}

static void on_readable(struct stream *stream)
{
    struct sender *s = stream->owner;
    const uint8_t *bytes;
    size_t len;
    size_t used_len;
    char peer[CLIENT_PEER_TEXT_SIZE];
    enum dsb_status status = DSB_OK;
    client_peer_text(&s->client, peer);
    while (!s->client.settled && (status = stream_front(stream, &bytes, &len)) == DSB_OK) {
        struct message m;
        enum message_read read = message_read(&s->reader, bytes, len, &used_len, &m);
        if (read == MESSAGE_READ_ONE)
            on_message(s, &m);
        else if (read == MESSAGE_READ_BAD)
            client_fail(&s->client, EXIT_BROKEN, "%s does not speak the language of files", peer);
        stream_took(stream, used_len);
    }
    if (status == DSB_ENDED)
        client_fail(&s->client, EXIT_BROKEN, "%s finished before the file was stored", peer);
}

static void on_writable(struct stream *stream)
{
    push(stream->owner);
}

/* Why there is no stream, or no more. What the end of the session brings, that explains. */
static void explain_reset(struct sender *s, uint16_t code)
{
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(&s->client, peer);
    if (code == DSB_RESET_NO_SUCH_SERVICE)
        client_fail(&s->client, EXIT_REFUSED, "%s refused the file: %s", peer,
                    message_refusal_text(REFUSAL_NO_INBOX));
    else if (code == DSB_RESET_NOT_ALLOWED)
        client_fail(&s->client, EXIT_REFUSED,
                    "%s refused the file: its trust line for this device does not list \"%s\"",
                    peer, INBOUND_SERVICE);
    else
        client_fail(&s->client, EXIT_REFUSED, "%s refused the file: %s", peer,
                    stream_reset_name(code));
}

static void on_reset(struct stream *stream, uint16_t code)
{
    struct sender *s = stream->owner;
    if (!stream_session_is_over(stream))
        explain_reset(s, code);
    s->stream = NULL;
    stream_let_go(stream);
}

static void on_opened(struct conn *c)
{
    static const struct stream_events events = {
        .readable = on_readable, .writable = on_writable, .reset = on_reset};
    struct sender *s = c->owner;
    struct message put = {.kind = MESSAGE_PUT, .length = s->source.length};
    struct stream_set *set = conn_streams(c);
    enum dsb_status status;
    if (set != NULL)
        s->stream = stream_open(set, INBOUND_SERVICE, &events, s, &status);
    if (s->stream == NULL) {
        explain_reset(s, DSB_RESET_NO_SUCH_SERVICE);
        return;
    }
    uint8_t offer[MESSAGE_FRAME_MAX];
    size_t written_len;
    (void)snprintf(put.name, sizeof put.name, "%s", s->name);
    (void)!stream_write(s->stream, offer, message_write(offer, &put), &written_len);
}

static void on_peer_closed(struct conn *c)
{
    struct sender *s = c->owner;
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(&s->client, peer);
    client_fail(&s->client, EXIT_BROKEN, "%s closed the session before the file was stored", peer);
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    struct sender *s = c->owner;
    if (s->stream != NULL) /* both sides had finished it */
        stream_let_go(s->stream);
    s->stream = NULL;
    progress_end(&s->progress);
    chunk_unref(&s->client.shared.chunks, s->ready);
    s->ready = NULL;
    client_ended(c, outcome, reason, system_error);
}

/* The name that the receiver sees: the last part of the path. */
static const char *name_of(const struct options *o, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (o->name != NULL)
        return o->name;
    if (strcmp(path, "-") == 0)
        return "stdin";
    return slash != NULL ? slash + 1 : path;
}

/*
 * A read of a terminal or a pipe that gives nothing cannot be taken back, and the thread in it
 * cannot be waited for: the process ends here.
 */
static void leave_stuck_read(struct sender *s, bool ok)
{
    int code = ok ? EXIT_OK : error_print(s->client.error, "dsoftbus");
    keyring_close(&s->client.keyring);
    _exit(code);
}

bool command_send(const struct options *o, char **words, int word_count, struct error *e)
{
    static const struct conn_events events = {
        .opened = on_opened, .peer_closed = on_peer_closed, .ended = on_ended};
    struct sender s = {0};
    struct bus_stream by_bus;
    (void)word_count;
    s.path = words[1];
    s.name = name_of(o, words[1]);
    if (strlen(s.name) > MESSAGE_NAME_MAX)
        return error_set(e, EXIT_USAGE, "the name is longer than %d bytes", MESSAGE_NAME_MAX);
    if (!bus_stream_seek(&by_bus, o, e))
        return false;
    if (by_bus.bus != NULL)
        return send_by_bus(&by_bus, o, words[0], s.path, s.name);
    if (!client_open(&s.client, o, words[0], &events, e))
        return false;
    bool ok = file_source_open(&s.source, &s.client.loop, &s.client.shared.chunks, s.path, e);
    if (ok) {
        s.source.read = on_read;
        s.source.owner = &s;
        ok = client_run(&s.client);
        if (s.source.busy && s.source.is_stream)
            leave_stuck_read(&s, ok);
    }
    client_close(&s.client);
    if (s.source.fd >= 0)
        file_source_close(&s.source);
    return ok;
}
