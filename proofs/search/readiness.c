/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readiness and handles of lib/serve, on which netstackd and the others stand: two clients with two
 * objects each try, are told that it would block, and sleep until their notification; things come
 * at every moment, handles end and are given out anew, clients die and begin again. The turn's end,
 * which signals, is a step of its own: more can come between than in the loop.
 *
 * Nobody sleeps when what it waits for is there; READY names only what its client has; a handle
 * that ended, or is another's, names nothing.
 */
#include "search.h"
#include "serve/serve.h"

#include <stdio.h>
#include <string.h>

#define CLIENT_COUNT 2
#define BOX_COUNT    2 /* of one client */
#define KIND_BOX     1
#define EVENT        1u
#define NOTIFICATION 7 /* as a capability: whose does not matter, serve signals by client */

enum { OP_OPEN = SERVE_OP_FIRST, OP_TAKE, OP_CLOSE, OP_COUNT };

struct box {
    struct serve_object object;
    bool full;
};

/* What a client knows. */
struct client {
    serve_handle handle[BOX_COUNT]; /* 0: none */
    serve_handle ended[BOX_COUNT];  /* the last one that it closed, or lost by dying */
    bool waits[BOX_COUNT];          /* would-block was answered, and nothing told since */
    bool notified;
};

static struct box boxes[CLIENT_COUNT * BOX_COUNT];
static struct serve_client serve_clients[CLIENT_COUNT];
static struct client clients[CLIENT_COUNT];
static const char *fault;

static void must(bool holds, const char *what)
{
    if (!holds && fault == NULL)
        fault = what;
}

/* --- the service ------------------------------------------------------------------------------ */

static uint32_t do_open(struct serve_call *call)
{
    struct box *box = serve_take(call->client, KIND_BOX);

    if (box == NULL)
        return SERVE_NO_BUFFERS;
    box->full = false;
    return serve_give(call, &box->object);
}

static uint32_t do_take(struct serve_call *call)
{
    struct box *box = call->object;

    if (!box->full)
        return serve_would_block(&box->object, EVENT);
    box->full = false;
    return SERVE_OK;
}

static void end_box(void *object)
{
    serve_free(object);
}

static uint32_t do_close(struct serve_call *call)
{
    end_box(call->object);
    return SERVE_OK;
}

static const struct serve_operation operations[OP_COUNT] = {
    [SERVE_OP_ATTACH] = SERVE_ATTACH,
    [SERVE_OP_READY] = SERVE_READY(BOX_COUNT),
    [OP_OPEN] = {do_open, SERVE_HEAD, SERVE_HEAD, 0},
    [OP_TAKE] = {do_take, SERVE_HEAD, SERVE_HEAD, SERVE_KIND(KIND_BOX)},
    [OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD, SERVE_KIND(KIND_BOX)},
};

static struct serve service = {
    .operations = operations,
    .operation_count = OP_COUNT,
    .client_count = CLIENT_COUNT,
    .clients = serve_clients,
    .share_count = BOX_COUNT,
    .objects = boxes,
    .object_len = sizeof(struct box),
    .end = end_box,
};

static struct {
    struct serve_reply head;
    struct serve_event events[BOX_COUNT];
} reply;

