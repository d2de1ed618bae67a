/* SPDX-License-Identifier: Apache-2.0 */
/* Offers and files. What cannot be taken is refused with a reason; what is no message at all ends
 * the stream. */
#include "node/engine/inbound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One stream. It is gone before its connection is. */
struct inbound {
    struct inbound_host *host;
    struct conn *conn;
    struct stream *stream;
    struct file_sink *sink; /* NULL: nothing under way */
    struct message_reader reader;
    uint64_t total_len; /* MESSAGE_LENGTH_UNKNOWN until DONE for a pipe */
    uint64_t received_len;
    uint64_t length_max;
    bool offered; /* PUT came */
    bool done;    /* DONE came */
    bool ended;   /* the sender says no more */
    bool taking;  /* inside take */
    size_t answer_len;
    uint8_t answer[MESSAGE_FRAME_MAX]; /* what the stream had no room for */
    char name[MESSAGE_NAME_MAX + 1];
    char kept[MESSAGE_NAME_MAX + 1];
};

static void send_answer(struct inbound *in)
{
    size_t written_len;
    if (in->answer_len == 0)
        return;
    (void)!stream_write(in->stream, in->answer, in->answer_len, &written_len);
    in->answer_len -= written_len;
    memmove(in->answer, in->answer + written_len, in->answer_len);
}

/* A sender who does not read has its earlier answers still to come: this one is dropped. */
static void answer(struct inbound *in, const struct message *m)
{
    if (in->answer_len == 0)
        in->answer_len = message_write(in->answer, m);
    send_answer(in);
}

static void refuse(struct inbound *in, enum message_refusal why)
{
    const struct message m = {.kind = MESSAGE_REFUSED, .refusal = why};
    answer(in, &m);
}

/* The file is over, one way or the other. */
static void stop(struct inbound *in, enum inbound_outcome outcome, int system_error)
{
    struct file_sink *sink = in->sink;
    in->sink = NULL;
    in->host->stuck = in->host->stuck || file_sink_may_be_stuck(sink);
    file_sink_close(sink);
    in->host->ended(in->host, in->conn, in->name, in->kept, in->received_len, outcome,
                    system_error);
}

static void take(struct inbound *in);

static void on_room(void *owner)
{
    take(owner);
}

/* All is said on both sides: the stream may go. */
static void leave_if_over(struct inbound *in)
{
    if (!in->ended || in->sink != NULL || in->answer_len > 0)
        return;
    stream_finish(in->stream);
    stream_let_go(in->stream);
    free(in);
}

enum message_refusal inbound_refusal(int system_error)
{
    switch (system_error) {
    case EEXIST:
        return REFUSAL_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return REFUSAL_NO_SPACE;
    default:
        return REFUSAL_STORAGE;
    }
}

static void on_finished(void *owner, int system_error)
{
    struct inbound *in = owner;
    struct message stored = {.kind = MESSAGE_STORED, .length = in->received_len};
    strcpy(stored.name, in->kept);
    if (system_error == 0)
        answer(in, &stored);
    else
        refuse(in, inbound_refusal(system_error));
    stop(in, system_error == 0 ? INBOUND_STORED : INBOUND_STORAGE, system_error);
    if (!in->taking)
        take(in);
}

static void refuse_offer(struct inbound *in, const char *name, enum message_refusal why)
{
    refuse(in, why);
    if (in->host->refused != NULL)
        in->host->refused(in->host, in->conn, name, why);
}

static void on_put(struct inbound *in, const struct message *put)
{
    static const struct sink_events events = {.room = on_room, .finished = on_finished};
    const struct message ready = {.kind = MESSAGE_READY};
    struct inbound_place place = {.path = ""};
    if (in->sink != NULL) {
        refuse_offer(in, put->name, REFUSAL_BUSY);
        return;
    }
    enum message_refusal why = in->host->choose(in->host, in->conn, put, &place);
    if (why != 0) {
        refuse_offer(in, put->name, why);
        return;
    }
    strcpy(in->name, put->name);
    strcpy(in->kept, place.kept);
    in->total_len = put->length;
    in->received_len = 0;
    in->length_max = place.is_bounded ? place.length_max : UINT64_MAX;
    in->done = false;
    int fault = file_sink_open(&in->sink, in->host->loop, &in->conn->shared->chunks, place.path,
                               place.existing, &events, in);
    if (fault == 0) {
        answer(in, &ready);
        return;
    }
    in->sink = NULL;
    refuse(in, inbound_refusal(fault));
    in->host->ended(in->host, in->conn, in->name, in->kept, 0, INBOUND_STORAGE, fault);
}

