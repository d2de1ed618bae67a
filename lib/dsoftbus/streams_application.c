/* SPDX-License-Identifier: Apache-2.0 */
/* The application's side of the streams: opening, answering, bytes, ends, events. */
#include "dsoftbus/streams_internal.h"

#include <string.h>

/* The stream that the application means; NULL when it has none with this id (any more). */
static struct dsb_stream *of_application(struct dsb_streams *streams, uint32_t id)
{
    struct dsb_stream *stream = dsb_streams_find(streams, id);

    return stream != NULL && stream->is_known && !stream->let_go ? stream : NULL;
}

/* Opening and answering */

enum dsb_status dsb_streams_open(struct dsb_streams *streams, const void *service,
                                 size_t service_len, uint32_t *id)
{
    const struct dsb_streams_config *config = &streams->config;

    if (!dsb_service_name_is_valid(service, service_len))
        return DSB_INVALID;
    if (streams->is_over || streams->next_id == 0 || config->own_max == 0 ||
        config->peer_streams_max == 0)
        return DSB_WRONG_STATE;
    if (streams->own_count >= config->own_max || streams->own_count >= config->peer_streams_max) {
        streams->wants_stream = true;
        return DSB_WOULD_BLOCK;
    }
    struct dsb_stream *stream =
        dsb_streams_claim(streams, streams->next_id, DSB_STREAM_OPENING, service, service_len);
    stream->is_known = true;
    *id = stream->id;
    streams->next_id = stream->id > UINT32_MAX - 2 ? 0 : stream->id + 2;
    return DSB_OK;
}

/* The peer wrote all of it, did not wait for an answer, and can be given none any more. */
static bool is_left(const struct dsb_streams *streams, const struct dsb_stream *stream)
{
    return !dsb_streams_is_own_id(streams, stream->id) && !stream->answered && stream->is_reset &&
           stream->fin_received;
}

enum dsb_status dsb_streams_accept(struct dsb_streams *streams, uint32_t id)
{
    struct dsb_stream *stream = of_application(streams, id);

    if (stream == NULL || !(stream->state == DSB_STREAM_INCOMING || is_left(streams, stream)))
        return DSB_WRONG_STATE;
    stream->answered = true;
    if (stream->state == DSB_STREAM_INCOMING)
        dsb_streams_become(streams, stream, DSB_STREAM_ACCEPTED);
    if (stream->in.len != 0 || stream->fin_received)
        dsb_streams_tell(streams, stream, DSB_STREAM_EVENT_READABLE);
    return DSB_OK;
}

enum dsb_status dsb_streams_refuse(struct dsb_streams *streams, uint32_t id,
                                   enum dsb_reset_code code)
{
    struct dsb_stream *stream = of_application(streams, id);

    if (code == DSB_RESET_NONE)
        return DSB_INVALID;
    if (stream == NULL || stream->state != DSB_STREAM_INCOMING)
        return DSB_WRONG_STATE;
    enum dsb_status status = dsb_streams_reset(streams, id, code);
    return status == DSB_OK ? dsb_streams_let_go(streams, id) : status;
}

/* Writing */

/* Whether the application may write to the stream: OK, WAS_RESET or WRONG_STATE. */
static enum dsb_status may_write(const struct dsb_stream *stream)
{
    if (stream != NULL && stream->is_reset)
        return DSB_WAS_RESET;
    if (stream == NULL || stream->finished)
        return DSB_WRONG_STATE;
    return stream->state == DSB_STREAM_INCOMING || stream->state == DSB_STREAM_RESETTING ||
                   stream->state == DSB_STREAM_OVER
               ? DSB_WRONG_STATE
               : DSB_OK;
}

