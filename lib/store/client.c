/* SPDX-License-Identifier: Apache-2.0 */
/* Asks stored. Its buffers held records, which may be secret. */
#include "store/store.h"

#include "call/call.h"
#include <string.h>

/* One call at a time: a process of ours has one thread. */
static struct store_get_reply get_reply;
static struct store_put_request put_request;

static bool set_name(struct store_name *name, const char *text)
{
    size_t len = strlen(text);

    if (len > STORE_NAME_MAX)
        return false;
    memcpy(name->text, text, len);
    return true;
}

enum store_status record_get(uint32_t endpoint_cap, const char *name, void *data, size_t data_size,
                             size_t *data_len)
{
    struct store_get_request request;
    struct call call;
    uint32_t len;

    *data_len = 0;
    call_begin(&call, endpoint_cap, &request, sizeof request, &get_reply, sizeof get_reply);
    call_name(&call, STORE_OP_GET, 0);
    call.status_count = STORE_STATUS_COUNT;
    if (!set_name(&request.name, name))
        return STORE_MALFORMED;
    enum store_status status = call_counted(&call, sizeof get_reply.head, 1, STORE_DATA_MAX, &len);
    if (status == STORE_OK && len > data_size)
        status = STORE_MALFORMED;
    if (status == STORE_OK) {
        memcpy(data, get_reply.data, len);
        *data_len = len;
    }
    explicit_bzero(&get_reply, sizeof get_reply);
    return status;
}

enum store_status record_put(uint32_t endpoint_cap, const char *name, const void *data,
                             size_t data_len)
{
    struct serve_reply reply;
    struct call call;

    call_begin(&call, endpoint_cap, &put_request, sizeof put_request, &reply, sizeof reply);
    call_name(&call, STORE_OP_PUT, 0);
    call.status_count = STORE_STATUS_COUNT;
    if (!set_name(&put_request.name, name) || data_len > STORE_DATA_MAX)
        return STORE_MALFORMED;
    memcpy(put_request.data, data, data_len);
    call.message.request_len = offsetof(struct store_put_request, data) + data_len;
    enum store_status status = call_exact(&call, sizeof reply);
    explicit_bzero(&put_request, sizeof put_request);
    return status;
}
