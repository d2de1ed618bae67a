/* SPDX-License-Identifier: Apache-2.0 */
/* Each function: what the operation needs into the request, the call (lib/call checks the answer),
 * what it gives out of the answer. */
#include "bus/bus.h"

#include "call/call.h"

#include <string.h>

/* A request without what belongs to the operation. */
static void begin(struct call *call, struct bus_client *client, enum bus_op op, bus_handle handle,
                  size_t request_len)
{
    call_begin(call, client->endpoint_cap, &client->request, request_len, &client->reply,
               sizeof client->reply);
    call->status_count = BUS_STATUS_COUNT;
    call_name(call, op, handle);
}

/* For those whose answer is a head alone. */
static enum bus_status exchange(const struct bus_client *client, struct call *call, uint32_t *value)
{
    enum bus_status status = call_exact(call, sizeof(struct serve_reply));

    *value = status == BUS_OK ? client->reply.head.value : 0;
    return status;
}

enum bus_status bus_attach(struct bus_client *client, uint32_t endpoint_cap,
                           uint32_t notification_cap)
{
    struct call call;
    uint32_t version;

    client->endpoint_cap = endpoint_cap;
    begin(&call, client, BUS_OP_ATTACH, 0, sizeof(struct serve_request));
    call.message.capability = notification_cap;
    enum bus_status status = exchange(client, &call, &version);
    return status == BUS_OK && version != BUS_PROTOCOL_VERSION ? BUS_IO : status;
}

/* False: it is too long for a name. */
static bool set_name(struct bus_name *name, const char *text)
{
    name->len = (uint32_t)strnlen(text, BUS_NAME_LEN_MAX + 1);
    if (name->len > BUS_NAME_LEN_MAX)
        return false;
    memcpy(name->text, text, name->len);
    return true;
}

/* False: the answer has none. */
static bool take_name(char text[BUS_ID_SIZE], const struct bus_name *name)
{
    if (name->len == 0 || name->len > BUS_NAME_LEN_MAX ||
        memchr(name->text, '\0', name->len) != NULL)
        return false;
    memset(text, 0, BUS_ID_SIZE);
    memcpy(text, name->text, name->len);
    return true;
}

enum bus_status bus_publish(struct bus_client *client, const char *name, uint32_t flags,
                            bus_handle *service)
{
    struct bus_publish_request *request = &client->request.publish;
    struct call call;

    begin(&call, client, BUS_OP_PUBLISH, 0, sizeof *request);
    if (!set_name(&request->service, name))
        return BUS_MALFORMED;
    request->flags = flags;
    return exchange(client, &call, service);
}

enum bus_status bus_accept(struct bus_client *client, bus_handle service, bus_handle *stream,
                           char peer[BUS_ID_SIZE])
{
    const struct bus_accept_reply *reply = &client->reply.accept;
    struct call call;

    begin(&call, client, BUS_OP_ACCEPT, service, sizeof(struct serve_request));
    enum bus_status status = call_exact(&call, sizeof *reply);
    if (status != BUS_OK)
        return status;
    *stream = reply->head.value;
    return take_name(peer, &reply->peer) ? BUS_OK : BUS_IO;
}

enum bus_status bus_read(struct bus_client *client, bus_handle stream, void *data,
                         size_t capacity_len, size_t *read_len)
{
    const struct bus_read_reply *reply = &client->reply.read;
    struct bus_read_request *request = &client->request.read;
    struct call call;
    uint32_t len;

    begin(&call, client, BUS_OP_READ, stream, sizeof *request);
    request->capacity_len =
        (uint32_t)(capacity_len < BUS_STREAM_BYTES_MAX ? capacity_len : BUS_STREAM_BYTES_MAX);
    enum bus_status status =
        call_counted(&call, sizeof reply->head, 1, request->capacity_len, &len);
    *read_len = len;
    memcpy(data, reply->data, len);
    return status;
}

enum bus_status bus_write(struct bus_client *client, bus_handle stream, const void *data,
                          size_t data_len, size_t *written_len)
{
    struct bus_write_request *request = &client->request.write;
    struct call call;
    uint32_t len;

    if (data_len > BUS_STREAM_BYTES_MAX)
        data_len = BUS_STREAM_BYTES_MAX;
    begin(&call, client, BUS_OP_WRITE, stream, sizeof request->head + data_len);
    memcpy(request->data, data, data_len);
    enum bus_status status = exchange(client, &call, &len);
    *written_len = len <= data_len ? len : 0;
    return len <= data_len ? status : BUS_IO;
}

