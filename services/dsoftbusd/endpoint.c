/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applications' services, and the table of all operations: what each takes and answers, and on what
 * kind of object.
 */
#include "endpoint.h"

#include "endpoint_object.h"
#include "endpoint_stream.h"
#include "endpoint_watch.h"
#include "rights.h"

#include <string.h>

static struct serve_client clients[BUS_CLIENT_MAX];
/* --- services --------------------------------------------------------------------------------- */

static struct bus_object *service_object(const struct service *service)
{
    return (struct bus_object *)((uintptr_t)service - offsetof(struct bus_object, service));
}

static enum dsb_reset_code stream_begin(const struct service *service, struct served *served)
{
    return stream_take_incoming(service_object(service), served) != NULL ? DSB_RESET_NONE
                                                                         : DSB_RESET_BUSY;
}

/* Nobody takes the streams that wait for it any more. */
static void end_service(struct bus_object *service)
{
    struct bus_object *stream;

    while ((stream = stream_first_waiting(service)) != NULL)
        stream_end(stream, DSB_RESET_GONE);
    service_remove(&service->service);
    serve_free(&service->object);
}

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
    struct bus_object *object = endpoint_take(call->client, KIND_SERVICE);
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

static void end(void *object)
{
    struct bus_object *ended = object;

    if (ended->object.kind == KIND_SERVICE)
        end_service(ended);
    else if (ended->object.kind == KIND_STREAM)
        stream_end(ended, DSB_RESET_GONE);
    else
        serve_free(&ended->object);
}

/* The streams say what is missing. */
static uint32_t do_close(struct serve_call *call)
{
    struct bus_object *object = call->object;

    if (object->object.kind == KIND_STREAM)
        stream_end(object, DSB_RESET_NONE);
    else
        end(object);
    return BUS_OK;
}

#define STREAM_HANDLE SERVE_KIND(KIND_STREAM)

static const struct serve_operation operations[BUS_OP_COUNT] = {
    [BUS_OP_ATTACH] = SERVE_ATTACH,
    [BUS_OP_READY] = SERVE_READY(BUS_SHARE_MAX),
    [BUS_OP_PUBLISH] = {do_publish, SERVE_EXACTLY(struct bus_publish_request), SERVE_HEAD, 0},
    [BUS_OP_ACCEPT] = {stream_do_accept, SERVE_HEAD, SERVE_EXACTLY(struct bus_accept_reply),
                       SERVE_KIND(KIND_SERVICE)},
    [BUS_OP_READ] = {stream_do_read, SERVE_EXACTLY(struct bus_read_request),
                     sizeof(struct serve_reply), sizeof(struct bus_read_reply), STREAM_HANDLE},
    [BUS_OP_WRITE] = {stream_do_write, sizeof(struct serve_request) + 1,
                      sizeof(struct bus_write_request), SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_FINISH] = {stream_do_finish, SERVE_HEAD, SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_RESET] = {stream_do_reset, SERVE_EXACTLY(struct bus_reset_request), SERVE_HEAD,
                      STREAM_HANDLE},
    [BUS_OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD,
                      STREAM_HANDLE | SERVE_KIND(KIND_SERVICE) | SERVE_KIND(KIND_WATCH)},
    [BUS_OP_CONNECT] = {stream_do_connect, SERVE_EXACTLY(struct bus_connect_request), SERVE_HEAD,
                        0},
    [BUS_OP_REASON] = {stream_do_reason, SERVE_HEAD, SERVE_HEAD, STREAM_HANDLE},
    [BUS_OP_WATCH] = {watch_do_watch, SERVE_HEAD, SERVE_HEAD, 0},
    [BUS_OP_NEXT] = {watch_do_next, SERVE_HEAD, SERVE_EXACTLY(struct bus_next_reply),
                     SERVE_KIND(KIND_WATCH)},
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
    .objects = endpoint_objects,
    .object_len = sizeof endpoint_objects[0],
    .end = end,
    .request = &request_buffer,
    .request_capacity_len = sizeof request_buffer,
    .reply = &reply_buffer,
};

const struct peers_listener endpoint_listener = {
    .reached = stream_reached,
    .unreachable = stream_unreachable,
    .changed = watch_changed,
};

void endpoint_init(uint32_t (*random)(void))
{
    serve_init(&bus_endpoint, random);
}
