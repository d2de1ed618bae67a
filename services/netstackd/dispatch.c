/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatch.h"

#include "address.h"
#include "client.h"
#include "datagram.h"
#include "interface.h"
#include "listener.h"
#include "ping.h"
#include "platform.h"
#include "stream.h"

/* One request while it is served. */
struct call {
    struct client *client;
    struct socket *socket; /* the one that the handle names, where the operation takes one */
    const union net_any_request *request;
    size_t request_len;
    uint32_t capability;
    union net_any_reply *reply;
    size_t reply_len; /* when the status is NET_OK */
};

static enum net_status reply_handle(struct call *call, struct socket *socket)
{
    struct net_reply *reply = &call->reply->head;

    reply->value = socket_give_handle(socket);
    return NET_OK;
}

static enum net_status do_attach(struct call *call)
{
    struct net_reply *reply = &call->reply->head;

    if (call->capability == 0)
        return NET_MALFORMED;
    client_attach(call->client, call->capability);
    reply->value = NET_PROTOCOL_VERSION;
    return NET_OK;
}

static enum net_status do_interface(struct call *call)
{
    struct net_interface_reply *reply = &call->reply->interface;

    reply->interface = interface_describe();
    call->reply_len = sizeof(*reply);
    return NET_OK;
}

static enum net_status do_ready(struct call *call)
{
    struct net_ready_reply *reply = &call->reply->ready;

    reply->head.value = client_take_ready(call->client, reply->events);
    call->reply_len = sizeof(reply->head) + reply->head.value * sizeof(reply->events[0]);
    return NET_OK;
}

static enum net_status do_listen(struct call *call)
{
    const struct net_listen_request *request = &call->request->listen;
    struct socket *listener;

    if (!address_is_local(&request->local) || request->backlog_count == 0 ||
        request->backlog_count > NET_BACKLOG_MAX || request->reserved != 0)
        return NET_MALFORMED;
    enum net_status status =
        listener_open(call->client, &request->local, request->backlog_count, &listener);
    return status == NET_OK ? reply_handle(call, listener) : status;
}

static enum net_status do_accept(struct call *call)
{
    struct net_accept_reply *reply = &call->reply->accept;
    struct socket *stream;

    enum net_status status = listener_accept(call->socket, &stream);
    if (status != NET_OK)
        return status;
    call->reply_len = sizeof(*reply);
    (void)stream_remote_address(stream, &reply->remote); /* an accepted stream has one */
    return reply_handle(call, stream);
}

static enum net_status do_connect(struct call *call)
{
    const struct net_address_request *request = &call->request->address;
    struct socket *stream;

    if (!address_is_host(request->address.ipv4) || request->address.port == 0 ||
        request->address.reserved != 0)
        return NET_MALFORMED;
    enum net_status status = stream_connect(call->client, &request->address, &stream);
    return status == NET_OK ? reply_handle(call, stream) : status;
}

static enum net_status do_read(struct call *call)
{
    const struct net_read_request *request = &call->request->read;
    struct net_read_reply *reply = &call->reply->read;

    if (request->capacity_len == 0 || request->capacity_len > NET_STREAM_BYTES_MAX ||
        request->reserved != 0)
        return NET_MALFORMED;
    enum net_status status =
        stream_read(call->socket, reply->data, request->capacity_len, &reply->head.value);
    call->reply_len = sizeof(reply->head) + reply->head.value;
    return status;
}

static enum net_status do_write(struct call *call)
{
    const struct net_write_request *request = &call->request->write;
    struct net_reply *reply = &call->reply->head;

    return stream_write(call->socket, request->data,
                        (uint32_t)(call->request_len - sizeof(request->head)), &reply->value);
}

static enum net_status do_close(struct call *call)
{
    static void (*const close_of_kind[SOCKET_KIND_COUNT])(struct socket *) = {
        [SOCKET_LISTENER] = listener_close,
        [SOCKET_STREAM] = stream_close,
        [SOCKET_UDP] = datagram_close,
        [SOCKET_PING] = ping_close,
    };

    close_of_kind[call->socket->kind](call->socket);
    return NET_OK;
}

static enum net_status do_abort(struct call *call)
{
    client_abort_socket(call->socket);
    return NET_OK;
}

static enum net_status do_local_address(struct call *call)
{
    struct net_address_reply *reply = &call->reply->address;

    call->reply_len = sizeof(*reply);
    if (call->socket->kind == SOCKET_STREAM)
        return stream_local_address(call->socket, &reply->address);
    if (call->socket->kind == SOCKET_LISTENER)
        listener_local_address(call->socket, &reply->address);
    else
        datagram_local_address(call->socket, &reply->address);
    return NET_OK;
}

static enum net_status do_remote_address(struct call *call)
{
    struct net_address_reply *reply = &call->reply->address;

    call->reply_len = sizeof(*reply);
    return stream_remote_address(call->socket, &reply->address);
}

static enum net_status do_udp_bind(struct call *call)
{
    const struct net_address_request *request = &call->request->address;
    struct socket *udp;

    if (!address_is_local(&request->address))
        return NET_MALFORMED;
    enum net_status status = datagram_open(call->client, &request->address, &udp);
    return status == NET_OK ? reply_handle(call, udp) : status;
}

static enum net_status do_send_to(struct call *call)
{
    const struct net_send_to_request *request = &call->request->send_to;

    if (request->remote.ipv4 == 0 || request->remote.port == 0 || request->remote.reserved != 0)
        return NET_MALFORMED;
    return datagram_send(
        call->socket, &request->remote, request->data,
        (uint32_t)(call->request_len - offsetof(struct net_send_to_request, data)));
}

