/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: one fixed record per badge, with the client's whole share of objects. */
#include "serve/port.h"

#include <assert.h>

void serve_init(struct serve *serve, uint32_t (*random)(void))
{
    assert(serve->share_count <= SERVE_SHARE_MAX);
    uint32_t object_count = serve->client_count * serve->share_count;
    assert(object_count <= SERVE_OBJECTS_MAX);
    uint32_t generation = object_count != 0 ? random() : 0;
    serve->signal_pending = false;
    serve->reply_len = 0;
    serve->given = 0;
    for (uint32_t i = 0; i < serve->client_count; i++)
        serve->clients[i] = (struct serve_client){.serve = serve, .number = i};
    for (uint32_t i = 0; i < object_count; i++) {
        struct serve_object *object = serve_object_at(serve, i);
        object->client = &serve->clients[i / serve->share_count];
        object->number = i;
        object->share_idx = i % serve->share_count;
        object->generation = generation;
        serve_free(object);
    }
}

uint32_t serve_count_of_kind(const struct serve_client *client, uint32_t kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < client->serve->share_count; i++) {
        const struct serve_object *object = serve_share_at(client, i);
        count += object->kind == kind;
    }
    return count;
}

uint32_t serve_count(const struct serve_client *client)
{
    return client->serve->share_count - serve_count_of_kind(client, 0);
}

void serve_client_died(struct serve_client *client)
{
    for (uint32_t i = 0; i < client->serve->share_count; i++) {
        struct serve_object *object = serve_share_at(client, i);
        if (object->kind != 0)
            client->serve->end(object);
        assert(object->kind == 0);
    }
    if (client->attached)
        serve_port_drop(client->notification);
    client->attached = false;
    client->signal_pending = false;
    client->ready_bits = 0;
}

/* A new life of the client: what an earlier one had is ended. */
uint32_t serve_do_attach(struct serve_call *call)
{
    struct serve_client *client = call->client;
    struct serve_reply *reply = call->reply;

    if (call->capability == 0)
        return SERVE_MALFORMED;
    serve_client_died(client);
    client->notification = call->capability;
    client->attached = true;
    call->capability = 0;
    reply->value = client->serve->version;
    return SERVE_OK;
}

void serve_signal_now(struct serve *serve)
{
    serve->signal_pending = false;
    for (uint32_t i = 0; i < serve->client_count; i++) {
        struct serve_client *client = &serve->clients[i];
        if (client->signal_pending)
            serve_port_signal(client->notification);
        client->signal_pending = false;
    }
}
