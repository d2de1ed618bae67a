/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a session's streams: where each is, which queues it stands in, when it is free. */
#include "dsoftbus/streams_internal.h"

#include <string.h>

enum dsb_status dsb_streams_init(struct dsb_streams *streams,
                                 const struct dsb_streams_config *config,
                                 const struct dsb_streams_memory *memory)
{
    size_t count = DSB_STREAMS_COUNT(config);
    size_t stream_len = (size_t)config->window + config->send_cap;

    if (config->window == 0 || config->peer_window == 0 || config->send_cap == 0 ||
        count > DSB_STREAMS_COUNT_MAX ||
        (count != 0 && (memory->streams == NULL || memory->bytes == NULL)) ||
        (config->streams_max != 0 && memory->refused == NULL))
        return DSB_INVALID;
    *streams = (struct dsb_streams){.config = *config,
                                    .streams = memory->streams,
                                    .refused = memory->refused,
                                    .count = count,
                                    .next_id = config->is_initiator ? 1 : 2};
    for (size_t i = 0; i < count; i++) {
        struct dsb_stream *stream = &memory->streams[i];
        uint8_t *bytes = memory->bytes + i * stream_len;

        *stream = (struct dsb_stream){.state = DSB_STREAM_FREE};
        dsb_byte_ring_init(&stream->in, bytes, config->window);
        dsb_byte_ring_init(&stream->out, bytes + config->window, config->send_cap);
    }
    return DSB_OK;
}

/* Records come in runs for one stream, so the search begins where the last one ended. */
struct dsb_stream *dsb_streams_find(struct dsb_streams *streams, uint32_t id)
{
    if (streams->own_count + streams->peer_count == 0)
        return NULL;
    for (size_t i = 0; i < streams->count; i++) {
        size_t at = streams->hint;

        if (streams->streams[at].id == id && streams->streams[at].state != DSB_STREAM_FREE)
            return &streams->streams[at];
        streams->hint = at + 1 < streams->count ? at + 1 : 0;
    }
    return NULL;
}

bool dsb_streams_is_own_id(const struct dsb_streams *streams, uint32_t id)
{
    return id % 2 == (streams->config.is_initiator ? 1 : 0);
}

struct dsb_stream *dsb_streams_claim(struct dsb_streams *streams, uint32_t id,
                                     enum dsb_stream_state state, const void *service,
                                     size_t service_len)
{
    struct dsb_stream *stream = streams->streams;

    for (size_t i = 0; i < streams->count; i++, stream++) {
        if (stream->state == DSB_STREAM_FREE) {
            stream->id = id;
            stream->send_credit = streams->config.peer_window;
            stream->recv_credit = streams->config.window;
            memcpy(stream->service, service, service_len);
            stream->service_len = (uint8_t)service_len;
            dsb_streams_become(streams, stream, state);
            return stream;
        }
    }
    return NULL;
}

void dsb_streams_become(struct dsb_streams *streams, struct dsb_stream *stream,
                        enum dsb_stream_state state)
{
    if (stream->state == DSB_STREAM_FREE) {
        *(dsb_streams_is_own_id(streams, stream->id) ? &streams->own_count
                                                     : &streams->peer_count) += 1;
    }
    stream->state = (uint8_t)state;
    if (state == DSB_STREAM_RESETTING || state == DSB_STREAM_OVER)
        dsb_byte_ring_clear(&stream->out); /* nothing of it may leave any more */
    dsb_streams_wake(streams, stream);
}

void dsb_streams_was_reset(struct dsb_streams *streams, struct dsb_stream *stream, uint16_t code)
{
    stream->is_reset = true;
    stream->reset_code = code;
    dsb_streams_become(streams, stream, DSB_STREAM_OVER);
    /* A stream that the application never heard of goes as it came, unless it is whole. */
    stream->let_go = stream->let_go || (!stream->is_known && !stream->fin_received);
    dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_RESET);
    dsb_streams_settle(streams, stream);
}

