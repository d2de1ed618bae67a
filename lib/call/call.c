/* SPDX-License-Identifier: Apache-2.0 */
/* Calls, and checks what came back. */
#include "call/call.h"

#include <string.h>

void call_name(struct call *call, uint32_t op, serve_handle handle)
{
    struct serve_request *head = call->message.request;

    memset(head, 0, call->message.request_len);
    head->op = op;
    head->handle = handle;
}

static uint32_t exchange(struct call *call, size_t *reply_len)
{
    const struct serve_reply *reply = call->message.reply;
    enum transport_result result = transport_call(&call->message, reply_len);

    call->peer_died = result == TRANSPORT_DIED;
    if (result != TRANSPORT_ANSWERED || *reply_len < sizeof *reply ||
        *reply_len > call->message.reply_capacity_len || reply->status >= call->status_count ||
        (reply->status != SERVE_OK && *reply_len != sizeof *reply))
        return SERVE_IO;
    return reply->status;
}

uint32_t call_exact(struct call *call, size_t reply_len)
{
    size_t got_len = 0;
    uint32_t status = exchange(call, &got_len);

    return status == SERVE_OK && got_len != reply_len ? SERVE_IO : status;
}

uint32_t call_counted(struct call *call, size_t head_len, size_t item_len, uint32_t count_max,
                      uint32_t *count)
{
    const struct serve_reply *reply = call->message.reply;
    size_t got_len = 0;

    *count = 0;
    uint32_t status = exchange(call, &got_len);
    if (status != SERVE_OK)
        return status;
    if (reply->value > count_max || got_len != head_len + reply->value * item_len)
        return SERVE_IO;
    *count = reply->value;
    return SERVE_OK;
}
