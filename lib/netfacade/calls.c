/* SPDX-License-Identifier: Apache-2.0 */
/* Each function: what the operation needs into the request, the call (lib/call checks the answer),
 * what it gives out of the answer. */
#include "netfacade/request.h"

#include "netfacade/memory.h"
#include <string.h>

/* Operations whose answer is a handle and nothing more. */
static enum net_status open_socket(const struct net_client *client, struct call *call,
                                   net_handle *handle)
{
    enum net_status status = call_exact(call, sizeof(struct serve_reply));

    if (status == NET_OK)
        *handle = client->reply.head.value;
    return status;
}

/* What an earlier life had. */
static void forget(struct net_client *client)
{
    net_memory_unmap(client->shared);
    client->shared = NULL;
    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++)
        client->streams[i].handle = 0;
}

enum net_status net_attach(struct net_client *client, uint32_t endpoint_cap,
                           uint32_t notification_cap)
{
    struct call call;
    uint32_t memory = 0;

    forget(client);
    client->endpoint_cap = endpoint_cap;
    net_request(&call, client, NET_OP_ATTACH, 0, sizeof(struct serve_request));
    call.message.capability = notification_cap;
    call.message.given = &memory;
    enum net_status status = call_exact(&call, sizeof(struct serve_reply));
    struct net_shared *shared = memory != 0 ? net_memory_map(memory) : NULL;
    if (status == NET_OK && (client->reply.head.value != NET_PROTOCOL_VERSION || shared == NULL))
        status = NET_IO;
    if (status != NET_OK) {
        net_memory_unmap(shared);
        return status;
    }
    client->shared = shared;
    return NET_OK;
}

enum net_status net_get_interface(struct net_client *client, struct net_interface *interface)
{
    const struct net_interface_reply *reply = &client->reply.interface;
    struct call call;

    net_request(&call, client, NET_OP_INTERFACE, 0, sizeof(struct serve_request));
    enum net_status status = call_exact(&call, sizeof *reply);
    if (status == NET_OK)
        *interface = reply->interface;
    return status;
}

enum net_status net_ready(struct net_client *client,
                          struct serve_event events[NET_CLIENT_SOCKETS_MAX], size_t *count)
{
    const struct net_ready_reply *reply = &client->reply.ready;
    struct call call;
    uint32_t event_count;

    net_request(&call, client, NET_OP_READY, 0, sizeof(struct serve_request));
    enum net_status status = call_counted(&call, sizeof reply->head, sizeof reply->events[0],
                                          NET_CLIENT_SOCKETS_MAX, &event_count);
    *count = event_count;
    memcpy(events, reply->events, event_count * sizeof events[0]);
    return status;
}

enum net_status net_listen(struct net_client *client, const struct net_address *local,
                           uint32_t backlog_count, net_handle *listener)
{
    struct net_listen_request *request = &client->request.listen;
    struct call call;

    net_request(&call, client, NET_OP_LISTEN, 0, sizeof *request);
    request->local = *local;
    request->backlog_count = backlog_count;
    return open_socket(client, &call, listener);
}

enum net_status net_accept(struct net_client *client, net_handle listener, net_handle *stream,
                           struct net_address *remote)
{
    const struct net_accept_reply *reply = &client->reply.accept;
    struct call call;

    net_request(&call, client, NET_OP_ACCEPT, listener, sizeof(struct serve_request));
    enum net_status status = call_exact(&call, sizeof *reply);
    if (status == NET_OK) {
        *stream = reply->head.value;
        net_stream_begin(client, *stream);
        if (remote != NULL)
            *remote = reply->remote;
    }
    return status;
}

/* Operations that send an address and get a handle. */
static enum net_status open_at(struct net_client *client, enum net_op op,
                               const struct net_address *address, net_handle *handle)
{
    struct net_address_request *request = &client->request.address;
    struct call call;

    net_request(&call, client, op, 0, sizeof *request);
    request->address = *address;
    return open_socket(client, &call, handle);
}

enum net_status net_connect(struct net_client *client, const struct net_address *remote,
                            net_handle *stream)
{
    enum net_status status = open_at(client, NET_OP_CONNECT, remote, stream);

    if (status == NET_OK)
        net_stream_begin(client, *stream);
    return status;
}

enum net_status net_udp_bind(struct net_client *client, const struct net_address *local,
                             net_handle *socket)
{
    return open_at(client, NET_OP_UDP_BIND, local, socket);
}

