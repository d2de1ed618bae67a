/* SPDX-License-Identifier: Apache-2.0 */
/* The process that has the key: key_process.h says what is said to it. */
#ifndef NODE_KEY_HOLDER_H
#define NODE_KEY_HOLDER_H

#include "dsoftbus/identity.h"
#include "node/base/error.h"
#include "node/base/filter.h"
#include "proto/key.h"

/* Reads the identity, in the new process: returns it, or NULL with *e filled. */
typedef const struct dsb_identity_file *key_reader(void *ctx, struct error *e);

/* The first packet, unasked. */
struct key_started {
    bool ok;
    enum filter_result filter;
    struct error error; /* when not ok */
};

/*
 * As KEY_OP_DH, which has one point, with several: KEY_POINTS_MIN to _MAX of them behind the head.
 * The reply has as many shared secrets, in their order; that of a point of low order is all zero.
 */
enum { KEY_OP_DH_SEVERAL = KEY_OP_COUNT };
#define KEY_POINTS_MIN 2
#define KEY_POINTS_MAX 16 /* a millisecond of the key's process, which nobody else can ask then */

struct key_several_request {
    struct serve_request head;
    uint8_t peers[KEY_POINTS_MAX][KEY_LEN];
};

struct key_several_reply {
    struct serve_reply head;
    uint8_t shared[KEY_POINTS_MAX][KEY_LEN];
};

/* The life of the new process; `fd` is its end of the socketpair. */
_Noreturn void key_holder_run(int fd, key_reader *read, void *ctx);

#endif
