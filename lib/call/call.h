/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of a service that stands on lib/serve: encodes a request, calls, and believes
 * of the answer only what it has checked: that there is a whole head, a known status, nothing
 * behind a refusal, and exactly the length that the operation has. netfacade and rng stand on it.
 *
 *     struct call call;
 *     struct counter_add_request request;
 *     struct serve_reply reply;
 *
 *     call_begin(&call, endpoint_cap, &request, sizeof request, &reply, sizeof reply);
 *     call_name(&call, COUNTER_OP_ADD, counter);
 *     request.amount = amount;
 *     uint32_t status = call_exact(&call, sizeof reply);
 *
 * An answer that is not as the protocol says is as good as none: SERVE_IO. */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include "call/transport.h"
#include "proto/serve.h"
#include <stdbool.h>

#define CALL_MUST_CHECK __attribute__((warn_unused_result))

/* One exchange. After call_begin() the caller may change the deadline (none), the capability that
 * goes along (none), where one that comes back is put (none may), and, behind call_name(), the
 * request's length. */
struct call {
    struct transport_message message;
    uint32_t status_count; /* the service's own; call_begin(): those that all have */
    bool peer_died;        /* the service ended under the call */
};

/* The buffers stay the caller's. A service may be believed not to be there, but not to be slow:
 * every operation is bounded, so there is no deadline unless the caller sets one. */
static inline void call_begin(struct call *call, uint32_t endpoint_cap, void *request,
                              size_t request_len, void *reply, size_t reply_capacity_len)
{
    call->message.endpoint_cap = endpoint_cap;
    call->message.capability = 0;
    call->message.given = NULL;
    call->message.request = request;
    call->message.request_len = request_len;
    call->message.reply = reply;
    call->message.reply_capacity_len = reply_capacity_len;
    call->message.deadline = CALL_NO_DEADLINE;
    call->status_count = SERVE_STATUS_COUNT;
    call->peer_died = false;
}
/* Clears the request and writes its head; the caller fills in the rest. */
void call_name(struct call *call, uint32_t op, serve_handle handle);

/* The answer, when SERVE_OK, has exactly this length. */
CALL_MUST_CHECK uint32_t call_exact(struct call *call, size_t reply_len);
/* The answer, when SERVE_OK, is `head_len` bytes and as many items as its value says, at most
 * `count_max`. `*count` is 0 unless SERVE_OK. */
CALL_MUST_CHECK uint32_t call_counted(struct call *call, size_t head_len, size_t item_len,
                                      uint32_t count_max, uint32_t *count);

#endif
