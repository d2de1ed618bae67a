/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications' services and streams, as objects of their clients:
 *
 *     PUBLISH  -> a service; a peer opens it -> an object that waits, nameless
 *     ACCEPT   -> that object gets its handle: a stream, until CLOSE, RESET or the client's end
 *
 * A stream whose session is over stays with its client, and says so, until it is closed.
 */
#include "endpoint.h"

#include "proto/bus.h"
#include "rights.h"
#include "session.h"

#include <string.h>

enum kind { KIND_SERVICE = 1, KIND_STREAM = 2 };

struct bus_object {
    struct serve_object object;
    /* A service. */
    struct service service;
    char name[BUS_NAME_LEN_MAX];
    /* A stream. */
    const struct bus_object *publisher; /* while it waits for ACCEPT; else NULL */
    struct served *served;              /* NULL: the session is over */
    struct dsb_device_id peer;
    uint32_t order; /* of its coming */
};

static struct serve_client clients[BUS_CLIENT_MAX];
static struct bus_object objects[BUS_CLIENT_MAX * BUS_SHARE_MAX];
static uint32_t order_next;

/* --- from sessions ---------------------------------------------------------------------------- */

static struct bus_object *service_object(const struct service *service)
{
    return (struct bus_object *)((uintptr_t)service - offsetof(struct bus_object, service));
}

static enum dsb_reset_code stream_begin(const struct service *service, struct served *served)
{
    struct bus_object *publisher = service_object(service);
    struct bus_object *stream = serve_take(publisher->object.client, KIND_STREAM);

    if (stream == NULL)
        return DSB_RESET_BUSY;
    stream->publisher = publisher;
    stream->served = served;
    stream->peer = served->session->peer;
    stream->order = order_next++;
    served->object = stream;
    serve_happened(&publisher->object, BUS_EVENT_READ_MASK);
    return DSB_RESET_NONE;
}

static void stream_turn(struct served *served)
{
    struct bus_object *stream = served->object;
    serve_happened(&stream->object, BUS_EVENT_READ_MASK | BUS_EVENT_WRITE_MASK);
}

static void stream_gone(struct served *served)
{
    struct bus_object *stream = served->object;

    stream->served = NULL;
    if (stream->publisher != NULL)
        serve_free(&stream->object); /* nobody has heard of it */
    else
        serve_happened(&stream->object, BUS_EVENT_READ_MASK | BUS_EVENT_WRITE_MASK);
}

/* --- ends ------------------------------------------------------------------------------------- */

/* The application lets its stream go; a code resets it first, unless it is over already. */
static void end_stream(struct bus_object *stream, enum dsb_reset_code code)
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

/* The one of the service's that came first; NULL when none waits. */
static struct bus_object *first_waiting(const struct bus_object *service)
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

/* Nobody takes the streams that wait for it any more. */
static void end_service(struct bus_object *service)
{
    struct bus_object *stream;

    while ((stream = first_waiting(service)) != NULL)
        end_stream(stream, DSB_RESET_GONE);
    service_remove(&service->service);
    serve_free(&service->object);
}

static void end(void *object)
{
    struct bus_object *ended = object;

    if (ended->object.kind == KIND_SERVICE)
        end_service(ended);
    else
        end_stream(ended, DSB_RESET_GONE);
}

/* --- operations ------------------------------------------------------------------------------- */

static uint32_t do_publish(struct serve_call *call)
{
    const struct bus_publish_request *request = call->request;
    const struct bus_name *name = &request->service;

    if (name->len > BUS_NAME_LEN_MAX || !dsb_service_name_is_valid(name->text, name->len) ||
        (request->flags & ~BUS_PUBLISH_TO_ALL) != 0)
        return BUS_MALFORMED;
    if (!rights_may_publish(call->badge, name->text, name->len))
        return BUS_NOT_ALLOWED;
    if (service_find(name->text, name->len) != NULL)
        return BUS_EXISTS;
    struct bus_object *object = serve_take(call->client, KIND_SERVICE);
    if (object == NULL)
        return BUS_NO_BUFFERS;
    memcpy(object->name, name->text, sizeof object->name);
    object->service = (struct service){.name = object->name,
                                       .name_len = name->len,
                                       .offered_to_all = request->flags & BUS_PUBLISH_TO_ALL,
                                       .begin = stream_begin,
                                       .turn = stream_turn,
                                       .gone = stream_gone};
    if (!service_add(&object->service)) {
        serve_free(&object->object);
        return BUS_NO_BUFFERS;
    }
    return serve_give(call, &object->object);
}

static uint32_t do_accept(struct serve_call *call)
{
    struct bus_object *service = call->object, *stream;
    struct bus_accept_reply *reply = call->reply;

    while ((stream = first_waiting(service)) != NULL) {
        struct served *served = stream->served;
        if (dsb_streams_accept(&served->session->streams, served->id) == DSB_OK) {
            stream->publisher = NULL;
            served->session->wants_turn = true;
            reply->peer.len = stream->peer.len;
            memcpy(reply->peer.text, stream->peer.text, stream->peer.len);
            return serve_give(call, &stream->object);
        }
        end_stream(stream, DSB_RESET_NONE); /* the peer took it back */
    }
    return serve_would_block(&service->object, BUS_EVENT_READ_MASK);
}

