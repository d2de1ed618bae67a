/* SPDX-License-Identifier: Apache-2.0 */
/* What the skeleton needs of the kernel; the host tests bring their own. */
#ifndef SERVE_PORT_H
#define SERVE_PORT_H

#include "serve/serve.h"

enum serve_wake_kind {
    SERVE_WAKE_DEADLINE,
    SERVE_WAKE_REQUEST, /* it lies in serve->request */
    SERVE_WAKE_BITS,
};

struct serve_wake {
    enum serve_wake_kind kind;
    uint64_t value;      /* the caller's badge, or the bits */
    size_t len;          /* of the request */
    uint32_t capability; /* that came with it, 0: none */
};

/* Sends the answer that is owed, if any (serve->reply_len), with what is given, and waits. */
struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline);
/* Sends the answer alone. */
void serve_port_reply(struct serve *serve);

/* ORs a client's notification; `capability` came with its ATTACH. */
void serve_port_signal(uint32_t capability);
void serve_port_drop(uint32_t capability);

#endif
