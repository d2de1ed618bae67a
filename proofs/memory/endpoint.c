/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dsoftbusd's messages from applications: the skeleton's dispatch (lib/serve), the table of
 * operations, and what they do to services, streams and watches. An application, attached or not,
 * or a badge that is none's, sends every operation with every length around those that the
 * operation allows, and any bytes. What sessions and peers tell comes between. The request ends
 * where its length says.
 *
 * The objects of all applications are in a state, those at even places in one, at odd ones in
 * another; the last of each application is free, or none is. What stands behind (streams, peers,
 * rights, the table of services) is its promise: it reads and writes the ranges that it is given,
 * and answers anything.
 */
#include "services/dsoftbusd/endpoint.h"

#include "any.h"
#include "exact.h"
#include "serve/port.h"
#include "services/dsoftbusd/endpoint_object.h"
#include "services/dsoftbusd/endpoint_stream.h"
#include "services/dsoftbusd/rights.h"

#define OBJECT_COUNT (BUS_CLIENT_MAX * BUS_SHARE_MAX)
#define CALLERS_IDX  (OBJECT_COUNT - BUS_SHARE_MAX)

enum state { SERVICE, UNACCEPTED, OPEN, DIALLING, OVER, WATCH };

static union bus_any_reply reply;
static struct session session;
static struct served served;
static struct dsb_device_id device;
static const struct service *added;
static enum dsb_reset_code (*added_begin)(const struct service *service, struct served *served);
static void (*added_turn)(struct served *served);

int lowest_bit_idx(unsigned long long bits)
{
    int idx = 0;

    /*@ loop unroll BUS_SHARE_MAX; */
    while ((bits >> idx & 1) == 0)
        idx++;
    return idx;
}

static uint32_t any_word(void)
{
    return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static enum dsb_status any_status(void)
{
    return (enum dsb_status)Frama_C_interval(0, 15);
}

/* --- promises --------------------------------------------------------------------------------- */

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

/* Of text that is longer than a name nothing is read. */
static bool is_name(const void *text, size_t len)
{
    if (len < 1 || len > BUS_NAME_LEN_MAX)
        return false;
    /*@ assert there: \valid_read((char *)text + (0 .. len - 1)); */
    return any_bool();
}

bool dsb_service_name_is_valid(const void *name, size_t name_len)
{
    return is_name(name, name_len);
}

enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len)
{
    *id = (struct dsb_device_id){0};
    if (!is_name(text, text_len))
        return DSB_INVALID;
    Frama_C_make_unknown(id->text, sizeof id->text);
    id->len = (uint8_t)text_len;
    return DSB_OK;
}

bool dsb_device_id_equal(const struct dsb_device_id *a, const struct dsb_device_id *b)
{
    return a->len == b->len && any_bool();
}

bool rights_may_publish(uint64_t badge, const char *service, size_t service_len)
{
    /*@ assert caller: 1 <= badge <= BUS_CLIENT_MAX; */
    /*@ assert there: \valid_read(service + (0 .. service_len - 1)); */
    return any_bool();
}

bool rights_may_connect(uint64_t badge, const struct dsb_device_id *id, const char *service,
                        size_t service_len)
{
    /*@ assert there: \valid_read(service + (0 .. service_len - 1)); */
    return id->len == badge || any_bool();
}

bool rights_may_watch(uint64_t badge, const struct dsb_device_id *id)
{
    return id->len == badge || any_bool();
}

const struct service *service_find(const char *name, size_t name_len)
{
    /*@ assert there: \valid_read(name + (0 .. name_len - 1)); */
    return any_bool() ? added : NULL;
}

bool service_add(const struct service *service)
{
    /*@ assert there: \valid_read(service->name + (0 .. service->name_len - 1)); */
    added = service;
    added_begin = service->begin;
    added_turn = service->turn;
    return any_bool();
}

void service_remove(const struct service *service)
{
    /*@ assert there: \valid_read(service); */
}

struct session *peers_session(const struct dsb_device_id *id, size_t idx)
{
    return id->len == idx || any_bool() ? &session : NULL;
}

bool peers_dial(const struct dsb_device_id *id)
{
    return id->len == 0 || any_bool();
}

bool peers_may_reach(const struct dsb_device_id *id)
{
    return id->len == 0 || any_bool();
}

const struct dsb_device_id *peers_at(size_t idx)
{
    return idx < TRUST_MAX && any_bool() ? &device : NULL;
}