/* Operations that send nothing but a handle and get nothing but a status. */
static enum net_status end(struct net_client *client, enum net_op op, net_handle handle)
{
    struct call call;

    net_request(&call, client, op, handle, sizeof(struct serve_request));
    return call_exact(&call, sizeof(struct serve_reply));
}

enum net_status net_close(struct net_client *client, net_handle handle)
{
    net_stream_end(client, handle);
    return end(client, NET_OP_CLOSE, handle);
}

enum net_status net_abort(struct net_client *client, net_handle handle)
{
    net_stream_end(client, handle);
    return end(client, NET_OP_ABORT, handle);
}

static enum net_status get_address(struct net_client *client, enum net_op op, net_handle handle,
                                   struct net_address *address)
{
    const struct net_address_reply *reply = &client->reply.address;
    struct call call;

    net_request(&call, client, op, handle, sizeof(struct serve_request));
    enum net_status status = call_exact(&call, sizeof *reply);
    if (status == NET_OK)
        *address = reply->address;
    return status;
}

enum net_status net_local_address(struct net_client *client, net_handle handle,
                                  struct net_address *local)
{
    return get_address(client, NET_OP_LOCAL_ADDRESS, handle, local);
}

enum net_status net_remote_address(struct net_client *client, net_handle stream,
                                   struct net_address *remote)
{
    return get_address(client, NET_OP_REMOTE_ADDRESS, stream, remote);
}

enum net_status net_send_to(struct net_client *client, net_handle socket,
                            const struct net_address *remote, const void *data, size_t data_len)
{
    struct net_send_to_request *request = &client->request.send_to;
    struct call call;

    net_request(&call, client, NET_OP_SEND_TO, socket, offsetof(struct net_send_to_request, data));
    if (data_len > NET_DATAGRAM_BYTES_MAX)
        return NET_MALFORMED;
    request->remote = *remote;
    if (data_len > 0)
        memcpy(request->data, data, data_len);
    call.message.request_len += data_len;
    return call_exact(&call, sizeof(struct serve_reply));
}

enum net_status net_receive_from(struct net_client *client, net_handle socket,
                                 struct net_address *remote, void *data, size_t capacity_len,
                                 size_t *read_len)
{
    const struct net_receive_from_reply *reply = &client->reply.receive_from;
    struct call call;
    uint32_t len;

    net_request(&call, client, NET_OP_RECEIVE_FROM, socket, sizeof(struct serve_request));
    *read_len = 0;
    enum net_status status = call_counted(&call, offsetof(struct net_receive_from_reply, data), 1,
                                          NET_DATAGRAM_BYTES_MAX, &len);
    if (status != NET_OK)
        return status;
    if (len > capacity_len)
        return NET_MALFORMED;
    *read_len = len;
    *remote = reply->remote;
    memcpy(data, reply->data, len);
    return NET_OK;
}

enum net_status net_ping(struct net_client *client, uint32_t ipv4, uint32_t timeout_ms,
                         net_handle *ping)
{
    struct net_ping_request *request = &client->request.ping;
    struct call call;

    net_request(&call, client, NET_OP_PING, 0, sizeof *request);
    request->ipv4 = ipv4;
    request->timeout_ms = timeout_ms;
    return open_socket(client, &call, ping);
}

enum net_status net_ping_result(struct net_client *client, net_handle ping, uint64_t *round_trip_ns)
{
    const struct net_ping_reply *reply = &client->reply.ping;
    struct call call;

    net_request(&call, client, NET_OP_PING_RESULT, ping, sizeof(struct serve_request));
    enum net_status status = call_exact(&call, sizeof *reply);
    if (status == NET_OK)
        *round_trip_ns = reply->round_trip_ns;
    return status;
}

const char *net_status_name(enum net_status status)
{
    static const char *const names[NET_STATUS_COUNT] = {
        [NET_OK] = "ok",
        [NET_NOT_FOUND] = "not-found",
        [NET_MALFORMED] = "malformed",
        [NET_WOULD_BLOCK] = "would-block",
        [NET_NO_BUFFERS] = "no-buffers",
        [NET_IN_USE] = "in-use",
        [NET_NOT_CONNECTED] = "not-connected",
        [NET_DISCONNECTED] = "disconnected",
        [NET_TIMED_OUT] = "timed-out",
        [NET_IO] = "io",
    };

    return (unsigned)status < NET_STATUS_COUNT ? names[status] : "unknown";
}
