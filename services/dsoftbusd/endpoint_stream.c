/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications' streams:
 *
 *     a peer opens one to a service -> it waits, nameless; ACCEPT gives it its handle
 *     CONNECT -> it waits for a session with the device, if there is none; then it is open
 *
 * until CLOSE, RESET or the client's end. A stream whose session is over stays with its client, and
 * says so, until it is closed.
 */
#include "endpoint_stream.h"

#include "peers.h"
#include "rights.h"

#include <string.h>

static uint32_t order_next;

#define ANY_EVENT (BUS_EVENT_READ_MASK | BUS_EVENT_WRITE_MASK)

/* --- from sessions ---------------------------------------------------------------------------- */

static void join(struct bus_object *stream, struct served *served)
{
    stream->served = served;
    served->object = stream;
}

struct bus_object *stream_take_incoming(struct bus_object *publisher, struct served *served)
{
    struct bus_object *stream = endpoint_take(publisher->object.client, KIND_STREAM);

    if (stream == NULL)
        return NULL;
    join(stream, served);
    stream->publisher = publisher;
    stream->peer = served->session->peer;
    stream->order = order_next++;
    serve_happened(&publisher->object, BUS_EVENT_READ_MASK);
    return stream;
}

void stream_turn(struct served *served)
{
    struct bus_object *stream = served->object;
    serve_happened(&stream->object, ANY_EVENT);
}

static enum bus_reason reason_of(const struct served *served)
{
    return (enum bus_reason)served->reset_code;
}

void stream_gone(struct served *served)
{
    struct bus_object *stream = served->object;

    stream->reason = reason_of(served) != BUS_REASON_NONE ? reason_of(served) : BUS_REASON_GONE;
    stream->served = NULL;
    if (stream->publisher != NULL)
        serve_free(&stream->object); /* nobody has heard of it */
    else
        serve_happened(&stream->object, ANY_EVENT);
}

/* --- own streams ------------------------------------------------------------------------------ */

/* Who has the streams that applications opened, to the session. */
static const struct service own_streams = {.turn = stream_turn, .gone = stream_gone};

/* On the first of the device's sessions that has room. False: there is none. */
static bool open_own(struct bus_object *stream)
{
    struct session *session;
    struct served *served = NULL;

    for (size_t i = 0; served == NULL && (session = peers_session(&stream->peer, i)) != NULL; i++)
        served = session_connect(session, &own_streams, stream->name, stream->service_len);
    if (served == NULL)
        return false;
    join(stream, served);
    return true;
}

/* What it waited for has come, or never will. */
static void decide(struct bus_object *stream, enum bus_reason reason)
{
    stream->is_waiting = false;
    stream->reason = reason;
    serve_happened(&stream->object, ANY_EVENT);
}

/* The next of those that wait for the device, from *idx on. */
static struct bus_object *next_waiting(const struct dsb_device_id *device, size_t *idx)
{
    struct bus_object *stream;

    while ((stream = endpoint_object_at((*idx)++)) != NULL)
        if (stream->object.kind == KIND_STREAM && stream->is_waiting &&
            dsb_device_id_equal(&stream->peer, device))
            return stream;
    return NULL;
}

void stream_reached(const struct dsb_device_id *device)
{
    struct bus_object *stream;
    size_t idx = 0;

    while ((stream = next_waiting(device, &idx)) != NULL)
        decide(stream, open_own(stream) ? BUS_REASON_NONE : BUS_REASON_BUSY);
}

void stream_unreachable(const struct dsb_device_id *device, enum bus_reason reason)
{
    struct bus_object *stream;
    size_t idx = 0;

    while ((stream = next_waiting(device, &idx)) != NULL)
        decide(stream, reason);
}

/* The client's to this device; and whether it waits for another one. */
static size_t own_count(const struct serve_client *client, const struct dsb_device_id *device,
                        bool *waits_for_other)
{
    size_t count = 0;

    *waits_for_other = false;
    for (uint32_t i = 0; i < BUS_SHARE_MAX; i++) {
        const struct bus_object *stream = serve_share_at(client, i);
        if (stream->object.kind != KIND_STREAM || !stream->is_own)
            continue;
        if (dsb_device_id_equal(&stream->peer, device))
            count++;
        else
            *waits_for_other = *waits_for_other || stream->is_waiting;
    }
    return count;
}

/* A session is there, or will be; else nothing was done. */
static uint32_t begin_own(struct bus_object *stream, bool waits_for_other)
{
    stream->is_own = true;
    if (open_own(stream))
        return BUS_OK;
    if (peers_session(&stream->peer, 0) != NULL) {
        stream->reason = BUS_REASON_BUSY; /* the device takes no more */
        return BUS_OK;
    }
    stream->is_waiting = !waits_for_other && peers_dial(&stream->peer);
    return stream->is_waiting ? BUS_OK : BUS_NO_BUFFERS;
}

uint32_t stream_do_connect(struct serve_call *call)
{
    const struct bus_connect_request *request = call->request;
    const struct bus_name *device = &request->device, *service = &request->service;
    struct dsb_device_id id;
    bool waits_for_other;

    if (device->len > BUS_NAME_LEN_MAX || service->len > BUS_NAME_LEN_MAX ||
        dsb_device_id_set(&id, device->text, device->len) != DSB_OK ||
        !dsb_service_name_is_valid(service->text, service->len))
        return BUS_MALFORMED;
    if (!rights_may_connect(call->badge, &id, service->text, service->len))
        return BUS_NOT_ALLOWED;
    if (!peers_may_reach(&id))
        return BUS_NOT_TRUSTED;
    if (own_count(call->client, &id, &waits_for_other) == APP_DEVICE_STREAM_MAX)
        return BUS_NO_BUFFERS;
    struct bus_object *stream = endpoint_take(call->client, KIND_STREAM);
    if (stream == NULL)
        return BUS_NO_BUFFERS;
    stream->peer = id;
    stream->service_len = service->len;
    memcpy(stream->name, service->text, service->len);
    uint32_t status = begin_own(stream, waits_for_other);
    if (status != BUS_OK) {
        serve_free(&stream->object);
        return status;
    }
    return serve_give(call, &stream->object);
}

