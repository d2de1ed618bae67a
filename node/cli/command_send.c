/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus send: PUT, and when READY came the file's chunks, each read while the one before it is
 * on its way. */
#include "node/cli/command.h"
#include "node/cli/progress.h"
#include "node/engine/client.h"
#include "node/engine/file_source.h"
#include "node/engine/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum sender_state { SENDER_OFFERING, SENDER_SENDING, SENDER_WAITING };

/* One chunk is with the kernel while the next is read from the file. */
struct sender {
    struct client client; /* first: conn->owner is both */
    enum sender_state state;
    const char *path;
    const char *name;
    struct file_source source;
    struct chunk *ready; /* read and not sent yet */
    size_t ready_len;    /* bytes of the bodies in it */
    bool at_end;         /* the whole file was read */
    struct progress progress;
};

/* What comes after the command is settled (stored, failed, interrupted) changes nothing any more.
 */
static bool is_sending(const struct sender *s)
{
    return s->state == SENDER_SENDING && !s->client.settled;
}

static void read_more(struct sender *s)
{
    const struct conn *c = s->client.conn;
    file_source_read(&s->source, DSB_DATA_HEADROOM + 1, conn_body_max(c) - 1, conn_stride_len(c));
}

/* Sends what is ready, as far as the connection takes it; drained calls it again. */
static void push(struct sender *s)
{
    struct conn *c = s->client.conn;
    uint8_t body[MESSAGE_CONTROL_MAX];
    if (!is_sending(s))
        return;
    if (s->ready != NULL && conn_send_chunk(c, s->ready, s->ready_len) == DSB_OK) {
        s->ready = NULL;
        progress_update(&s->progress, s->source.read_len, uv_now(&s->client.loop));
        read_more(s);
    }
    if (!s->at_end || s->ready != NULL)
        return;
    const struct message done = {.kind = MESSAGE_DONE, .length = s->source.read_len};
    if (conn_send(c, body, message_encode(body, &done)) == DSB_OK)
        s->state = SENDER_WAITING;
}

static void on_read(struct file_source *source, struct chunk *chunk, ssize_t result)
{
    struct sender *s = source->owner;
    bool changed =
        source->length != SOURCE_LENGTH_UNKNOWN &&
        (result == 0 ? source->read_len != source->length : source->read_len > source->length);
    if (!is_sending(s) || result <= 0 || changed)
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
    if (result == 0) {
        s->at_end = true;
    } else {
        size_t piece_max = conn_body_max(s->client.conn) - 1;
        size_t piece_count = ((size_t)result + piece_max - 1) / piece_max;
        for (size_t i = 0; i < piece_count; i++)
            chunk->bytes[i * conn_stride_len(s->client.conn) + DSB_DATA_HEADROOM] = MESSAGE_BYTES;
        s->ready = chunk;
        s->ready_len = (size_t)result + piece_count;
    }
    push(s);
}

static void on_opened(struct conn *c)
{
    struct sender *s = c->owner;
    struct message put = {.kind = MESSAGE_PUT, .length = s->source.length};
    uint8_t body[MESSAGE_CONTROL_MAX];
    (void)snprintf(put.name, sizeof put.name, "%s", s->name);
    size_t body_len = message_encode(body, &put);
    if (conn_body_max(c) < MESSAGE_CONTROL_MAX) {
        client_fail(&s->client, EXIT_REFUSED,
                    "the peer takes messages of %zu bytes, and an offer of a file may have %d: "
                    "its recv_max must be 281 or more",
                    conn_body_max(c), MESSAGE_CONTROL_MAX);
    } else if (conn_send(c, body, body_len) != DSB_OK) {
        client_fail(&s->client, EXIT_BROKEN, "the session cannot carry the offer");
    }
}

static void on_stored(struct sender *s, const struct message *m)
{
    char size[16];
    char kept[MESSAGE_NAME_TEXT_SIZE];
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(&s->client, peer);
    if (s->state != SENDER_WAITING || m->length != s->source.read_len) {
        client_fail(&s->client, EXIT_BROKEN, "%s stored another length than was sent", peer);
        return;
    }
    progress_end(&s->progress);
    progress_format_bytes(m->length, size);
    message_name_text(kept, m->name);
    if (!s->client.options->quiet)
        (void)fprintf(stderr, "dsoftbus: %s stored by %s%s%s (%s)\n", s->path, peer,
                      m->name[0] != '\0' ? " as " : "", m->name[0] != '\0' ? kept : "", size);
    client_succeed(&s->client);
}

static enum conn_take on_data(struct conn *c, struct chunk *chunk, const uint8_t *body,
                              size_t body_len)
{
    struct sender *s = c->owner;
    struct message m;
    char peer[CLIENT_PEER_TEXT_SIZE];
    (void)chunk;
    if (s->client.settled)
        return CONN_TAKEN;
    client_peer_text(&s->client, peer);
    if (!message_decode(&m, body, body_len)) {
        client_fail(&s->client, EXIT_BROKEN, "%s does not speak the language of files", peer);
    } else if (m.kind == MESSAGE_READY && s->state == SENDER_OFFERING) {
        s->state = SENDER_SENDING;
        progress_start(&s->progress, s->path, s->source.length, s->client.options->quiet,
                       uv_now(&s->client.loop));
        read_more(s);
    } else if (m.kind == MESSAGE_STORED) {
        on_stored(s, &m);
    } else if (m.kind == MESSAGE_REFUSED) {
        bool of_name = m.refusal == REFUSAL_NAME || m.refusal == REFUSAL_EXISTS;
        client_fail(&s->client, EXIT_REFUSED, "%s refused the file: %s%s", peer,
                    message_refusal_text(m.refusal), of_name ? " (--name gives another)" : "");
    } else {
        client_fail(&s->client, EXIT_BROKEN, "%s answered out of turn", peer);
    }
    return CONN_TAKEN;
}

static void on_drained(struct conn *c)
{
    push(c->owner);
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
    static const struct conn_events events = {.opened = on_opened,
                                              .data = on_data,
                                              .drained = on_drained,
                                              .peer_closed = on_peer_closed,
                                              .ended = on_ended};
    struct sender s = {0};
    (void)word_count;
    s.path = words[1];
    s.name = name_of(o, words[1]);
    if (strlen(s.name) > MESSAGE_NAME_MAX)
        return error_set(e, EXIT_USAGE, "the name is longer than %d bytes", MESSAGE_NAME_MAX);
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
