/* SPDX-License-Identifier: Apache-2.0 */
/* Client side of keystored. */
#ifndef KEY_KEY_H
#define KEY_KEY_H

#include "proto/key.h"
#include <stddef.h>
#include <stdint.h>

#define KEY_MUST_CHECK __attribute__((warn_unused_result))

/* The holder of a static key, as struct noise_static_key's ctx, with key_dh as its dh. */
struct key_holder {
    uint32_t endpoint_cap; /* SEND to keystored */
};

/* Who the device is. A keystored that is started anew is waited for: init keeps it up, or reboots.
 * KEY_OK; KEY_NOT_ALLOWED; KEY_IO: no such endpoint, or an answer that is none. */
KEY_MUST_CHECK enum key_status key_identity(const struct key_holder *holder,
                                            struct key_identity_reply *identity);

/*
 * Writes private * peer to `shared`, all zero for a point of low order, and returns 0. Otherwise
 * `shared` is all zero and it returns non-zero: keystored ended under the call, does not answer
 * within KEY_DH_WAIT_MS, or will not. It is not asked again: what ended it may have been the
 * request, and who waits here serves nobody.
 */
KEY_MUST_CHECK int key_dh(void *holder, uint8_t shared[KEY_LEN], const uint8_t peer[KEY_LEN]);

/* Some hundred times what an answer takes, a fifth of what a peer has for a handshake. */
#define KEY_DH_WAIT_MS 1000

#endif