static enum net_status do_receive_from(struct call *call)
{
    struct net_receive_from_reply *reply = &call->reply->receive_from;

    enum net_status status =
        datagram_receive(call->socket, &reply->remote, reply->data, &reply->head.value);
    call->reply_len = offsetof(struct net_receive_from_reply, data) + reply->head.value;
    return status;
}

static enum net_status do_ping(struct call *call)
{
    const struct net_ping_request *request = &call->request->ping;
    struct socket *ping;

    if (!address_is_host(request->ipv4) || request->timeout_ms == 0 ||
        request->timeout_ms > NET_PING_TIMEOUT_MS_MAX)
        return NET_MALFORMED;
    enum net_status status = ping_open(call->client, request->ipv4, request->timeout_ms, &ping);
    return status == NET_OK ? reply_handle(call, ping) : status;
}

static enum net_status do_ping_result(struct call *call)
{
    struct net_ping_reply *reply = &call->reply->ping;

    call->reply_len = sizeof(*reply);
    return ping_result(call->socket, &reply->round_trip_ns);
}

#define KIND_MASK(kind) (1u << (kind))
#define ADDRESSED_KINDS                                                                            \
    (KIND_MASK(SOCKET_LISTENER) | KIND_MASK(SOCKET_STREAM) | KIND_MASK(SOCKET_UDP))
#define ANY_KIND      (ADDRESSED_KINDS | KIND_MASK(SOCKET_PING))
#define STREAM_KIND   KIND_MASK(SOCKET_STREAM)
#define EXACTLY(type) sizeof(type), sizeof(type)

static const struct operation {
    enum net_status (*handler)(struct call *call);
    uint16_t request_len_min;
    uint16_t request_len_max;
    uint32_t kinds_mask; /* of the socket that the handle names; 0: the handle must be 0 */
} operations[NET_OP_COUNT] = {
    [NET_OP_ATTACH] = {do_attach, EXACTLY(struct net_request), 0},
    [NET_OP_INTERFACE] = {do_interface, EXACTLY(struct net_request), 0},
    [NET_OP_READY] = {do_ready, EXACTLY(struct net_request), 0},
    [NET_OP_LISTEN] = {do_listen, EXACTLY(struct net_listen_request), 0},
    [NET_OP_ACCEPT] = {do_accept, EXACTLY(struct net_request), KIND_MASK(SOCKET_LISTENER)},
    [NET_OP_CONNECT] = {do_connect, EXACTLY(struct net_address_request), 0},
    [NET_OP_READ] = {do_read, EXACTLY(struct net_read_request), STREAM_KIND},
    [NET_OP_WRITE] = {do_write, sizeof(struct net_request), sizeof(struct net_write_request),
                      STREAM_KIND},
    [NET_OP_CLOSE] = {do_close, EXACTLY(struct net_request), ANY_KIND},
    [NET_OP_ABORT] = {do_abort, EXACTLY(struct net_request), ANY_KIND},
    [NET_OP_LOCAL_ADDRESS] = {do_local_address, EXACTLY(struct net_request), ADDRESSED_KINDS},
    [NET_OP_REMOTE_ADDRESS] = {do_remote_address, EXACTLY(struct net_request), STREAM_KIND},
    [NET_OP_UDP_BIND] = {do_udp_bind, EXACTLY(struct net_address_request), 0},
    [NET_OP_SEND_TO] = {do_send_to, offsetof(struct net_send_to_request, data),
                        sizeof(struct net_send_to_request), KIND_MASK(SOCKET_UDP)},
    [NET_OP_RECEIVE_FROM] = {do_receive_from, EXACTLY(struct net_request), KIND_MASK(SOCKET_UDP)},
    [NET_OP_PING] = {do_ping, EXACTLY(struct net_ping_request), 0},
    [NET_OP_PING_RESULT] = {do_ping_result, EXACTLY(struct net_request), KIND_MASK(SOCKET_PING)},
};

/* Finds what the request names and runs it, or says why not. */
static enum net_status serve(struct call *call)
{
    const struct net_request *head = &call->request->head;

    if (call->client == NULL)
        return NET_IO;
    if (call->request_len < sizeof(*head) || head->op >= NET_OP_COUNT ||
        operations[head->op].handler == NULL)
        return NET_MALFORMED;
    const struct operation *operation = &operations[head->op];
    if (call->request_len < operation->request_len_min ||
        call->request_len > operation->request_len_max)
        return NET_MALFORMED;
    if (!call->client->attached && head->op != NET_OP_ATTACH)
        return NET_IO;
    if (operation->kinds_mask == 0) {
        if (head->handle != 0)
            return NET_MALFORMED;
    } else {
        call->socket = socket_find(call->client, head->handle);
        if (call->socket == NULL)
            return NET_NOT_FOUND;
        if (!(operation->kinds_mask & KIND_MASK(call->socket->kind)))
            return NET_MALFORMED;
    }
    return operation->handler(call);
}

size_t dispatch(uint64_t badge, const union net_any_request *request, size_t request_len,
                uint32_t capability, union net_any_reply *reply)
{
    struct net_reply *head = &reply->head;
    struct call call = {.client = client_of_badge(badge),
                        .request = request,
                        .request_len = request_len,
                        .capability = capability,
                        .reply = reply,
                        .reply_len = sizeof(*head)};

    head->value = 0;
    enum net_status status = serve(&call);
    head->status = status;
    bool kept = status == NET_OK && request->head.op == NET_OP_ATTACH;
    if (capability != 0 && !kept)
        platform_drop_capability(capability);
    if (status == NET_OK)
        return call.reply_len;
    head->value = 0;
    return sizeof(*head);
}