/* The sink has room: it was asked. */
static void on_bytes(struct inbound *in, const struct message *m)
{
    if (in->sink == NULL)
        return; /* on the way when the transfer was refused */
    if (in->done || in->total_len - in->received_len < m->bytes_len) {
        refuse(in, REFUSAL_LENGTH);
        stop(in, INBOUND_LENGTH, 0);
        return;
    }
    if (in->length_max - in->received_len < m->bytes_len) {
        refuse(in, REFUSAL_NO_SPACE);
        stop(in, INBOUND_TOO_LONG, 0);
        return;
    }
    struct chunk *chunk = chunk_take(&in->conn->shared->chunks);
    memcpy(chunk->bytes, m->bytes, m->bytes_len);
    file_sink_write(in->sink, chunk, chunk->bytes, m->bytes_len);
    chunk_unref(&in->conn->shared->chunks, chunk);
    in->received_len += m->bytes_len;
    if (in->host->progress != NULL)
        in->host->progress(in->host, in->conn, in->received_len, in->total_len);
}

static void on_done(struct inbound *in, const struct message *m)
{
    if (in->sink == NULL)
        return;
    bool announced = in->total_len == MESSAGE_LENGTH_UNKNOWN || in->total_len == m->length;
    if (in->done || m->length != in->received_len || !announced) {
        refuse(in, REFUSAL_LENGTH);
        stop(in, INBOUND_LENGTH, 0);
        return;
    }
    in->done = true;
    file_sink_complete(in->sink);
}

/* False when it is out of turn. */
static bool on_message(struct inbound *in, const struct message *m)
{
    if (m->kind == MESSAGE_PUT) {
        in->offered = true;
        on_put(in, m);
        return true;
    }
    if (m->kind == MESSAGE_BYTES && in->offered)
        on_bytes(in, m);
    else if (m->kind == MESSAGE_DONE && in->offered)
        on_done(in, m);
    else
        return false;
    return true;
}

/* Not our language: nothing more is said or heard on this stream. */
static void give_up(struct inbound *in, enum dsb_reset_code code)
{
    if (in->sink != NULL)
        stop(in, INBOUND_TRUNCATED, 0);
    stream_reset(in->stream, code);
    stream_let_go(in->stream);
    free(in);
}

/* The sender has finished. What is not complete by now does not become it. */
static void on_end(struct inbound *in)
{
    in->ended = true;
    if (in->sink != NULL && !in->done) {
        refuse(in, REFUSAL_LENGTH);
        stop(in, INBOUND_TRUNCATED, 0);
    }
    leave_if_over(in);
}

/* One message, or the piece of one that is here. False when it is none. */
static bool take_one(struct inbound *in, const uint8_t *bytes, size_t len)
{
    struct message m;
    size_t used_len;
    enum message_read read =
        message_read(&in->reader, bytes, len < CHUNK_LEN ? len : CHUNK_LEN, &used_len, &m);
    in->taking = true;
    bool good = read == MESSAGE_READ_MORE || (read == MESSAGE_READ_ONE && on_message(in, &m));
    in->taking = false;
    stream_took(in->stream, used_len);
    return good;
}

/* Reads as much as the file takes. */
static void take(struct inbound *in)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(in->stream, &bytes, &len)) == DSB_OK) {
        if (in->sink != NULL && !file_sink_has_room(in->sink))
            return; /* room comes */
        if (!take_one(in, bytes, len)) {
            give_up(in, DSB_RESET_PROTOCOL);
            return;
        }
    }
    if (status == DSB_ENDED)
        on_end(in);
}

static void on_readable(struct stream *s)
{
    take(s->owner);
}

static void on_writable(struct stream *s)
{
    struct inbound *in = s->owner;
    send_answer(in);
    leave_if_over(in);
}

/* A sender that goes before it was told STORED gave up: its file cannot become complete. */
static void on_reset(struct stream *s, uint16_t code)
{
    (void)code;
    give_up(s->owner, DSB_RESET_CANCELLED);
}

void inbound_serve(struct inbound_host *host, struct conn *c, uint32_t id)
{
    static const struct stream_events events = {
        .readable = on_readable, .writable = on_writable, .reset = on_reset};
    struct inbound *in = calloc(1, sizeof *in);
    if (in == NULL)
        abort();
    in->host = host;
    in->conn = c;
    in->stream = stream_attach(c->streams, id, &events, in);
    if (stream_accept(in->stream) != DSB_OK)
        give_up(in, DSB_RESET_GONE);
}
