/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: everything that the table says is checked before the handler runs. */
#include "serve/port.h"

#include <assert.h>
#include <string.h>

/* What the head names, or why it names nothing. */
static uint32_t find_object(const struct serve_operation *operation, serve_handle handle,
                            struct serve_call *call)
{
    if (operation->kinds_mask == 0)
        return handle == 0 ? SERVE_OK : SERVE_MALFORMED;
    const struct serve_object *object = call->object = serve_find(call->client, handle);
    if (object == NULL)
        return SERVE_NOT_FOUND;
    return operation->kinds_mask & SERVE_KIND(object->kind) ? SERVE_OK : SERVE_MALFORMED;
}

/* Nothing of an earlier answer stays. Most are a head and nothing more. */
static void clear(struct serve_reply *reply, size_t len)
{
    *reply = (struct serve_reply){0};
    if (len > sizeof *reply)
        memset(reply + 1, 0, len - sizeof *reply);
}

/* Finds what the request asks for and runs it, or says why not. */
static uint32_t run(const struct serve *serve, struct serve_call *call)
{
    const struct serve_request *head = call->request;

    if (call->client == NULL && serve->client_count > 0)
        return SERVE_IO;
    if (call->request_len < sizeof *head || head->op >= serve->operation_count ||
        serve->operations[head->op].handler == NULL)
        return SERVE_MALFORMED;
    const struct serve_operation *operation = &serve->operations[head->op];
    if (call->request_len < operation->request_len_min ||
        call->request_len > operation->request_len_max)
        return SERVE_MALFORMED;
    if (call->client != NULL && !call->client->attached && head->op != SERVE_OP_ATTACH)
        return SERVE_IO;
    uint32_t status = find_object(operation, head->handle, call);
    if (status != SERVE_OK)
        return status;
    clear(call->reply, operation->reply_len_min);
    call->reply_len = operation->reply_len_min;
    status = operation->handler(call);
    if (status == SERVE_OK)
        assert(call->reply_len >= operation->reply_len_min &&
               call->reply_len <= operation->reply_len_max);
    return status;
}

size_t serve_dispatch(struct serve *serve, uint64_t badge, const void *request, size_t request_len,
                      uint32_t capability, void *reply)
{
    struct serve_reply *head = reply;
    struct serve_call call = {.client = serve_client_of_badge(serve, badge),
                              .badge = badge,
                              .request = request,
                              .request_len = request_len,
                              .capability = capability,
                              .reply = reply};

    uint32_t status = run(serve, &call);
    if (call.capability != 0)
        serve_port_drop(call.capability);
    head->status = status;
    serve->given = status == SERVE_OK ? call.given : 0;
    if (status == SERVE_OK)
        return call.reply_len;
    head->value = 0;
    return sizeof *head;
}
