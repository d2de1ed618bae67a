/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer's records. Each is judged before anything changes. What names a stream that is over, and
 * that the peer need not know to be over, is dropped: records of both sides cross.
 */
#include "dsoftbus/streams_internal.h"

/* The place of an id among those turned away; refused_count when it is not there. */
static size_t find_refused(const struct dsb_streams *streams, uint32_t id)
{
    size_t i = 0;

    while (i < streams->refused_count && streams->refused[i] != id)
        i++;
    return i;
}

static enum dsb_reason on_open(struct dsb_streams *streams, const struct dsb_stream_record *record)
{
    bool has_room = streams->peer_count < streams->config.streams_max;

    if (dsb_streams_is_own_id(streams, record->id) || record->id <= streams->peer_id)
        return DSB_REASON_STREAM_ID;
    if (!has_room && streams->refused_count == streams->config.streams_max)
        return DSB_REASON_STREAM_COUNT;
    streams->peer_id = record->id;
    if (!has_room) {
        streams->refused[streams->refused_count++] = record->id;
        return DSB_REASON_NONE;
    }
    struct dsb_stream *stream = dsb_streams_claim(streams, record->id, DSB_STREAM_INCOMING,
                                                  record->bytes, record->bytes_len);
    dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_INCOMING);
    return DSB_REASON_NONE;
}

/* No sum is made that could overflow: the peer chooses `more`. */
static enum dsb_reason add_credit(struct dsb_streams *streams, struct dsb_stream *stream,
                                  uint32_t more)
{
    if (more > UINT32_MAX - stream->send_credit)
        return DSB_REASON_STREAM_CREDIT;
    stream->send_credit += more;
    dsb_streams_wake(streams, stream);
    return DSB_REASON_NONE;
}

static enum dsb_reason on_opened(struct dsb_streams *streams, struct dsb_stream *stream,
                                 const struct dsb_stream_record *record)
{
    if (stream->state != DSB_STREAM_ASKED)
        return DSB_REASON_STREAM_STATE;
    enum dsb_reason reason = add_credit(streams, stream, record->credit);
    if (reason == DSB_REASON_NONE) {
        dsb_streams_become(streams, stream, DSB_STREAM_OPEN);
        dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_OPENED);
    }
    return reason;
}

/* Until the stream is accepted there is nothing to be read: accepting it tells then. */
static void tell_readable(struct dsb_streams *streams, struct dsb_stream *stream)
{
    if (stream->state != DSB_STREAM_INCOMING)
        dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_READABLE);
}

static enum dsb_reason on_bytes(struct dsb_streams *streams, struct dsb_stream *stream,
                                const struct dsb_stream_record *record)
{
    if (stream->state == DSB_STREAM_ASKED || stream->fin_received)
        return DSB_REASON_STREAM_STATE;
    if (record->bytes_len > stream->recv_credit)
        return DSB_REASON_STREAM_CREDIT;
    stream->recv_credit -= (uint32_t)record->bytes_len;
    if (!stream->let_go) {
        /* All of it fits: credit is never more than the free part of the window. */
        (void)dsb_byte_ring_put(&stream->in, record->bytes, record->bytes_len);
        tell_readable(streams, stream);
    }
    dsb_streams_wake(streams, stream); /* what nobody will read is given back as credit */
    return DSB_REASON_NONE;
}

static enum dsb_reason on_credit(struct dsb_streams *streams, struct dsb_stream *stream,
                                 const struct dsb_stream_record *record)
{
    if (stream->state == DSB_STREAM_ASKED)
        return DSB_REASON_STREAM_STATE;
    return add_credit(streams, stream, record->credit);
}

static enum dsb_reason on_fin(struct dsb_streams *streams, struct dsb_stream *stream,
                              const struct dsb_stream_record *record)
{
    (void)record;
    if (stream->state == DSB_STREAM_ASKED || stream->fin_received)
        return DSB_REASON_STREAM_STATE;
    stream->fin_received = true;
    tell_readable(streams, stream);
    dsb_streams_settle(streams, stream);
    return DSB_REASON_NONE;
}

