/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes of one turn of the loop whose next step multiplies. The process that has the static
 * key is asked once for all of them, and answers while nobody else waits for it anyway; what they
 * multiply with their own keys is made together.
 */
#ifndef NODE_KEY_QUEUE_H
#define NODE_KEY_QUEUE_H

#include "dsoftbus/link_ahead.h"
#include "node/base/error.h"
#include "node/store/key_process.h"

/* `key` is set by the owner; NULL: the static key is in this process, and works when it is asked.
 */
struct key_queue {
    struct key_process *key;
    size_t count;
    struct key_waiting {
        struct dsb_link *link;
        void *owner;
    } waiting[KEY_POINTS_MAX];
};

/* True when this link waits now: it has such a step before it, and go_on comes for the owner
 * before the turn ends. Both stay where they are until then; the link may end meanwhile. */
MUST_CHECK bool key_queue_enter(struct key_queue *q, struct dsb_link *link, void *owner);

MUST_CHECK bool key_queue_is_full(const struct key_queue *q);

/* Asks, then tells each owner that it can go on, and forgets what none of them took. */
void key_queue_run(struct key_queue *q, void (*go_on)(void *owner));

#endif
