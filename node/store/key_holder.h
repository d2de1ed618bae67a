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

/* The life of the new process; `fd` is its end of the socketpair. */
_Noreturn void key_holder_run(int fd, key_reader *read, void *ctx);

#endif