/* What the streams' answer means to the application. */
static uint32_t answer(struct bus_object *stream, enum dsb_status status, uint32_t event_mask)
{
    if (status == DSB_WOULD_BLOCK)
        return serve_would_block(&stream->object, event_mask);
    stream->served->session->wants_turn = true;
    return status == DSB_OK || status == DSB_ENDED ? BUS_OK : BUS_ENDED;
}

static uint32_t do_read(struct serve_call *call)
{
    const struct bus_read_request *request = call->request;
    struct bus_object *stream = call->object;
    struct bus_read_reply *reply = call->reply;
    size_t read_len = 0;

    if (request->capacity_len == 0 || request->capacity_len > BUS_STREAM_BYTES_MAX ||
        request->reserved != 0)
        return BUS_MALFORMED;
    if (stream->served == NULL)
        return BUS_ENDED;
    enum dsb_status status = dsb_streams_read(&stream->served->session->streams, stream->served->id,
                                              reply->data, request->capacity_len, &read_len);
    reply->head.value = (uint32_t)read_len;
    call->reply_len = sizeof reply->head + read_len;
    return answer(stream, status, BUS_EVENT_READ_MASK);
}

static uint32_t do_write(struct serve_call *call)
{
    const struct bus_write_request *request = call->request;
    struct bus_object *stream = call->object;
    struct serve_reply *reply = call->reply;
    size_t written_len = 0;

    if (stream->served == NULL)
        return BUS_ENDED;
    enum dsb_status status =
        dsb_streams_write(&stream->served->session->streams, stream->served->id, request->data,
                          call->request_len - sizeof request->head, &written_len);
    reply->value = (uint32_t)written_len;
    /* A part was taken: the rest's room is told of, as the streams tell it. */
    if (status == DSB_OK && written_len < call->request_len - sizeof request->head)
        (void)serve_would_block(&stream->object, BUS_EVENT_WRITE_MASK);
    return answer(stream, status, BUS_EVENT_WRITE_MASK);
}

static uint32_t do_finish(struct serve_call *call)
{
    struct bus_object *stream = call->object;

    if (stream->served == NULL)
        return BUS_ENDED;
    return answer(stream, dsb_streams_finish(&stream->served->session->streams, stream->served->id),
                  0);
}

static uint32_t do_reset(struct serve_call *call)
{
    const struct bus_reset_request *request = call->request;

    if (request->code < BUS_RESET_BUSY || request->code > BUS_RESET_PROTOCOL ||
        request->reserved != 0)
        return BUS_MALFORMED;
    end_stream(call->object, (enum dsb_reset_code)request->code);
    return BUS_OK;
}

static uint32_t do_close(struct serve_call *call)
{
    struct bus_object *object = call->object;

    if (object->object.kind == KIND_SERVICE)
        end_service(object);
    else
        end_stream(object, DSB_RESET_NONE); /* the streams say what is missing */
    return BUS_OK;
}

#define STREAM_HANDLE SERVE_KIND(KIND_STREAM)

static const struct serve_operation operations[BUS_OP_COUNT] = {
    [BUS_OP_ATTACH] = SERVE_ATTACH,
    [BUS_OP_READY] = SERVE_READY(BUS_SHARE_MAX),
    [BUS_OP_PUBLISH] = {do_publish, SERVE_EXACTLY(struct bus_publish_request), SERVE_HEAD, 0},
    [BUS_OP_ACCEPT] = {do_accept, SERVE_HEAD, SERVE_EXACTLY(struct bus_accept_reply),
                       SERVE_KIND(KIND_SERVICE)},
    [BUS_OP_READ] = {do_read, SERVE_EXACTLY(struct bus_read_request), sizeof(struct serve_reply),
                     sizeof(struct bus_read_reply), STREAM_HANDLE},
    [BUS_OP_WRITE] = {do_write, sizeof(struct serve_request) + 1, sizeof(struct bus_write_request),
                      SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_FINISH] = {do_finish, SERVE_HEAD, SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_RESET] = {do_reset, SERVE_EXACTLY(struct bus_reset_request), SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD, STREAM_HANDLE | SERVE_KIND(KIND_SERVICE)},
};

static union bus_any_request request_buffer;
static _Alignas(8) union bus_any_reply reply_buffer;

struct serve bus_endpoint = {
    .operations = operations,
    .operation_count = BUS_OP_COUNT,
    .version = BUS_PROTOCOL_VERSION,
    .client_count = BUS_CLIENT_MAX,
    .clients = clients,
    .share_count = BUS_SHARE_MAX,
    .objects = objects,
    .object_len = sizeof objects[0],
    .end = end,
    .request = &request_buffer,
    .request_capacity_len = sizeof request_buffer,
    .reply = &reply_buffer,
};

void endpoint_init(uint32_t (*random)(void))
{
    serve_init(&bus_endpoint, random);
}