enum dsb_status dsb_streams_write(struct dsb_streams *streams, uint32_t id, const uint8_t *bytes,
                                  size_t len, size_t *written_len)
{
    struct dsb_stream *stream = of_application(streams, id);
    enum dsb_status status = may_write(stream);

    *written_len = 0;
    if (status != DSB_OK)
        return status;
    if (len == 0)
        return DSB_INVALID;
    *written_len = dsb_byte_ring_put(&stream->out, bytes, len);
    stream->wants_room = stream->wants_room || *written_len < len;
    dsb_streams_wake(streams, stream);
    return *written_len == 0 ? DSB_WOULD_BLOCK : DSB_OK;
}

enum dsb_status dsb_streams_room(struct dsb_streams *streams, uint32_t id, uint8_t **room,
                                 size_t *room_len)
{
    struct dsb_stream *stream = of_application(streams, id);
    enum dsb_status status = may_write(stream);

    *room = NULL;
    *room_len = 0;
    if (status != DSB_OK)
        return status;
    *room = dsb_byte_ring_room(&stream->out, room_len);
    stream->wants_room = stream->wants_room || *room_len == 0;
    return *room_len == 0 ? DSB_WOULD_BLOCK : DSB_OK;
}

enum dsb_status dsb_streams_wrote(struct dsb_streams *streams, uint32_t id, size_t len)
{
    uint8_t *room;
    size_t room_len;
    enum dsb_status status = dsb_streams_room(streams, id, &room, &room_len);

    if (status != DSB_OK)
        return status;
    if (len > room_len)
        return DSB_INVALID;
    struct dsb_stream *stream = dsb_streams_find(streams, id);
    dsb_byte_ring_added(&stream->out, len);
    dsb_streams_wake(streams, stream);
    return DSB_OK;
}

/* Reading */

/* Whether there is something to read, or why there will not be. */
static enum dsb_status may_read(const struct dsb_stream *stream)
{
    if (stream == NULL || stream->state == DSB_STREAM_INCOMING ||
        stream->state == DSB_STREAM_RESETTING ||
        (stream->state == DSB_STREAM_OVER && !stream->is_reset))
        return DSB_WRONG_STATE;
    if (stream->in.len != 0)
        return DSB_OK;
    if (stream->fin_received)
        return DSB_ENDED;
    return stream->is_reset ? DSB_WAS_RESET : DSB_WOULD_BLOCK;
}

enum dsb_status dsb_streams_read(struct dsb_streams *streams, uint32_t id, uint8_t *bytes,
                                 size_t cap, size_t *read_len)
{
    struct dsb_stream *stream = of_application(streams, id);
    enum dsb_status status = may_read(stream);

    *read_len = 0;
    if (status != DSB_OK)
        return status;
    if (cap == 0)
        return DSB_INVALID;
    *read_len = dsb_byte_ring_get(&stream->in, bytes, cap);
    dsb_streams_wake(streams, stream);
    return DSB_OK;
}

enum dsb_status dsb_streams_front(struct dsb_streams *streams, uint32_t id, const uint8_t **bytes,
                                  size_t *len)
{
    struct dsb_stream *stream = of_application(streams, id);
    enum dsb_status status = may_read(stream);

    *bytes = NULL;
    *len = 0;
    if (status == DSB_OK)
        *bytes = dsb_byte_ring_front(&stream->in, len);
    return status;
}

enum dsb_status dsb_streams_took(struct dsb_streams *streams, uint32_t id, size_t len)
{
    struct dsb_stream *stream = of_application(streams, id);
    enum dsb_status status = may_read(stream);

    if (status != DSB_OK)
        return status;
    if (len > stream->in.len)
        return DSB_INVALID;
    dsb_byte_ring_drop(&stream->in, len);
    dsb_streams_wake(streams, stream);
    return DSB_OK;
}

/* Ends */

enum dsb_status dsb_streams_finish(struct dsb_streams *streams, uint32_t id)
{
    struct dsb_stream *stream = of_application(streams, id);

    if (stream != NULL && stream->finished && !stream->is_reset)
        return DSB_OK;
    enum dsb_status status = may_write(stream);
    if (status == DSB_OK) {
        stream->finished = true;
        dsb_streams_wake(streams, stream);
    }
    return status;
}

