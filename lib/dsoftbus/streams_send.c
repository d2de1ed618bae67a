/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this side has to say. Records that are owed come first: each answers one of the peer's or of
 * the application's, so they cannot keep bytes back for ever. Then the streams take turns, one
 * BYTES record each; what does not fit waits at the head of its queue and is not passed by.
 */
#include "dsoftbus/streams_internal.h"

uint32_t dsb_stream_owed(const struct dsb_streams *streams, const struct dsb_stream *stream)
{
    return streams->config.window - stream->recv_credit - stream->in.len;
}

/*
 * Credit is given in pieces of half a window: smaller ones would be many records, larger ones would
 * let the peer stand still. Also when nobody reads any more: two applications that both wrote and
 * let go would otherwise wait for each other's credit for ever.
 */
static bool is_credit_due(const struct dsb_streams *streams, const struct dsb_stream *stream)
{
    uint32_t half = streams->config.window / 2 + streams->config.window % 2;

    return stream->state == DSB_STREAM_OPEN && !stream->fin_received &&
           dsb_stream_owed(streams, stream) >= half;
}

bool dsb_stream_has_control(const struct dsb_streams *streams, const struct dsb_stream *stream)
{
    return stream->state == DSB_STREAM_OPENING || stream->state == DSB_STREAM_ACCEPTED ||
           stream->state == DSB_STREAM_RESETTING || is_credit_due(streams, stream);
}

bool dsb_stream_has_data(const struct dsb_stream *stream)
{
    if (stream->state != DSB_STREAM_ASKED && stream->state != DSB_STREAM_OPEN)
        return false;
    return stream->out.len != 0 ? stream->send_credit != 0 : stream->finished && !stream->fin_sent;
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Writes a record whole, if it fits. */
static size_t put(const struct dsb_stream_record *record, enum dsb_record_type *type, uint8_t *body,
                  size_t body_cap)
{
    size_t len = dsb_stream_record_len(record);

    if (len > body_cap)
        return 0;
    dsb_stream_record_write(record, body);
    *type = record->type;
    return len;
}

static size_t put_refused(struct dsb_streams *streams, enum dsb_record_type *type, uint8_t *body,
                          size_t body_cap)
{
    const struct dsb_stream_record record = {.type = DSB_RECORD_RESET,
                                             .id = streams->refused[streams->refused_count - 1],
                                             .code = DSB_RESET_BUSY};
    size_t len = put(&record, type, body, body_cap);

    streams->refused_count -= len != 0;
    return len;
}

/* What the stream owes, as a record. */
static struct dsb_stream_record control_of(const struct dsb_streams *streams,
                                           const struct dsb_stream *stream)
{
    struct dsb_stream_record record = {.id = stream->id};

    switch ((enum dsb_stream_state)stream->state) {
    case DSB_STREAM_OPENING:
        record.type = DSB_RECORD_OPEN;
        record.bytes = (const uint8_t *)stream->service;
        record.bytes_len = stream->service_len;
        break;
    case DSB_STREAM_RESETTING:
        record.type = DSB_RECORD_RESET;
        record.code = stream->reset_code;
        break;
    case DSB_STREAM_ACCEPTED:
        record.type = DSB_RECORD_OPENED;
        record.credit = stream->fin_received ? 0 : dsb_stream_owed(streams, stream);
        break;
    default:
        record.type = DSB_RECORD_CREDIT;
        record.credit = dsb_stream_owed(streams, stream);
        break;
    }
    return record;
}

static size_t put_control(struct dsb_streams *streams, struct dsb_stream *stream,
                          enum dsb_record_type *type, uint8_t *body, size_t body_cap)
{
    const struct dsb_stream_record record = control_of(streams, stream);
    size_t len = put(&record, type, body, body_cap);

    if (len == 0)
        return 0;
    stream->recv_credit += record.credit;
    dsb_streams_dequeue(streams, DSB_STREAM_QUEUE_CONTROL, stream);
    if (record.type == DSB_RECORD_RESET) {
        dsb_streams_become(streams, stream, DSB_STREAM_OVER);
        dsb_streams_settle(streams, stream);
    } else if (record.type != DSB_RECORD_CREDIT) {
        dsb_streams_become(streams, stream,
                           record.type == DSB_RECORD_OPEN ? DSB_STREAM_ASKED : DSB_STREAM_OPEN);
    }
    return len;
}

/* The application waits for room, and there is enough to be worth its while. */
static void tell_room(struct dsb_streams *streams, struct dsb_stream *stream)
{
    if (stream->wants_room && stream->out.len <= stream->out.cap / 2) {
        stream->wants_room = false;
        dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_WRITABLE);
    }
}

