/* SPDX-License-Identifier: Apache-2.0 */
/* A stream is two buffers of one window; what either side does tells the other. */
#include "apps/fake_bus.h"

#include <string.h>

enum { CLIENT_COUNT = 5, SHARE_COUNT = 24 };

enum kind { SERVICE = 1, STREAM };

struct fake_object {
    struct serve_object object;
    char name[BUS_NAME_LEN_MAX + 1]; /* of a service */
    struct fake_stream *stream;
    bool accepted;
};

static struct serve_client clients[CLIENT_COUNT];
static struct fake_object objects[CLIENT_COUNT * SHARE_COUNT];
static struct fake_stream streams[FAKE_STREAMS_MAX];
static const char *const *allowed_names;
static uint32_t allowed_count;
bool fake_offered_to_all;

static struct fake_object *find_service(const char *name)
{
    for (uint32_t i = 0; i < CLIENT_COUNT * SHARE_COUNT; i++)
        if (objects[i].object.kind == SERVICE && strcmp(objects[i].name, name) == 0)
            return &objects[i];
    return NULL;
}

static uint32_t do_publish(struct serve_call *call)
{
    const struct bus_publish_request *request = call->request;
    char name[BUS_NAME_LEN_MAX + 1] = "";

    if (request->service.len == 0 || request->service.len > BUS_NAME_LEN_MAX || request->flags > 1)
        return BUS_MALFORMED;
    memcpy(name, request->service.text, request->service.len);
    if (call->client->number >= allowed_count ||
        strcmp(allowed_names[call->client->number], name) != 0)
        return BUS_NOT_ALLOWED;
    if (find_service(name))
        return BUS_EXISTS;
    struct fake_object *service = serve_take(call->client, SERVICE);
    if (!service)
        return BUS_NO_BUFFERS;
    memcpy(service->name, name, sizeof name);
    fake_offered_to_all = (request->flags & BUS_PUBLISH_TO_ALL) != 0;
    return serve_give(call, &service->object);
}

static uint32_t do_accept(struct serve_call *call)
{
    struct fake_object *service = call->object;
    struct bus_accept_reply *reply = call->reply;

    for (uint32_t i = 0; i < SHARE_COUNT; i++) {
        struct fake_object *object = serve_share_at(call->client, i);
        if (object->object.kind != STREAM || object->accepted)
            continue;
        object->accepted = true;
        reply->peer.len = (uint32_t)strlen(object->stream->peer);
        memcpy(reply->peer.text, object->stream->peer, reply->peer.len);
        return serve_give(call, &object->object);
    }
    return serve_would_block(&service->object, BUS_EVENT_READ_MASK);
}

static uint32_t do_read(struct serve_call *call)
{
    const struct bus_read_request *request = call->request;
    struct bus_read_reply *reply = call->reply;
    struct fake_object *object = call->object;
    struct fake_stream *stream = object->stream;
    size_t len = request->capacity_len;

    if (len == 0 || len > BUS_STREAM_BYTES_MAX || request->reserved != 0)
        return BUS_MALFORMED;
    if (stream->gone)
        return BUS_ENDED;
    if (stream->to_app_len == 0 && !stream->finished)
        return serve_would_block(&object->object, BUS_EVENT_READ_MASK);
    len = len < stream->to_app_len ? len : stream->to_app_len;
    memcpy(reply->data, stream->to_app, len);
    stream->to_app_len -= len;
    memmove(stream->to_app, stream->to_app + len, stream->to_app_len);
    reply->head.value = (uint32_t)len;
    call->reply_len = sizeof reply->head + len;
    return BUS_OK;
}

static uint32_t do_write(struct serve_call *call)
{
    const struct bus_write_request *request = call->request;
    struct serve_reply *reply = call->reply;
    struct fake_object *object = call->object;
    struct fake_stream *stream = object->stream;
    size_t len = call->request_len - sizeof request->head,
           room_len = FAKE_WINDOW_LEN - stream->to_peer_len;

    if (stream->gone)
        return BUS_ENDED;
    if (stream->app_finished)
        return BUS_MALFORMED;
    if (room_len == 0)
        return serve_would_block(&object->object, BUS_EVENT_WRITE_MASK);
    len = len < room_len ? len : room_len;
    memcpy(stream->to_peer + stream->to_peer_len, request->data, len);
    stream->to_peer_len += len;
    reply->value = (uint32_t)len;
    return BUS_OK;
}

static uint32_t do_finish(struct serve_call *call)
{
    struct fake_object *object = call->object;

    if (object->stream->gone)
        return BUS_ENDED;
    object->stream->app_finished = true;
    return BUS_OK;
}

/* The application lets go of what it has, for this reason. */
static void let_go(struct fake_object *object, uint32_t code)
{
    struct fake_stream *stream = object->object.kind == STREAM ? object->stream : NULL;

    if (stream) {
        bool clean = stream->finished && stream->app_finished && stream->to_app_len == 0;
        stream->app_reset = clean && code == BUS_RESET_CANCELLED ? 0 : code;
        stream->object = NULL;
    }
    object->stream = NULL;
    object->accepted = false;
    serve_free(&object->object);
}