enum bus_status bus_finish(struct bus_client *client, bus_handle stream)
{
    struct call call;
    uint32_t nothing;

    begin(&call, client, BUS_OP_FINISH, stream, sizeof(struct serve_request));
    return exchange(client, &call, &nothing);
}

enum bus_status bus_reset(struct bus_client *client, bus_handle stream, uint32_t code)
{
    struct bus_reset_request *request = &client->request.reset;
    struct call call;
    uint32_t nothing;

    begin(&call, client, BUS_OP_RESET, stream, sizeof *request);
    request->code = code;
    return exchange(client, &call, &nothing);
}

enum bus_status bus_close(struct bus_client *client, bus_handle handle)
{
    struct call call;
    uint32_t nothing;

    begin(&call, client, BUS_OP_CLOSE, handle, sizeof(struct serve_request));
    return exchange(client, &call, &nothing);
}

enum bus_status bus_connect(struct bus_client *client, const char *device, const char *service,
                            bus_handle *stream)
{
    struct bus_connect_request *request = &client->request.connect;
    struct call call;

    begin(&call, client, BUS_OP_CONNECT, 0, sizeof *request);
    if (!set_name(&request->device, device) || !set_name(&request->service, service))
        return BUS_MALFORMED;
    return exchange(client, &call, stream);
}

enum bus_status bus_reason(struct bus_client *client, bus_handle stream, enum bus_reason *reason)
{
    struct call call;
    uint32_t value;

    begin(&call, client, BUS_OP_REASON, stream, sizeof(struct serve_request));
    enum bus_status status = exchange(client, &call, &value);
    *reason = (enum bus_reason)value;
    return status;
}

enum bus_status bus_watch(struct bus_client *client, bus_handle *watch)
{
    struct call call;

    begin(&call, client, BUS_OP_WATCH, 0, sizeof(struct serve_request));
    return exchange(client, &call, watch);
}

enum bus_status bus_next(struct bus_client *client, bus_handle watch, char device[BUS_ID_SIZE],
                         bool *is_online)
{
    const struct bus_next_reply *reply = &client->reply.next;
    struct call call;

    begin(&call, client, BUS_OP_NEXT, watch, sizeof(struct serve_request));
    enum bus_status status = call_exact(&call, sizeof *reply);
    if (status != BUS_OK)
        return status;
    *is_online = reply->head.value != 0;
    return take_name(device, &reply->device) ? BUS_OK : BUS_IO;
}

const char *bus_status_name(enum bus_status status)
{
    static const char *const names[BUS_STATUS_COUNT] = {
        [BUS_OK] = "ok",
        [BUS_NOT_FOUND] = "not-found",
        [BUS_MALFORMED] = "malformed",
        [BUS_WOULD_BLOCK] = "would-block",
        [BUS_NO_BUFFERS] = "no-buffers",
        [BUS_IO] = "io",
        [BUS_NOT_ALLOWED] = "not-allowed",
        [BUS_EXISTS] = "exists",
        [BUS_ENDED] = "ended",
        [BUS_NOT_TRUSTED] = "not-trusted",
    };

    return (unsigned)status < BUS_STATUS_COUNT ? names[status] : "unknown";
}

const char *bus_reason_name(enum bus_reason reason)
{
    static const char *const names[] = {
        [BUS_REASON_NONE] = "none",
        [BUS_REASON_NO_SUCH_SERVICE] = "no-such-service",
        [BUS_REASON_NOT_ALLOWED] = "not-allowed",
        [BUS_REASON_BUSY] = "busy",
        [BUS_REASON_CANCELLED] = "cancelled",
        [BUS_REASON_GONE] = "gone",
        [BUS_REASON_PROTOCOL] = "protocol",
    };

    if (reason == BUS_REASON_UNREACHABLE)
        return "unreachable";
    if (reason == BUS_REASON_NO_ADDRESS)
        return "no-address";
    return (unsigned)reason < sizeof names / sizeof names[0] ? names[reason] : "unknown";
}
