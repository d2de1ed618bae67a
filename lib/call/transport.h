/* SPDX-License-Identifier: Apache-2.0 */
/* How a request reaches its service: the kernel's call, or, in the host tests, a function call. */
#ifndef CALL_TRANSPORT_H
#define CALL_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#define CALL_NO_DEADLINE UINT64_MAX

enum transport_result {
    TRANSPORT_ANSWERED,
    TRANSPORT_DIED,    /* the service ended before it answered: it may be there again soon */
    TRANSPORT_REFUSED, /* no such endpoint, no time left, an answer larger than the buffer */
};

struct transport_message {
    uint32_t endpoint_cap;
    uint32_t capability; /* a copy of it goes along, to be signalled; 0: none */
    uint32_t *given;     /* the capability that comes with the answer, 0: none; NULL: none may */
    void *request;
    size_t request_len;
    void *reply;
    size_t reply_capacity_len;
    uint64_t deadline; /* ticks */
};

/* Unless it answered, nothing of the reply counts. */
enum transport_result transport_call(const struct transport_message *message, size_t *reply_len);

#endif