static uint32_t do_reset(struct serve_call *call)
{
    const struct bus_reset_request *request = call->request;

    if (request->code < BUS_RESET_BUSY || request->code > BUS_RESET_PROTOCOL || request->reserved)
        return BUS_MALFORMED;
    let_go(call->object, request->code);
    return BUS_OK;
}

static uint32_t do_close(struct serve_call *call)
{
    let_go(call->object, BUS_RESET_CANCELLED);
    return BUS_OK;
}

static void end(void *object)
{
    let_go(object, BUS_RESET_GONE);
}

static const struct serve_operation operations[BUS_OP_COUNT] = {
    [BUS_OP_ATTACH] = SERVE_ATTACH,
    [BUS_OP_READY] = SERVE_READY(SHARE_COUNT),
    [BUS_OP_PUBLISH] = {do_publish, SERVE_EXACTLY(struct bus_publish_request), SERVE_HEAD, 0},
    [BUS_OP_ACCEPT] = {do_accept, SERVE_HEAD, SERVE_EXACTLY(struct bus_accept_reply),
                       SERVE_KIND(SERVICE)},
    [BUS_OP_READ] = {do_read, SERVE_EXACTLY(struct bus_read_request), sizeof(struct serve_reply),
                     sizeof(struct bus_read_reply), SERVE_KIND(STREAM)},
    [BUS_OP_WRITE] = {do_write, sizeof(struct serve_request) + 1, sizeof(struct bus_write_request),
                      SERVE_HEAD, SERVE_KIND(STREAM)},
    [BUS_OP_FINISH] = {do_finish, SERVE_HEAD, SERVE_HEAD, SERVE_KIND(STREAM)},
    [BUS_OP_RESET] = {do_reset, SERVE_EXACTLY(struct bus_reset_request), SERVE_HEAD,
                      SERVE_KIND(STREAM)},
    [BUS_OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD, SERVE_KIND(SERVICE) | SERVE_KIND(STREAM)},
};

static union bus_any_request request;
static union bus_any_reply reply;

struct serve fake_bus = {
    .operations = operations,
    .operation_count = BUS_OP_COUNT,
    .version = BUS_PROTOCOL_VERSION,
    .client_count = CLIENT_COUNT,
    .clients = clients,
    .share_count = SHARE_COUNT,
    .objects = objects,
    .object_len = sizeof objects[0],
    .end = end,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
};

static uint32_t counting(void)
{
    static uint32_t next = 1;

    return next++;
}

void fake_bus_start(const char *const *names, uint32_t name_count)
{
    memset(streams, 0, sizeof streams);
    memset(objects, 0, sizeof objects);
    allowed_names = names;
    allowed_count = name_count;
    serve_init(&fake_bus, counting);
}

void fake_bus_forget(void)
{
    for (uint32_t i = 0; i < CLIENT_COUNT; i++)
        serve_client_died(&clients[i]);
}

/* --- peers ------------------------------------------------------------------------------------ */

struct fake_stream *fake_open(const char *peer, const char *name)
{
    struct fake_object *service = find_service(name);
    struct fake_object *object = service ? serve_take(service->object.client, STREAM) : NULL;

    for (uint32_t i = 0; object && i < FAKE_STREAMS_MAX; i++) {
        struct fake_stream *stream = &streams[i];
        if (stream->used)
            continue;
        memset(stream, 0, sizeof *stream);
        stream->used = true;
        stream->object = object;
        strncpy(stream->peer, peer, sizeof stream->peer - 1);
        object->stream = stream;
        serve_happened(&service->object, BUS_EVENT_READ_MASK);
        return stream;
    }
    return NULL;
}

static void tell(const struct fake_stream *stream, uint32_t events_mask)
{
    if (stream->object)
        serve_happened(&stream->object->object, events_mask);
}

size_t fake_say(struct fake_stream *stream, const void *bytes, size_t len)
{
    size_t room_len = FAKE_WINDOW_LEN - stream->to_app_len;

    len = len < room_len ? len : room_len;
    memcpy(stream->to_app + stream->to_app_len, bytes, len);
    stream->to_app_len += len;
    tell(stream, BUS_EVENT_READ_MASK);
    return len;
}

size_t fake_hear(struct fake_stream *stream, void *bytes, size_t capacity)
{
    size_t len = capacity < stream->to_peer_len ? capacity : stream->to_peer_len;

    memcpy(bytes, stream->to_peer, len);
    stream->to_peer_len -= len;
    memmove(stream->to_peer, stream->to_peer + len, stream->to_peer_len);
    tell(stream, BUS_EVENT_WRITE_MASK);
    return len;
}

void fake_finish(struct fake_stream *stream)
{
    stream->finished = true;
    tell(stream, BUS_EVENT_READ_MASK);
}

void fake_reset(struct fake_stream *stream)
{
    stream->gone = true;
    tell(stream, BUS_EVENT_READ_MASK | BUS_EVENT_WRITE_MASK);
}

void fake_forget(struct fake_stream *stream)
{
    stream->used = false;
}
