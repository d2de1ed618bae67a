/* SPDX-License-Identifier: Apache-2.0 */
/* stored's operations: named records that outlive the machine's power. A record belongs to the
 * badge that wrote it, and no other badge can read, change or see it. What was answered STORE_OK is
 * there after any end of the power; what was not answered is there as it was before, or as it was
 * asked for, never in between. */
#ifndef PROTO_STORE_H
#define PROTO_STORE_H

#include "proto/serve.h"

#define STORE_OWNERS_MAX 4    /* badges 1 .. 4; they are on the disk, so none is given to another */
#define STORE_SHARE      8    /* records of one badge */
#define STORE_NAME_MAX   31   /* bytes of a name: a-z 0-9 . - */
#define STORE_DATA_MAX   3584 /* bytes of a record; 0 are allowed */

enum store_op {
    STORE_OP_GET = SERVE_OP_FIRST,
    STORE_OP_PUT, /* makes the record, or replaces it */
    STORE_OP_COUNT,
};

enum store_status {
    STORE_OK = SERVE_OK,
    STORE_NOT_FOUND = SERVE_NOT_FOUND, /* this badge has no record of that name */
    STORE_MALFORMED = SERVE_MALFORMED, /* also: no name that can be */
    STORE_FULL = SERVE_NO_BUFFERS,     /* this badge has STORE_SHARE records of other names */
    STORE_IO = SERVE_IO,               /* the disk failed; whether a PUT took effect is not known */
    STORE_NOT_ALLOWED = SERVE_STATUS_COUNT, /* no badge of STORE_OWNERS_MAX */
    STORE_NO_DISK,                          /* there is none */
    STORE_FOREIGN,   /* the disk holds what is not ours: nothing was, or will be, written to it */
    STORE_TOO_SMALL, /* the disk has no room for all records */
    STORE_STATUS_COUNT,
};

struct store_name {
    char text[STORE_NAME_MAX + 1]; /* ends with zeros, one at least */
};

struct store_get_request {
    struct serve_request head;
    struct store_name name;
};

struct store_get_reply {
    struct serve_reply head; /* value: bytes of data */
    uint8_t data[STORE_DATA_MAX];
};

struct store_put_request {
    struct serve_request head;
    struct store_name name;
    uint8_t data[STORE_DATA_MAX]; /* as many as the message holds */
};

_Static_assert(sizeof(struct store_get_request) == 40, "wire layout");
_Static_assert(sizeof(struct store_get_reply) == 8 + STORE_DATA_MAX, "wire layout");
_Static_assert(sizeof(struct store_put_request) == 40 + STORE_DATA_MAX, "wire layout");

#endif
