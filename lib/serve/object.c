/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: each belongs to one client's share; a handle names one and the life that began in it.
 * Handles can be computed, so a number alone proves nothing: an object can be named only from the
 * moment its handle was given out until it ends. */
#include "serve/serve.h"

/* A handle's number is one client's alone, so its handle is never another's, and zero is none. */
enum {
    GENERATION_MASK = (1 << (32 - SERVE_HANDLE_NUMBER_BITS)) - 1,
};
_Static_assert(SERVE_OBJECTS_MAX <= SERVE_HANDLE_NUMBER_MASK, "numbers fit a handle");

void *serve_take(struct serve_client *client, uint32_t kind)
{
    for (uint32_t i = 0; i < client->serve->share_count; i++) {
        struct serve_object *object = serve_share_at(client, i);
        if (object->kind != 0)
            continue;
        object->kind = kind;
        object->named = false;
        object->armed_mask = 0;
        object->ready_mask = 0;
        return object;
    }
    return NULL;
}

void serve_end_handle(struct serve_object *object)
{
    object->named = false;
    object->generation = (object->generation + 1) & GENERATION_MASK;
    object->armed_mask = 0;
    object->ready_mask = 0;
}

void serve_free(struct serve_object *object)
{
    serve_end_handle(object);
    object->kind = 0;
}

static serve_handle handle_of(const struct serve_object *object)
{
    return object->generation << SERVE_HANDLE_NUMBER_BITS | (object->number + 1);
}

uint32_t serve_give(struct serve_call *call, struct serve_object *object)
{
    struct serve_reply *reply = call->reply;

    object->named = true;
    reply->value = handle_of(object);
    return SERVE_OK;
}

void *serve_find(struct serve_client *client, serve_handle handle)
{
    uint32_t number = serve_handle_number(handle) - 1; /* 0 wraps to one that no object has */
    uint32_t first = client->number * client->serve->share_count;

    if (number < first || number - first >= client->serve->share_count)
        return NULL;
    struct serve_object *object = serve_object_at(client->serve, number);
    if (!object->named || object->generation != handle >> SERVE_HANDLE_NUMBER_BITS)
        return NULL;
    return object;
}

uint32_t serve_would_block(struct serve_object *object, uint32_t events_mask)
{
    object->armed_mask |= events_mask;
    object->ready_mask &= ~events_mask;
    return SERVE_WOULD_BLOCK;
}

void serve_happened(struct serve_object *object, uint32_t events_mask)
{
    events_mask &= object->armed_mask;
    if (events_mask == 0)
        return;
    object->armed_mask &= ~events_mask;
    object->ready_mask |= events_mask;
    object->client->ready_bits |= (uint64_t)1 << object->share_idx;
    object->client->signal_pending = true;
    object->client->serve->signal_pending = true;
}

uint32_t serve_do_ready(struct serve_call *call)
{
    struct serve_client *client = call->client;
    struct serve_reply *reply = call->reply;
    struct serve_event *events = (struct serve_event *)(void *)(reply + 1);

    for (; client->ready_bits != 0; client->ready_bits &= client->ready_bits - 1) {
        struct serve_object *object =
            serve_share_at(client, (uint32_t)__builtin_ctzll(client->ready_bits));
        if (object->ready_mask == 0)
            continue; /* it ended, or was tried meanwhile */
        events[reply->value++] = (struct serve_event){handle_of(object), object->ready_mask};
        object->ready_mask = 0;
    }
    call->reply_len = sizeof *reply + reply->value * sizeof events[0];
    return SERVE_OK;
}