struct served *session_connect(struct session *with, const struct service *owner,
                               const char *service, size_t service_len)
{
    /*@ assert there: \valid(with) && \valid_read(owner); */
    /*@ assert name: \valid_read(service + (0 .. service_len - 1)); */
    return any_bool() ? &served : NULL;
}

/* Its place may be another stream's by now. */
void served_let_go(struct served *gone)
{
    gone->session->wants_turn = true;
    gone->id = any_word();
}

static enum dsb_status of_stream(const struct dsb_streams *streams, uint32_t id)
{
    /*@ assert there: streams == &session.streams; */
    (void)id;
    return any_status();
}

enum dsb_status dsb_streams_accept(struct dsb_streams *streams, uint32_t id)
{
    return of_stream(streams, id);
}

enum dsb_status dsb_streams_refuse(struct dsb_streams *streams, uint32_t id,
                                   enum dsb_reset_code code)
{
    (void)code;
    return of_stream(streams, id);
}

enum dsb_status dsb_streams_reset(struct dsb_streams *streams, uint32_t id,
                                  enum dsb_reset_code code)
{
    /*@ assert on_wire: code != DSB_RESET_NONE; */
    return of_stream(streams, id);
}

enum dsb_status dsb_streams_finish(struct dsb_streams *streams, uint32_t id)
{
    return of_stream(streams, id);
}

enum dsb_status dsb_streams_read(struct dsb_streams *streams, uint32_t id, uint8_t *bytes,
                                 size_t cap, size_t *read_len)
{
    /*@ assert room: \valid(bytes + (0 .. cap - 1)); */
    Frama_C_make_unknown((char *)bytes, cap);
    *read_len = Frama_C_unsigned_long_interval(0, cap);
    return of_stream(streams, id);
}

enum dsb_status dsb_streams_write(struct dsb_streams *streams, uint32_t id, const uint8_t *bytes,
                                  size_t len, size_t *written_len)
{
    /*@ assert there: \valid_read(bytes + (0 .. len - 1)); */
    *written_len = Frama_C_unsigned_long_interval(0, len);
    return of_stream(streams, id);
}

/* --- objects ---------------------------------------------------------------------------------- */

/* Which of its objects the request names: where they differ in their kind it is one at a time,
 * since the analyser does not relate a kind to an object that it does not know. */
#define ANY_PLACE UINT32_MAX

struct scene {
    enum state even, odd;
    uint32_t place;
    bool is_full; /* else the last object of each application is free */
    bool is_attached;
};

static void make_device(struct dsb_device_id *id)
{
    id->len = (uint8_t)Frama_C_unsigned_int_interval(0, DSB_DEVICE_ID_MAX);
    Frama_C_make_unknown(id->text, sizeof id->text);
}

static void make_stream(struct bus_object *stream, enum state state)
{
    stream->object.kind = KIND_STREAM;
    /* Two wait for each second service. */
    stream->publisher = NULL;
    if (state == UNACCEPTED)
        stream->publisher = stream - stream->object.share_idx % 4;
    stream->served = state == UNACCEPTED || state == OPEN ? &served : NULL;
    stream->is_waiting = state == DIALLING;
    stream->is_own = state == DIALLING || (state != UNACCEPTED && any_bool());
    stream->order = any_word();
    stream->service_len = Frama_C_unsigned_int_interval(1, BUS_NAME_LEN_MAX);
    stream->reason = (enum bus_reason)Frama_C_interval(0, BUS_REASON_NO_ADDRESS);
    make_device(&stream->peer);
}

static void make_object(struct bus_object *object, enum state state)
{
    object->object.generation = any_word();
    object->object.named = any_bool();
    object->object.armed_mask = any_word();
    object->object.ready_mask = any_word();
    object->online_told = Frama_C_unsigned_long_interval(0, UINT64_MAX);
    Frama_C_make_unknown(object->name, sizeof object->name);
    if (state == SERVICE)
        object->object.kind = KIND_SERVICE;
    else if (state == WATCH)
        object->object.kind = KIND_WATCH;
    else
        make_stream(object, state);
}