static enum dsb_reason on_reset(struct dsb_streams *streams, struct dsb_stream *stream,
                                const struct dsb_stream_record *record)
{
    /* When both have finished it crossed our FIN: all that the peer wrote is here. */
    if (!(stream->fin_sent && stream->fin_received))
        dsb_streams_was_reset(streams, stream, record->code);
    return DSB_REASON_NONE;
}

/* A record for a stream that is not in use here. */
static enum dsb_reason on_former(struct dsb_streams *streams,
                                 const struct dsb_stream_record *record)
{
    bool is_own = dsb_streams_is_own_id(streams, record->id);
    bool was_given = streams->next_id == 0 || record->id < streams->next_id;

    if (record->id == 0 || (is_own ? !was_given : record->id > streams->peer_id))
        return DSB_REASON_STREAM_ID;
    size_t i = find_refused(streams, record->id);
    if (record->type == DSB_RECORD_RESET && i < streams->refused_count) {
        /* The peer gave it up itself: nothing is owed. */
        streams->refused[i] = streams->refused[--streams->refused_count];
    }
    return DSB_REASON_NONE;
}

static enum dsb_reason (*const handlers[])(struct dsb_streams *, struct dsb_stream *,
                                           const struct dsb_stream_record *) = {
    [DSB_RECORD_OPENED] = on_opened, [DSB_RECORD_BYTES] = on_bytes, [DSB_RECORD_CREDIT] = on_credit,
    [DSB_RECORD_FIN] = on_fin,       [DSB_RECORD_RESET] = on_reset,
};

/* A record for a stream that is. */
static enum dsb_reason on_stream(struct dsb_streams *streams, struct dsb_stream *stream,
                                 const struct dsb_stream_record *record)
{
    switch ((enum dsb_stream_state)stream->state) {
    case DSB_STREAM_OPENING:
        return DSB_REASON_STREAM_ID; /* the peer cannot know it yet */
    case DSB_STREAM_OVER:
        return DSB_REASON_NONE;
    case DSB_STREAM_RESETTING:
        if (record->type != DSB_RECORD_RESET)
            return DSB_REASON_NONE;
        /* Both reset it: ours needs not be said any more. The application knows. */
        dsb_streams_become(streams, stream, DSB_STREAM_OVER);
        dsb_streams_settle(streams, stream);
        return DSB_REASON_NONE;
    default:
        return handlers[record->type](streams, stream, record);
    }
}

enum dsb_reason dsb_streams_receive(struct dsb_streams *streams, enum dsb_record_type type,
                                    const uint8_t *body, size_t body_len)
{
    struct dsb_stream_record record;

    switch (dsb_stream_record_parse(&record, type, body, body_len)) {
    case DSB_RECORD_OK:
        break;
    case DSB_RECORD_BAD_BODY:
        return DSB_REASON_RECORD_BODY;
    default:
        return DSB_REASON_RECORD_TYPE;
    }
    if (streams->is_over)
        return DSB_REASON_NONE;
    if (type == DSB_RECORD_OPEN)
        return on_open(streams, &record);
    struct dsb_stream *stream = dsb_streams_find(streams, record.id);
    return stream == NULL ? on_former(streams, &record) : on_stream(streams, stream, &record);
}

void dsb_streams_end(struct dsb_streams *streams)
{
    streams->is_over = true;
    streams->refused_count = 0;
    for (size_t i = 0; i < streams->count; i++) {
        struct dsb_stream *stream = &streams->streams[i];

        if (stream->state == DSB_STREAM_RESETTING) {
            dsb_streams_become(streams, stream, DSB_STREAM_OVER);
            dsb_streams_settle(streams, stream);
        } else if (stream->state != DSB_STREAM_FREE && stream->state != DSB_STREAM_OVER &&
                   !(stream->fin_sent && stream->fin_received)) {
            dsb_streams_was_reset(streams, stream, DSB_RESET_GONE);
        }
    }
}
