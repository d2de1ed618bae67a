/* SPDX-License-Identifier: Apache-2.0 */
/* The skeleton of a service: who calls, what belongs to whom, what is checked before any handler
 * runs, and the main loop. netstackd and rngd stand on it; tests/os/example is the smallest
 * that boots, tests/serve/counter.c has every case.
 *
 * How to write a service
 *
 * 1. proto/NAME.h: its operations from SERVE_OP_FIRST on, its statuses from SERVE_STATUS_COUNT on,
 *    and the layout of each request and answer, beginning with the heads of proto/serve.h.
 * 2. What clients hold are objects, each with a struct serve_object as first member, all in one
 *    array, so many of each client (its share), so that no client can take another's.
 *    A service without objects has no clients to remember either (client_count 0): any badge calls.
 * 3. One handler for each operation, and one row of the table:
 *
 *        static uint32_t do_open(struct serve_call *call)
 *        {
 *            struct counter *counter = serve_take(call->client, KIND_COUNTER);
 *            if (counter == NULL)
 *                return SERVE_NO_BUFFERS;
 *            counter->count = 0;
 *            return serve_give(call, &counter->object);
 *        }
 *
 *        static const struct serve_operation operations[] = {
 *            [SERVE_OP_ATTACH] = SERVE_ATTACH,
 *            [SERVE_OP_READY] = SERVE_READY(SHARE),
 *            [COUNTER_OP_OPEN] = {do_open, SERVE_HEAD, SERVE_HEAD, 0},
 *            [COUNTER_OP_ADD] = {do_add, SERVE_EXACTLY(struct counter_add_request), SERVE_HEAD,
 *                                SERVE_KIND(KIND_COUNTER)},
 *        };
 *
 *    A handler never waits, for nobody is served meanwhile: what cannot be done now answers
 *    serve_would_block(), and serve_happened() tells the client, by its notification, when it can.
 * 4. One struct serve that names all of it; serve_init(), then serve_run() for ever.
 * 5. In system/device.c: the service gets its endpoint (RECV) and its notification; each client the
 *    endpoint with its badge (SEND); each client's death sets serve_death_mask(badge).
 * 6. The client's side stands on lib/call.
 *
 * What holds without the service doing anything: a request is checked as a whole (client,
 * operation, length, attachment, handle, kind) before its handler runs; a handle means something to
 * the one client that it was given to, from then until its object's end; an answer has a length
 * that the table allows, and the part that every answer to this operation has is cleared before the
 * handler fills it; a capability that no handler took is dropped; of a client that died, or begins
 * anew, everything is ended before its badge is served again. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "proto/serve.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct serve;

/* One for each badge. */
struct serve_client {
    struct serve *serve;
    uint32_t number; /* its badge - 1 */
    bool attached;
    bool signal_pending; /* something happened since it was signalled */
    uint64_t ready_bits; /* by place in its share: where something happened since it asked READY */
    uint32_t notification; /* capability, while attached */
};

/* First member of each object of the service. */
struct serve_object {
    struct serve_client *client;
    uint32_t kind;       /* 0: free; the service's own, 1 .. 31 */
    uint32_t number;     /* among all clients' objects */
    uint32_t share_idx;  /* its place in its client's share */
    uint32_t generation; /* of the handle; moves when the handle ends */
    uint32_t armed_mask; /* answered would-block, not yet ready */
    uint32_t ready_mask; /* to be told by READY */
    bool named;          /* its handle was given out and has not ended */
};

/* One request while it is served. */
struct serve_call {
    struct serve_client *client; /* NULL where the service remembers none */
    uint64_t badge;
    void *object;        /* what the handle names, where the operation takes one */
    const void *request; /* written by nobody meanwhile */
    size_t request_len;
    uint32_t capability; /* came with it, 0: none. Who keeps it sets it to 0; else it is dropped */
    void *reply;         /* begins with a struct serve_reply, aligned to 8 bytes */
    size_t reply_len;    /* when SERVE_OK: the least allowed, unless the handler sets it */
    uint32_t given;      /* when SERVE_OK: memory, a copy of which goes with the answer; 0: none */
};

struct serve_operation {
    /* Answers SERVE_OK or why not; then nothing but the status is answered. */
    uint32_t (*handler)(struct serve_call *call);
    uint16_t request_len_min;
    uint16_t request_len_max;
    uint16_t reply_len_min;
    uint16_t reply_len_max;
    uint32_t kinds_mask; /* of the object that the handle names; 0: the handle must be 0 */
};
#define SERVE_EXACTLY(type) sizeof(type), sizeof(type)
#define SERVE_HEAD          SERVE_EXACTLY(struct serve_reply) /* a bare request, or answer */
#define SERVE_KIND(kind)    (1u << (kind))

/* The two operations that every service with clients has. */
uint32_t serve_do_attach(struct serve_call *call); /* answers the version */
uint32_t serve_do_ready(struct serve_call *call);
#define SERVE_ATTACH                                                                               \
    {                                                                                              \
        serve_do_attach, SERVE_HEAD, SERVE_HEAD, 0                                                 \
    }
