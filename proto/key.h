/* SPDX-License-Identifier: Apache-2.0 */
/* keystored's operations: who this device is, and Diffie-Hellman with its static private key, which
 * no operation gives away. Who may ask stands in the system table: keystored knows callers by their
 * badge, and answers the others KEY_NOT_ALLOWED. */
#ifndef PROTO_KEY_H
#define PROTO_KEY_H

#include "proto/serve.h"

#define KEY_LEN    32 /* bytes: an X25519 key, private, public or shared */
#define KEY_ID_MAX 64 /* bytes of a device id */

/* keystored's argument, from the system table: these bits together say which badges may ask. */
#define KEY_MAY_ASK(badge) ((uint64_t)1 << (badge))
#define KEY_ASKERS_MAX     8 /* badges 1 .. 7 can be among them */
/* And this one: the image has no key, the device makes its own. */
#define KEY_IS_OWN ((uint64_t)1 << 63)

enum key_op {
    KEY_OP_IDENTITY = SERVE_OP_FIRST, /* a bare request */
    KEY_OP_DH,
    KEY_OP_COUNT,
};

enum key_status {
    KEY_OK = SERVE_OK,
    KEY_MALFORMED = SERVE_MALFORMED,
    KEY_BUSY = SERVE_WOULD_BLOCK, /* this badge asked more often than KEY_DH_INTERVAL_MS allows */
    KEY_IO = SERVE_IO,            /* keystored is not there, or its answer is none */
    KEY_NOT_ALLOWED = SERVE_STATUS_COUNT, /* this badge may not ask */
    KEY_LOW_ORDER,                        /* the point gives all zero with every key */
    KEY_STATUS_COUNT,
};

/* DH of one badge: as many at once, and one more every KEY_DH_INTERVAL_MS. A processor of 1 GHz can
 * do half as many handshakes; whoever broke into the caller gets no faster oracle than that. */
#define KEY_DH_BURST       256
#define KEY_DH_INTERVAL_MS 2

struct key_identity_reply {
    struct serve_reply head; /* value: 1 when the key is one of the tests', which everybody knows */
    uint8_t public_key[KEY_LEN];
    uint32_t id_len; /* 1 .. KEY_ID_MAX */
    char id[KEY_ID_MAX];
};

struct key_dh_request {
    struct serve_request head;
    uint8_t peer[KEY_LEN];
};

struct key_dh_reply {
    struct serve_reply head;
    uint8_t shared[KEY_LEN]; /* never all zero */
};

_Static_assert(sizeof(struct key_identity_reply) == 8 + KEY_LEN + 4 + KEY_ID_MAX, "wire layout");
_Static_assert(sizeof(struct key_dh_request) == 8 + KEY_LEN, "wire layout");
_Static_assert(sizeof(struct key_dh_reply) == 8 + KEY_LEN, "wire layout");

#endif
