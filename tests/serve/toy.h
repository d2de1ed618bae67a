/* SPDX-License-Identifier: Apache-2.0 */
/* Clients of the counters, as the tests have them: a request in a line. */
#ifndef SERVE_TOY_H
#define SERVE_TOY_H

#include "netstackd/testing.h"
#include "serve/counter.h"
#include "serve/fake_port.h"
#include <string.h>

static union {
    struct serve_reply head;
    struct counter_list_reply list;
    struct counter_forgetful_reply forgetful;
    struct {
        struct serve_reply head;
        struct serve_event events[COUNTER_SHARE];
    } ready;
    uint64_t alignment;
} toy_reply;
static size_t toy_reply_len;

/* Sends a request of this length: the head, the amount, zeros. */
static inline uint32_t toy_send(uint64_t badge, uint32_t op, serve_handle handle, uint32_t amount,
                                size_t request_len, uint32_t capability)
{
    struct counter_add_request whole = {{op, handle}, amount, 0};
    uint8_t request[64] = {0};

    memcpy(request, &whole, sizeof whole);
    memset(&toy_reply, 0xee, sizeof toy_reply);
    toy_reply_len =
        serve_dispatch(&counter_service, badge, request, request_len, capability, &toy_reply);
    if (toy_reply.head.status != SERVE_OK) {
        assert_int_equal(toy_reply_len, sizeof toy_reply.head);
        assert_int_equal(toy_reply.head.value, 0);
    }
    return toy_reply.head.status;
}

static inline uint32_t toy_call(uint64_t badge, uint32_t op, serve_handle handle)
{
    return toy_send(badge, op, handle, 0, sizeof(struct serve_request), 0);
}

static inline uint32_t toy_add(uint64_t badge, serve_handle handle, uint32_t amount)
{
    return toy_send(badge, COUNTER_OP_ADD, handle, amount, sizeof(struct counter_add_request), 0);
}

static inline serve_handle toy_open(uint64_t badge, uint32_t op)
{
    assert_int_equal(toy_call(badge, op, 0), SERVE_OK);
    assert_int_not_equal(toy_reply.head.value, 0);
    return toy_reply.head.value;
}

/* Client n signals by capability 100 + n. */
static inline void toy_attach(uint32_t badge)
{
    assert_int_equal(
        toy_send(badge, SERVE_OP_ATTACH, 0, 0, sizeof(struct serve_request), 100 + badge),
        SERVE_OK);
    assert_int_equal(toy_reply.head.value, COUNTER_VERSION);
}

static inline void toy_dies(uint32_t badge)
{
    serve_client_died(serve_client_of_badge(&counter_service, badge));
}

static inline uint32_t toy_count(uint32_t badge)
{
    return serve_count(serve_client_of_badge(&counter_service, badge));
}

/* A fresh service whose clients 1 and 2 have attached. */
static inline int toy_begin(void **state)
{
    (void)state;
    fake_port_reset();
    counter_turn_count = 0;
    serve_init(&counter_service, fake_random);
    for (uint32_t badge = 1; badge <= COUNTER_CLIENTS_MAX; badge++)
        toy_dies(badge);
    toy_attach(1);
    toy_attach(2);
    return 0;
}

#endif