/* --- ends ------------------------------------------------------------------------------------- */

void stream_end(struct bus_object *stream, enum dsb_reset_code code)
{
    struct served *served = stream->served;

    if (served != NULL) {
        struct dsb_streams *streams = &served->session->streams;
        if (code != DSB_RESET_NONE) {
            enum dsb_status status = stream->publisher != NULL
                                         ? dsb_streams_refuse(streams, served->id, code)
                                         : dsb_streams_reset(streams, served->id, code);
            (void)status; /* over already */
        }
        served_let_go(served);
    }
    serve_free(&stream->object);
}

struct bus_object *stream_first_waiting(const struct bus_object *service)
{
    struct bus_object *first = NULL;

    for (uint32_t i = 0; i < BUS_SHARE_MAX; i++) {
        struct bus_object *stream = serve_share_at(service->object.client, i);
        if (stream->object.kind == KIND_STREAM && stream->publisher == service &&
            (first == NULL || (int32_t)(stream->order - first->order) < 0))
            first = stream;
    }
    return first;
}

/* --- operations ------------------------------------------------------------------------------- */

uint32_t stream_do_accept(struct serve_call *call)
{
    struct bus_object *service = call->object, *stream;
    struct bus_accept_reply *reply = call->reply;

    while ((stream = stream_first_waiting(service)) != NULL) {
        struct served *served = stream->served;
        if (dsb_streams_accept(&served->session->streams, served->id) == DSB_OK) {
            stream->publisher = NULL;
            served->session->wants_turn = true;
            reply->peer.len = stream->peer.len;
            memcpy(reply->peer.text, stream->peer.text, stream->peer.len);
            return serve_give(call, &stream->object);
        }
        stream_end(stream, DSB_RESET_NONE); /* the peer took it back */
    }
    return serve_would_block(&service->object, BUS_EVENT_READ_MASK);
}

/* There is no session under it. */
static uint32_t without_session(struct bus_object *stream, uint32_t event_mask)
{
    return stream->is_waiting ? serve_would_block(&stream->object, event_mask) : BUS_ENDED;
}

/* What the streams' answer means to the application. */
static uint32_t answer(struct bus_object *stream, enum dsb_status status, uint32_t event_mask)
{
    if (status == DSB_WOULD_BLOCK)
        return serve_would_block(&stream->object, event_mask);
    stream->served->session->wants_turn = true;
    return status == DSB_OK || status == DSB_ENDED ? BUS_OK : BUS_ENDED;
}

uint32_t stream_do_read(struct serve_call *call)
{
    const struct bus_read_request *request = call->request;
    struct bus_object *stream = call->object;
    struct bus_read_reply *reply = call->reply;
    size_t read_len = 0;

    if (request->capacity_len == 0 || request->capacity_len > BUS_STREAM_BYTES_MAX ||
        request->reserved != 0)
        return BUS_MALFORMED;
    if (stream->served == NULL)
        return without_session(stream, BUS_EVENT_READ_MASK);
    enum dsb_status status = dsb_streams_read(&stream->served->session->streams, stream->served->id,
                                              reply->data, request->capacity_len, &read_len);
    reply->head.value = (uint32_t)read_len;
    call->reply_len = sizeof reply->head + read_len;
    return answer(stream, status, BUS_EVENT_READ_MASK);
}

uint32_t stream_do_write(struct serve_call *call)
{
    const struct bus_write_request *request = call->request;
    struct bus_object *stream = call->object;
    struct serve_reply *reply = call->reply;
    size_t written_len = 0;

    if (stream->served == NULL)
        return without_session(stream, BUS_EVENT_WRITE_MASK);
    enum dsb_status status =
        dsb_streams_write(&stream->served->session->streams, stream->served->id, request->data,
                          call->request_len - sizeof request->head, &written_len);
    reply->value = (uint32_t)written_len;
    /* A part was taken: the rest's room is told of, as the streams tell it. */
    if (status == DSB_OK && written_len < call->request_len - sizeof request->head)
        (void)serve_would_block(&stream->object, BUS_EVENT_WRITE_MASK);
    return answer(stream, status, BUS_EVENT_WRITE_MASK);
}

uint32_t stream_do_finish(struct serve_call *call)
{
    struct bus_object *stream = call->object;

    if (stream->served == NULL)
        return without_session(stream, BUS_EVENT_WRITE_MASK);
    return answer(stream, dsb_streams_finish(&stream->served->session->streams, stream->served->id),
                  0);
}

uint32_t stream_do_reset(struct serve_call *call)
{
    const struct bus_reset_request *request = call->request;

    if (request->code < BUS_RESET_BUSY || request->code > BUS_RESET_PROTOCOL ||
        request->reserved != 0)
        return BUS_MALFORMED;
    stream_end(call->object, (enum dsb_reset_code)request->code);
    return BUS_OK;
}

uint32_t stream_do_reason(struct serve_call *call)
{
    const struct bus_object *stream = call->object;
    struct serve_reply *reply = call->reply;

    reply->value = stream->served != NULL ? reason_of(stream->served) : stream->reason;
    return BUS_OK;
}