/* Resets a stream that is not over; what nobody has sent or read yet is dropped. */
static void reset(struct dsb_streams *streams, struct dsb_stream *stream, uint16_t code)
{
    bool was_said = stream->state != DSB_STREAM_OPENING; /* an OPEN that never leaves needs none */

    stream->reset_code = code;
    stream->told = 0;
    dsb_byte_ring_clear(&stream->in);
    dsb_streams_become(streams, stream, was_said ? DSB_STREAM_RESETTING : DSB_STREAM_OVER);
}

enum dsb_status dsb_streams_reset(struct dsb_streams *streams, uint32_t id,
                                  enum dsb_reset_code code)
{
    struct dsb_stream *stream = of_application(streams, id);

    if (code == DSB_RESET_NONE)
        return DSB_INVALID;
    if (stream != NULL && stream->is_reset)
        return DSB_WAS_RESET;
    if (stream == NULL || stream->state == DSB_STREAM_RESETTING ||
        stream->state == DSB_STREAM_OVER || (stream->fin_sent && stream->fin_received))
        return DSB_WRONG_STATE;
    reset(streams, stream, (uint16_t)code);
    return DSB_OK;
}

enum dsb_status dsb_streams_let_go(struct dsb_streams *streams, uint32_t id)
{
    struct dsb_stream *stream = of_application(streams, id);

    if (stream == NULL)
        return DSB_WRONG_STATE;
    stream->let_go = true;
    stream->told = 0;
    dsb_byte_ring_clear(&stream->in);
    if (!stream->finished && stream->state != DSB_STREAM_RESETTING &&
        stream->state != DSB_STREAM_OVER)
        reset(streams, stream, DSB_RESET_CANCELLED);
    dsb_streams_wake(streams, stream);
    dsb_streams_settle(streams, stream);
    return DSB_OK;
}

/* What happened */

static struct dsb_stream_event event_of(const struct dsb_stream *stream,
                                        enum dsb_stream_event_type type)
{
    struct dsb_stream_event event = {.type = type, .id = stream->id};

    if (type == DSB_STREAM_EVENT_INCOMING) {
        event.service = stream->service;
        event.service_len = stream->service_len;
    }
    if (type == DSB_STREAM_EVENT_RESET)
        event.code = stream->reset_code;
    return event;
}

/* The streams take turns here too: one event each. */
struct dsb_stream_event dsb_streams_next_event(struct dsb_streams *streams)
{
    if (streams->has_room) {
        streams->has_room = false;
        streams->wants_stream = false;
        return (struct dsb_stream_event){.type = DSB_STREAM_EVENT_CAN_OPEN};
    }
    for (;;) {
        struct dsb_stream *stream = dsb_streams_first(streams, DSB_STREAM_QUEUE_EVENT);

        if (stream == NULL)
            return (struct dsb_stream_event){.type = DSB_STREAM_EVENT_NONE};
        unsigned lowest = stream->told & (~(unsigned)stream->told + 1);
        dsb_streams_dequeue(streams, DSB_STREAM_QUEUE_EVENT, stream);
        stream->told &= (uint8_t)~lowest;
        if (stream->told != 0)
            dsb_streams_enqueue(streams, DSB_STREAM_QUEUE_EVENT, stream);
        if (lowest != 0) {
            stream->is_known = true;
            return event_of(stream, (enum dsb_stream_event_type)lowest);
        }
    }
}

size_t dsb_streams_unsent(struct dsb_streams *streams, uint32_t id)
{
    const struct dsb_stream *stream = dsb_streams_find(streams, id);

    return stream == NULL ? 0 : stream->out.len;
}

size_t dsb_streams_unread(struct dsb_streams *streams, uint32_t id)
{
    const struct dsb_stream *stream = dsb_streams_find(streams, id);

    return stream == NULL ? 0 : stream->in.len;
}

bool dsb_streams_is_finished(struct dsb_streams *streams, uint32_t id)
{
    const struct dsb_stream *stream = dsb_streams_find(streams, id);

    return stream != NULL && stream->fin_received;
}