#define SERVE_READY(share)                                                                         \
    {                                                                                              \
        serve_do_ready, SERVE_HEAD, sizeof(struct serve_reply),                                    \
            sizeof(struct serve_reply) + (share) * sizeof(struct serve_event), 0                   \
    }

#define SERVE_FOREVER     UINT64_MAX /* a deadline that does not come */
#define SERVE_OBJECTS_MAX 255        /* of all clients: their numbers are part of a handle */
#define SERVE_SHARE_MAX   64         /* bits of ready_bits */

struct serve {
    const struct serve_operation *operations; /* by number; without handler: unknown */
    uint32_t operation_count;
    uint32_t version; /* ATTACH's answer */

    uint32_t client_count; /* badges 1 .. this, at most 63; 0: clients are not remembered */
    struct serve_client *clients;
    uint32_t share_count; /* objects of one client, at most SERVE_SHARE_MAX */
    void *objects;        /* client_count * share_count, those of one client side by side */
    size_t object_len;
    void (*end)(void *object); /* at once, its client is gone: ends with serve_free() */

    /* For the loop alone. */
    uint32_t endpoint;     /* capability slots of the process, proto/slots.h */
    uint32_t notification; /* serve_death_mask() and the service's own bits */
    void *request;         /* buffers of the longest request and the longest answer */
    size_t request_capacity_len;
    void *reply;
    bool is_secret; /* both are wiped once the answer is out, and no answer gives memory */
    uint64_t (*deadline)(void);   /* ticks at which to wake at the latest; NULL: never */
    void (*woken)(uint64_t bits); /* by the service's own bits; may be NULL */
    void (*turn)(void);           /* after each wake, before the answer is out; may be NULL */

    /* The skeleton's own. */
    bool signal_pending;
    size_t reply_len; /* owed */
    uint32_t given;   /* goes with it: to be read and written, and not to be passed on */
};

/* Once, before anything else. `random`, called once, gives where generations of handles begin, so
 * that no handle of a service that died means anything to the next one; NULL only without objects.
 */
void serve_init(struct serve *serve, uint32_t (*random)(void));

/* Wakes, serves, and so on, for ever. */
void serve_run(struct serve *serve) __attribute__((noreturn));
/* One round of it: a wake, the handler or the deaths, the service's turn, the signals. */
void serve_step(struct serve *serve);

/* One request; returns the answer's length in bytes. */
size_t serve_dispatch(struct serve *serve, uint64_t badge, const void *request, size_t request_len,
                      uint32_t capability, void *reply);

/* --- clients ---------------------------------------------------------------------------------- */

/* NULL when the badge is no client's. */
static inline struct serve_client *serve_client_of_badge(struct serve *serve, uint64_t badge)
{
    return badge >= 1 && badge <= serve->client_count ? &serve->clients[badge - 1] : NULL;
}
/* The process died: everything it had is ended. */
void serve_client_died(struct serve_client *client);
/* Objects that it holds: all, those of one kind. */
uint32_t serve_count(const struct serve_client *client);
uint32_t serve_count_of_kind(const struct serve_client *client, uint32_t kind);
/* Signals each client to which something happened since it was signalled: once, however much it
 * was. The loop does it after each turn. */
void serve_signal_now(struct serve *serve);
static inline void serve_signal(struct serve *serve)
{
    if (serve->signal_pending)
        serve_signal_now(serve);
}

/* --- objects and handles ---------------------------------------------------------------------- */

/* A free object of the client's share, for the caller to fill in behind its struct serve_object;
 * NULL when the share is used up. Nobody can name it yet. */
void *serve_take(struct serve_client *client, uint32_t kind);
void serve_free(struct serve_object *object);
/* By number among all, and by place in one client's share; free ones too. */
static inline void *serve_object_at(const struct serve *serve, uint32_t number)
{
    return (char *)serve->objects + number * serve->object_len;
}
static inline void *serve_share_at(const struct serve_client *client, uint32_t idx)
{
    return serve_object_at(client->serve, client->number * client->serve->share_count + idx);
}

/* Gives the object's handle out, as the call's answer: from now on it names the object. SERVE_OK.
 */
uint32_t serve_give(struct serve_call *call, struct serve_object *object);
/* The handle means nothing from now on; the object stays taken. A handle's number comes again only
 * after 2^24 lives of the same slot. */
void serve_end_handle(struct serve_object *object);
/* NULL unless `handle` was given to this very client and has not ended. */
void *serve_find(struct serve_client *client, serve_handle handle);

/* The operation answers would-block: tell when one of these events comes. SERVE_WOULD_BLOCK. */
uint32_t serve_would_block(struct serve_object *object, uint32_t events_mask);
/* It came. Told to whom would-block was answered, once. */
void serve_happened(struct serve_object *object, uint32_t events_mask);

#endif