void serve_port_signal(uint32_t capability)
{
    clients[capability - NOTIFICATION].notified = true;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

static uint32_t any_generation(void)
{
    return 0x00fffffe; /* two before they begin anew */
}

/* --- steps ------------------------------------------------------------------------------------ */

static uint32_t ask(unsigned which, uint32_t op, serve_handle handle)
{
    const struct serve_request request = {op, handle};
    uint32_t capability = op == SERVE_OP_ATTACH ? NOTIFICATION + which : 0;

    (void)serve_dispatch(&service, which + 1, &request, sizeof request, capability, &reply);
    return reply.head.status;
}

static void open_box(struct client *client, unsigned which, unsigned box)
{
    must(ask(which, OP_OPEN, 0) == SERVE_OK, "an object of a client's own share was refused");
    client->handle[box] = reply.head.value;
    client->waits[box] = false;
    for (unsigned i = 0; i < CLIENT_COUNT; i++)
        for (unsigned k = 0; k < BOX_COUNT; k++)
            must(clients[i].ended[k] != client->handle[box] &&
                     (&clients[i].handle[k] == &client->handle[box] ||
                      clients[i].handle[k] != client->handle[box]),
                 "a handle was given out twice");
}

static void lose(struct client *client, unsigned box)
{
    if (client->handle[box] != 0)
        client->ended[box] = client->handle[box];
    client->handle[box] = 0;
    client->waits[box] = false;
}

static void be_ready(struct client *client, unsigned which)
{
    client->notified = false;
    must(ask(which, SERVE_OP_READY, 0) == SERVE_OK, "READY was refused");
    for (uint32_t i = 0; i < reply.head.value; i++) {
        bool is_own = false;

        for (unsigned box = 0; box < BOX_COUNT; box++)
            if (client->handle[box] != 0 && client->handle[box] == reply.events[i].handle) {
                client->waits[box] = false;
                is_own = true;
            }
        must(is_own, "READY named what its client does not have");
    }
}

static void die(struct client *client, unsigned which)
{
    serve_client_died(&serve_clients[which]);
    for (unsigned box = 0; box < BOX_COUNT; box++)
        lose(client, box);
    client->notified = false;
    must(ask(which, SERVE_OP_ATTACH, 0) == SERVE_OK, "a client could not begin anew");
}

static struct box *box_of(serve_handle handle)
{
    return &boxes[(handle & 0xff) - 1];
}

enum kind { OPEN, TAKE, CLOSE, ARRIVE, USE_ENDED, USE_FOREIGN, READY, DIE, KIND_COUNT };

#define PER_CLIENT (KIND_COUNT * BOX_COUNT)
#define SIGNAL     (CLIENT_COUNT * PER_CLIENT)
#define STEP_COUNT (SIGNAL + 1)

static void of_client(unsigned which, enum kind kind, unsigned box)
{
    struct client *client = &clients[which];

    switch (kind) {
    case OPEN:
        open_box(client, which, box);
        break;
    case TAKE:
        client->waits[box] = ask(which, OP_TAKE, client->handle[box]) == SERVE_WOULD_BLOCK;
        break;
    case CLOSE:
        must(ask(which, OP_CLOSE, client->handle[box]) == SERVE_OK, "a close was refused");
        lose(client, box);
        break;
    case ARRIVE:
        box_of(client->handle[box])->full = true;
        serve_happened(&box_of(client->handle[box])->object, EVENT);
        break;
    case USE_ENDED:
        must(ask(which, OP_TAKE, client->ended[box]) == SERVE_NOT_FOUND,
             "a handle that ended names something");
        break;
    case USE_FOREIGN:
        must(ask(1 - which, OP_TAKE, client->handle[box]) == SERVE_NOT_FOUND,
             "a handle of another client's names something");
        break;
    case READY:
        be_ready(client, which);
        break;
    default: /* DIE */
        die(client, which);
        break;
    }
}

static void step(unsigned step)
{
    if (step == SIGNAL)
        serve_signal(&service);
    else
        of_client(step / PER_CLIENT, (enum kind)(step % PER_CLIENT / BOX_COUNT), step % BOX_COUNT);
}

static bool can(unsigned step)
{
    if (step == SIGNAL)
        return service.signal_pending;
    const struct client *client = &clients[step / PER_CLIENT];
    unsigned box = step % BOX_COUNT;
    bool has = client->handle[box] != 0;

    switch ((enum kind)(step % PER_CLIENT / BOX_COUNT)) {
    case OPEN:
        return !has;
    case TAKE:
        return has && !client->waits[box];
    case ARRIVE:
        return has && !box_of(client->handle[box])->full;
    case USE_ENDED:
        return client->ended[box] != 0;
    case READY:
        return client->notified && box == 0;
    case DIE:
        return box == 0;
    default:
        return has;
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

static const char *wrong(void)
{
    for (unsigned i = 0; i < CLIENT_COUNT; i++) {
        bool will_wake =
            clients[i].notified || (service.signal_pending && serve_clients[i].signal_pending);

        for (unsigned box = 0; box < BOX_COUNT; box++)
            must(!clients[i].waits[box] || !box_of(clients[i].handle[box])->full || will_wake,
                 "a client sleeps, and what it waits for is there");
    }
    return fault;
}

static size_t add_client(unsigned which, uint8_t *out)
{
    const struct client *client = &clients[which];
    size_t n = 0;

    out[n++] = client->notified;
    out[n++] = serve_clients[which].signal_pending;
    out[n++] = (uint8_t)serve_clients[which].ready_bits;
    for (unsigned box = 0; box < BOX_COUNT; box++) {
        const struct box *own = &boxes[which * BOX_COUNT + box];

        out[n++] = (uint8_t)(client->handle[box] & 0xff);
        out[n++] = client->ended[box] != 0;
        out[n++] = client->waits[box];
        out[n++] = (uint8_t)own->object.kind;
        out[n++] = own->object.named;
        out[n++] = (uint8_t)own->object.armed_mask;
        out[n++] = (uint8_t)own->object.ready_mask;
        out[n++] = own->full;
    }
    return n;
}

static size_t key(uint8_t *out)
{
    size_t n = 0;

    out[n++] = service.signal_pending;
    for (unsigned i = 0; i < CLIENT_COUNT; i++)
        n += add_client(i, out + n);
    return n;
}

static const char *name(unsigned step)
{
    static const char *const names[] = {"open",      "take",        "close", "arrive",
                                        "use-ended", "use-foreign", "ready", "die"};
    static char text[32];

    if (step == SIGNAL)
        return "signal";
    (void)snprintf(text, sizeof text, "%u.%s-%u", step / PER_CLIENT,
                   names[step % PER_CLIENT / BOX_COUNT], step % BOX_COUNT);
    return text;
}

int main(void)
{
    serve_init(&service, any_generation);
    for (unsigned i = 0; i < CLIENT_COUNT; i++)
        (void)ask(i, SERVE_OP_ATTACH, 0);
    return search(&(struct search_model){.step_count = STEP_COUNT,
                                         .can = can,
                                         .step = step,
                                         .wrong = wrong,
                                         .key = key,
                                         .name = name});
}
