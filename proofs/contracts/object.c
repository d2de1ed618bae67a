/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of handles, lib/serve/object.c, which is included unchanged: what a handle names is in
 * the share of the client that says it, was given out, and has the handle's number and life; a
 * handle that ended names nothing, neither before nor in the object's next life, across the end of
 * what a generation can count; and a new object has no name yet.
 *
 * The service's part of the objects is left out: objects lie side by side. That is assumed of
 * serve_object_at().
 */
#include "bits.h"
#include "serve/serve.h"

struct serve_object objects[SERVE_OBJECTS_MAX];

/*@ requires number < SERVE_OBJECTS_MAX;
    terminates \true;
    assigns \result \from number;
    ensures \result == &objects[number]; */
struct serve_object *object_at(const struct serve *serve, uint32_t number)
{
    return &objects[number];
}
#define serve_object_at object_at
#define serve_share_at(client, idx)                                                                \
    object_at((client)->serve, (client)->number *(client)->serve->share_count + (idx))

/*@ predicate is_client{L}(struct serve_client *client) =
        \valid(client) && \valid(client->serve) && client->serve->share_count <= SERVE_SHARE_MAX &&
        client->number < client->serve->client_count <= 63 &&
        client->serve->client_count * client->serve->share_count <= SERVE_OBJECTS_MAX &&
        client->number * client->serve->share_count + client->serve->share_count <=
            client->serve->client_count * client->serve->share_count &&
        \separated(client, objects + (0 .. SERVE_OBJECTS_MAX - 1)) &&
        \separated(client->serve, objects + (0 .. SERVE_OBJECTS_MAX - 1)); */
/*@ predicate is_of{L}(struct serve_client *client, integer number) =
        0 <= number - client->number * client->serve->share_count < client->serve->share_count; */

#include "../../lib/serve/object.c"

/*@ predicate is_object{L}(struct serve_object *object) =
        \valid(object) && object->number < SERVE_OBJECTS_MAX &&
        object->generation <= GENERATION_MASK;
    logic integer next(integer generation) = generation < GENERATION_MASK ? generation + 1 : 0;
    predicate names{L}(integer handle, integer number) =
        handle == objects[number].generation * (SERVE_HANDLE_NUMBER_MASK + 1) + number + 1; */

/*@ terminates \true;
    assigns \nothing;
    ensures \result == handle % (SERVE_HANDLE_NUMBER_MASK + 1); */
static inline uint32_t serve_handle_number(serve_handle handle);

/*@ requires is_object(object);
    terminates \true;
    assigns \nothing;
    ensures \result == object->generation * (SERVE_HANDLE_NUMBER_MASK + 1) + object->number + 1; */
static serve_handle handle_of(const struct serve_object *object);

/*@ requires is_client(client) && kind != 0;
    terminates \true;
    assigns \result \from objects[0 .. SERVE_OBJECTS_MAX - 1], *client;
    assigns objects[0 .. SERVE_OBJECTS_MAX - 1].kind, objects[0 .. SERVE_OBJECTS_MAX - 1].named,
            objects[0 .. SERVE_OBJECTS_MAX - 1].armed_mask,
            objects[0 .. SERVE_OBJECTS_MAX - 1].ready_mask;
    ensures \result != \null ==> \exists integer k; is_of(client, k) && \result == objects + k &&
        \old(objects[k].kind) == 0 && objects[k].kind == kind && !objects[k].named;
    ensures \result == \null ==> \forall integer k; is_of(client, k) ==> objects[k].kind != 0; */
void *serve_take(struct serve_client *client, uint32_t kind);

/* Of any generation, as serve_init() begins with. */
/*@ requires \valid(object);
    terminates \true;
    assigns object->named, object->generation, object->armed_mask, object->ready_mask;
    ensures !object->named && object->armed_mask == 0 && object->ready_mask == 0;
    ensures object->generation <= GENERATION_MASK;
    ensures \old(object->generation) <= GENERATION_MASK ==>
        object->generation == next(\old(object->generation)); */
void serve_end_handle(struct serve_object *object);

/*@ requires \valid(object);
    terminates \true;
    assigns object->named, object->generation, object->armed_mask, object->ready_mask,
            object->kind;
    ensures !object->named && object->kind == 0;
    ensures object->generation <= GENERATION_MASK;
    ensures \old(object->generation) <= GENERATION_MASK ==>
        object->generation == next(\old(object->generation)); */
void serve_free(struct serve_object *object);

/*@ requires is_client(client);
    terminates \true;
    assigns \result \from objects[0 .. SERVE_OBJECTS_MAX - 1], *client, handle;
    ensures \result == \null || (\exists integer k; is_of(client, k) && \result == objects + k &&
        objects[k].named && names(handle, k));
    ensures \result == \null ==> \forall integer k; is_of(client, k) && objects[k].named ==>
        !names(handle, k); */
void *serve_find(struct serve_client *client, serve_handle handle);

/*@ requires \valid(call) && is_object(object) && \valid((struct serve_reply *)call->reply);
    requires \separated(object, call, (struct serve_reply *)call->reply);
    terminates \true;
    assigns object->named, ((struct serve_reply *)call->reply)->value;
    ensures \result == SERVE_OK && object->named;
    ensures ((struct serve_reply *)call->reply)->value ==
        object->generation * (SERVE_HANDLE_NUMBER_MASK + 1) + object->number + 1; */
uint32_t serve_give(struct serve_call *call, struct serve_object *object);

/*@ requires is_client(client) && number < SERVE_OBJECTS_MAX && names(handle, number);
    requires objects[number].generation <= GENERATION_MASK;
    terminates \true;
    assigns \result \from *client, number, handle;
    assigns objects[number];
    ensures \result == \null; */
void *after_its_end(struct serve_client *client, uint32_t number, serve_handle handle)
{
    serve_end_handle(&objects[number]);
    return serve_find(client, handle);
}

/*@ requires is_object(object);
    terminates \true;
    assigns object->named, object->generation, object->armed_mask, object->ready_mask;
    ensures \result; */
bool is_another_in_its_next_life(struct serve_object *object)
{
    serve_handle handle = handle_of(object);
    serve_end_handle(object);
    return handle_of(object) != handle;
}

/*@ requires is_client(client) && number < SERVE_OBJECTS_MAX && objects[number].named;
    requires objects[number].number == number && objects[number].generation <= GENERATION_MASK;
    terminates \true;
    assigns \result \from *client, number, objects[0 .. SERVE_OBJECTS_MAX - 1];
    ensures is_of(client, number) ==> \result == objects + number;
    ensures !is_of(client, number) ==> \result == \null; */
void *while_it_lives(struct serve_client *client, uint32_t number)
{
    return serve_find(client, handle_of(&objects[number]));
}
