/* SPDX-License-Identifier: Apache-2.0 */
/* Offers and files. What cannot be taken is refused with a reason; what is no message at all ends
 * the session. */
#include "node/engine/inbound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A file under way, or an answer that waits for room: conn->work points here. */
struct inbound {
    struct inbound_host *host;
    struct conn *conn;
    struct file_sink *sink; /* NULL: nothing under way */
    uint64_t total_len;     /* MESSAGE_LENGTH_UNKNOWN until DONE for a pipe */
    uint64_t received_len;
    bool done; /* DONE came */
    size_t answer_len;
    uint8_t answer[MESSAGE_CONTROL_MAX];
    char name[MESSAGE_NAME_MAX + 1];
    char kept[MESSAGE_NAME_MAX + 1];
};

static void send_answer(struct inbound *in)
{
    if (in->answer_len > 0 && conn_send(in->conn, in->answer, in->answer_len) != DSB_WOULD_BLOCK)
        in->answer_len = 0;
}

static void answer(struct inbound *in, const struct message *m)
{
    in->answer_len = message_encode(in->answer, m);
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

static void on_room(void *owner)
{
    struct inbound *in = owner;
    conn_resume(in->conn);
}

static enum message_refusal refusal_of(int system_error)
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
        refuse(in, refusal_of(system_error));
    conn_resume(in->conn);
    stop(in, system_error == 0 ? INBOUND_STORED : INBOUND_STORAGE, system_error);
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
    in->done = false;
    int fault = file_sink_open(&in->sink, in->host->loop, &in->conn->shared->chunks, place.path,
                               place.existing, &events, in);
    if (fault == 0) {
        answer(in, &ready);
        return;
    }
    in->sink = NULL;
    refuse(in, refusal_of(fault));
    in->host->ended(in->host, in->conn, in->name, in->kept, 0, INBOUND_STORAGE, fault);
}

static enum conn_take on_bytes(struct inbound *in, struct chunk *chunk, const struct message *m)
{
    if (in->sink == NULL)
        return CONN_TAKEN; /* on the way when the transfer was refused */
    if (in->done || in->total_len - in->received_len < m->bytes_len) {
        refuse(in, REFUSAL_LENGTH);
        stop(in, INBOUND_LENGTH, 0);
        return CONN_TAKEN;
    }
    if (!file_sink_write(in->sink, chunk, m->bytes, m->bytes_len))
        return CONN_LATER;
    in->received_len += m->bytes_len;
    if (in->host->progress != NULL)
        in->host->progress(in->host, in->conn, in->received_len, in->total_len);
    return CONN_TAKEN;
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

/* The connection's state here, made when the first message of a transfer comes. */
static struct inbound *inbound_of(struct inbound_host *host, struct conn *c)
{
    if (c->work == NULL) {
        struct inbound *in = calloc(1, sizeof *in);
        if (in == NULL)
            abort();
        in->host = host;
        in->conn = c;
        c->work = in;
    }
    return c->work;
}

enum conn_take inbound_data(struct inbound_host *host, struct conn *c, struct chunk *chunk,
                            const uint8_t *body, size_t body_len)
{
    struct message m;
    bool understood = message_decode(&m, body, body_len);
    if (understood && m.kind == MESSAGE_ECHO) {
        enum dsb_status status = conn_send(c, body, body_len);
        if (status == DSB_WOULD_BLOCK)
            return CONN_LATER;
        if (status == DSB_TOO_LARGE)
            conn_finish(c);
        return CONN_TAKEN;
    }
    if (understood && m.kind == MESSAGE_PUT) {
        on_put(inbound_of(host, c), &m);
        return CONN_TAKEN;
    }
    if (understood && m.kind == MESSAGE_BYTES && c->work != NULL)
        return on_bytes(c->work, chunk, &m);
    if (understood && m.kind == MESSAGE_DONE && c->work != NULL) {
        on_done(c->work, &m);
        return CONN_TAKEN;
    }
    conn_finish(c); /* not our language: nothing more is said or heard */
    return CONN_TAKEN;
}

void inbound_drained(struct conn *c)
{
    if (c->work != NULL)
        send_answer(c->work);
    if (c->held != NULL)
        conn_resume(c);
}

void inbound_hung_up(struct conn *c)
{
    struct inbound *in = c->work;
    /* A sender that goes before it was told STORED gave up: its file cannot become complete. */
    if (in != NULL && in->sink != NULL)
        stop(in, INBOUND_TRUNCATED, 0);
    conn_resume(c);
}

void inbound_stop(struct conn *c)
{
    struct inbound *in = c->work;
    if (in == NULL)
        return;
    if (in->sink != NULL)
        stop(in, INBOUND_TRUNCATED, 0);
    c->work = NULL;
    free(in);
}
