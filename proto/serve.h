/* SPDX-License-Identifier: Apache-2.0 */
/* What the messages of every service have in common (lib/serve serves them, lib/call sends them):
 * one request, one answer, synchronous, at most ABI_MESSAGE_BYTES_MAX each, integers little-endian.
 * A service's own header in this folder adds its operations, its statuses and its layouts. */
#ifndef PROTO_SERVE_H
#define PROTO_SERVE_H

#include <stdint.h>

/* Operations 1 and 2 are the same everywhere; a service's own begin behind them. */
enum serve_op {
    SERVE_OP_ATTACH = 1, /* with one capability: the notification that tells of readiness */
    SERVE_OP_READY,
    SERVE_OP_FIRST,
};

/* A service's own statuses begin behind these. */
enum serve_status {
    SERVE_OK = 0,
    SERVE_NOT_FOUND, /* no such handle of this client: never given, ended, or another client's */
    SERVE_MALFORMED, /* unknown operation, wrong length, value out of range, wrong kind of object */
    SERVE_WOULD_BLOCK, /* not now; the notification is signalled when it is worth trying again */
    SERVE_NO_BUFFERS,  /* the client's share, or a bounded pool behind it, is used up */
    SERVE_IO,          /* the service is not there, failed, or does not know this client: attach */
    SERVE_STATUS_COUNT,
};

/* Never zero. Belongs to the client that got it; means nothing after its end. */
typedef uint32_t serve_handle;

/* Its low bits are 1 + the object's number among all clients' objects, each client's side by side;
 * above is which life of the object it is. */
enum {
    SERVE_HANDLE_NUMBER_BITS = 8,
    SERVE_HANDLE_NUMBER_MASK = (1 << SERVE_HANDLE_NUMBER_BITS) - 1,
};
static inline uint32_t serve_handle_number(serve_handle handle)
{
    return handle & SERVE_HANDLE_NUMBER_MASK;
}

/* Every request begins with this; `handle` is zero where the operation takes none. */
struct serve_request {
    uint32_t op;
    serve_handle handle;
};

/* Every answer begins with this. One whose status is not SERVE_OK is this and nothing more, its
 * value zero. */
struct serve_reply {
    uint32_t status;
    uint32_t value; /* a new handle, a count, a version: see each operation */
};

/* What READY's answer lists, `value` of them behind its head: what became possible since the
 * operation that answered would-block. Told once: try again until it answers would-block again. */
struct serve_event {
    serve_handle handle;
    uint32_t events_mask; /* the service's own bits */
};

/* Bits of a service's notification: those of its clients' deaths, by badge; bit 0 and those above
 * the last client's are the service's own. */
#define SERVE_DEATH_MASK(badge) ((uint64_t)1 << (badge)) /* a constant, for tables */
static inline uint64_t serve_death_mask(uint32_t badge)
{
    return SERVE_DEATH_MASK(badge);
}

_Static_assert(sizeof(struct serve_request) == 8, "wire layout");
_Static_assert(sizeof(struct serve_reply) == 8, "wire layout");
_Static_assert(sizeof(struct serve_event) == 8, "wire layout");

#endif