static void release(struct dsb_streams *streams, struct dsb_stream *stream)
{
    bool is_own = dsb_streams_is_own_id(streams, stream->id);
    struct dsb_byte_ring in = stream->in, out = stream->out;

    for (unsigned queue = 0; queue < DSB_STREAM_QUEUE_COUNT; queue++)
        dsb_streams_dequeue(streams, (enum dsb_stream_queue)queue, stream);
    *(is_own ? &streams->own_count : &streams->peer_count) -= 1;
    *stream = (struct dsb_stream){.state = DSB_STREAM_FREE, .in = in, .out = out};
    dsb_byte_ring_clear(&stream->in);
    dsb_byte_ring_clear(&stream->out);
    streams->has_room = streams->has_room || (is_own && streams->wants_stream);
}

void dsb_streams_settle(struct dsb_streams *streams, struct dsb_stream *stream)
{
    if (!stream->let_go || stream->state == DSB_STREAM_RESETTING)
        return;
    if (stream->state == DSB_STREAM_OVER || (stream->fin_sent && stream->fin_received)) {
        release(streams, stream);
    } else if (stream->fin_sent) {
        stream->reset_code = DSB_RESET_GONE;
        dsb_streams_become(streams, stream, DSB_STREAM_RESETTING);
    }
}

void dsb_streams_wake(struct dsb_streams *streams, struct dsb_stream *stream)
{
    if (dsb_stream_has_control(streams, stream))
        dsb_streams_enqueue(streams, DSB_STREAM_QUEUE_CONTROL, stream);
    if (dsb_stream_has_data(stream))
        dsb_streams_enqueue(streams, DSB_STREAM_QUEUE_DATA, stream);
}

void dsb_streams_tell(struct dsb_streams *streams, struct dsb_stream *stream,
                      enum dsb_stream_event_type type)
{
    if (!stream->let_go) {
        stream->told |= (uint8_t)type;
        dsb_streams_enqueue(streams, DSB_STREAM_QUEUE_EVENT, stream);
    }
}

/* Queues: lists of indices, first in, first out; a stream stands in each at most once. */

static struct dsb_stream *at(const struct dsb_streams *streams, uint16_t index1)
{
    return index1 == 0 ? NULL : &streams->streams[index1 - 1];
}

struct dsb_stream *dsb_streams_first(const struct dsb_streams *streams, enum dsb_stream_queue queue)
{
    return at(streams, streams->first[queue]);
}

void dsb_streams_enqueue(struct dsb_streams *streams, enum dsb_stream_queue queue,
                         struct dsb_stream *stream)
{
    uint16_t index1 = (uint16_t)(stream - streams->streams + 1);
    struct dsb_stream *last = at(streams, streams->last[queue]);

    if (stream->queued[queue])
        return;
    stream->queued[queue] = true;
    stream->next[queue] = 0;
    *(last == NULL ? &streams->first[queue] : &last->next[queue]) = index1;
    streams->last[queue] = index1;
}

/* Mostly the first is taken off. Another one is looked for: only when a stream is freed. */
void dsb_streams_dequeue(struct dsb_streams *streams, enum dsb_stream_queue queue,
                         struct dsb_stream *stream)
{
    struct dsb_stream *before = NULL;
    struct dsb_stream *each = dsb_streams_first(streams, queue);

    if (!stream->queued[queue])
        return;
    while (each != stream) {
        before = each;
        each = at(streams, each->next[queue]);
    }
    *(before == NULL ? &streams->first[queue] : &before->next[queue]) = stream->next[queue];
    if (stream->next[queue] == 0)
        streams->last[queue] = before == NULL ? 0 : (uint16_t)(before - streams->streams + 1);
    stream->queued[queue] = false;
    stream->next[queue] = 0;
}

size_t dsb_streams_own_count(const struct dsb_streams *streams)
{
    return streams->own_count;
}

size_t dsb_streams_peer_count(const struct dsb_streams *streams)
{
    return streams->peer_count;
}