/* From this one on: what others have, a request changes no more than what its caller has. */
static void make_objects(const struct scene *scene, uint32_t first)
{
    make_device(&device);
    session.peer = device;
    served = (struct served){.session = &session,
                             .id = any_word(),
                             .object = endpoint_objects,
                             .reset_code = (uint16_t)Frama_C_interval(0, UINT16_MAX)};
    /*@ loop unroll BUS_CLIENT_MAX; */
    for (uint32_t i = 0; i < BUS_CLIENT_MAX; i++)
        bus_endpoint.clients[i] =
            (struct serve_client){.serve = &bus_endpoint,
                                  .number = i,
                                  .attached = scene->is_attached,
                                  .ready_bits = ((uint64_t)1 << BUS_SHARE_MAX) - 1};
    /*@ loop unroll OBJECT_COUNT; */
    for (uint32_t i = first; i < OBJECT_COUNT; i++) {
        struct bus_object *object = &endpoint_objects[i];

        object->object.client = &bus_endpoint.clients[i / BUS_SHARE_MAX];
        object->object.number = i;
        object->object.share_idx = i % BUS_SHARE_MAX;
        make_object(object, i % 2 == 0 ? scene->even : scene->odd);
        if (!scene->is_full && i % BUS_SHARE_MAX == BUS_SHARE_MAX - 1)
            object->object.kind = 0; /* and the rest as it was left */
    }
}

/* --- every request ---------------------------------------------------------------------------- */

static void request(const struct scene *scene, uint64_t badge, uint32_t op, size_t len)
{
    struct serve_request *head = (void *)any_bytes(len);

    make_objects(scene, CALLERS_IDX);
    if (len >= sizeof head->op)
        head->op = op;
    if (len >= sizeof *head && scene->place != ANY_PLACE)
        head->handle = CALLERS_IDX + scene->place + 1; /* generation 0 */
    size_t reply_len = serve_dispatch(&bus_endpoint, badge, head, len,
                                      Frama_C_unsigned_int_interval(0, 63), &reply);
    /*@ assert answered: sizeof(struct serve_reply) <= reply_len <= sizeof(union bus_any_reply); */
}

static void lengths(const struct scene *scene, uint64_t badge, uint32_t op)
{
    size_t min = op < BUS_OP_COUNT ? bus_endpoint.operations[op].request_len_min : 0;
    size_t max = op < BUS_OP_COUNT ? bus_endpoint.operations[op].request_len_max : 0;

    request(scene, badge, op, 0);
    request(scene, badge, op, sizeof(struct serve_request) - 1);
    request(scene, badge, op, sizeof(struct serve_request));
    request(scene, badge, op, min + 1);
    request(scene, badge, op, max);
    request(scene, badge, op, max + 1);
    if (min > 0) {
        request(scene, badge, op, min - 1);
        request(scene, badge, op, min);
    }
}

static void operations(const struct scene *scene, uint64_t badge)
{
    /*@ loop unroll BUS_OP_COUNT + 1; */
    for (uint32_t op = 0; op <= BUS_OP_COUNT; op++)
        lengths(scene, badge, op);
}

/* What sessions and peers tell of a stream, or to a service. */
static void told(const struct scene *scene, struct bus_object *object)
{
    make_objects(scene, 0);
    served.object = object;
    if (object->object.kind == KIND_SERVICE)
        (void)stream_take_incoming(object, &served);
    if (object->object.kind == KIND_STREAM && any_bool())
        stream_turn(&served);
    else if (object->object.kind == KIND_STREAM)
        stream_gone(&served);
    endpoint_listener.reached(&device);
    endpoint_listener.unreachable(&device, BUS_REASON_UNREACHABLE);
    endpoint_listener.changed();
}

/* A peer's stream to a service that was published just now. */
static void published(const struct scene *scene)
{
    added = NULL;
    added_begin = NULL;
    added_turn = NULL;
    request(scene, BUS_CLIENT_MAX, BUS_OP_PUBLISH, sizeof(struct bus_publish_request));
    if (added == NULL || added_begin == NULL || added_turn == NULL)
        return;
    if (added_begin(added, &served) == DSB_RESET_NONE)
        added_turn(&served);
}

static void scene(enum state even, enum state odd, uint32_t place, bool is_full)
{
    const struct scene attached = {even, odd, place, is_full, true};

    told(&attached, &endpoint_objects[place % 2]);
    operations(&attached, BUS_CLIENT_MAX);
    published(&attached);
}

int main(void)
{
    const struct scene unattached = {SERVICE, UNACCEPTED, ANY_PLACE, false, false};

    operations(&unattached, BUS_CLIENT_MAX);
    operations(&unattached, 0);
    operations(&unattached, BUS_CLIENT_MAX + 1);
    scene(SERVICE, UNACCEPTED, 0, false);
    scene(SERVICE, UNACCEPTED, 1, true);
    scene(OPEN, OPEN, ANY_PLACE, true);
    scene(OPEN, OPEN, ANY_PLACE, false);
    scene(DIALLING, OVER, ANY_PLACE, false);
    scene(WATCH, WATCH, ANY_PLACE, false);
    return 0;
}