static size_t put_bytes(struct dsb_streams *streams, struct dsb_stream *stream,
                        enum dsb_record_type *type, uint8_t *body, size_t body_cap)
{
    struct dsb_stream_record record = {.type = DSB_RECORD_BYTES, .id = stream->id};
    size_t room_len = body_cap > DSB_STREAM_ID_LEN ? body_cap - DSB_STREAM_ID_LEN : 0;

    record.bytes_len = lesser(lesser(stream->out.len, stream->send_credit),
                              lesser(room_len, DSB_STREAM_BYTES_MAX));
    if (record.bytes_len == 0)
        return 0;
    size_t len = put(&record, type, body, body_cap);
    (void)dsb_byte_ring_get(&stream->out, body + DSB_STREAM_ID_LEN, record.bytes_len);
    stream->send_credit -= (uint32_t)record.bytes_len;
    tell_room(streams, stream);
    return len;
}

static size_t put_fin(struct dsb_stream *stream, enum dsb_record_type *type, uint8_t *body,
                      size_t body_cap)
{
    const struct dsb_stream_record record = {.type = DSB_RECORD_FIN, .id = stream->id};
    size_t len = put(&record, type, body, body_cap);

    stream->fin_sent = len != 0;
    return len;
}

static size_t put_data(struct dsb_streams *streams, struct dsb_stream *stream,
                       enum dsb_record_type *type, uint8_t *body, size_t body_cap)
{
    size_t len = stream->out.len != 0 ? put_bytes(streams, stream, type, body, body_cap)
                                      : put_fin(stream, type, body, body_cap);

    if (len != 0) {
        dsb_streams_dequeue(streams, DSB_STREAM_QUEUE_DATA, stream);
        dsb_streams_wake(streams, stream); /* behind the others */
        dsb_streams_settle(streams, stream);
    }
    return len;
}

static bool has(const struct dsb_streams *streams, enum dsb_stream_queue queue,
                const struct dsb_stream *stream)
{
    return queue == DSB_STREAM_QUEUE_CONTROL ? dsb_stream_has_control(streams, stream)
                                             : dsb_stream_has_data(stream);
}

/* A queue's first stream that really has something: what it had may be gone since. */
static struct dsb_stream *first_with(struct dsb_streams *streams, enum dsb_stream_queue queue)
{
    struct dsb_stream *stream = dsb_streams_first(streams, queue);

    while (stream != NULL && !has(streams, queue, stream)) {
        dsb_streams_dequeue(streams, queue, stream);
        stream = dsb_streams_first(streams, queue);
    }
    return stream;
}

size_t dsb_streams_next_record(struct dsb_streams *streams, enum dsb_record_type *type,
                               uint8_t *body, size_t body_cap)
{
    if (streams->is_over)
        return 0;
    if (streams->refused_count != 0)
        return put_refused(streams, type, body, body_cap);
    struct dsb_stream *stream = first_with(streams, DSB_STREAM_QUEUE_CONTROL);
    if (stream != NULL)
        return put_control(streams, stream, type, body, body_cap);
    stream = first_with(streams, DSB_STREAM_QUEUE_DATA);
    return stream == NULL ? 0 : put_data(streams, stream, type, body, body_cap);
}

bool dsb_streams_wants_output(struct dsb_streams *streams)
{
    return !streams->is_over &&
           (streams->refused_count != 0 || first_with(streams, DSB_STREAM_QUEUE_CONTROL) != NULL ||
            first_with(streams, DSB_STREAM_QUEUE_DATA) != NULL);
}
