/* SPDX-License-Identifier: Apache-2.0 */
/* The operations: one table from each to its handler, its lengths and the kinds of socket it works
 * on (serve/serve.h checks them). Handlers check values, then do it. */
#include "facade.h"

#include "address.h"
#include "datagram.h"
#include "interface.h"
#include "listener.h"
#include "ping.h"
#include "socket.h"
#include "stream.h"

/* A new life of the client begins with nothing of a former one in its memory. */
static uint32_t do_attach(struct serve_call *call)
{
    uint32_t memory;

    uint32_t status = serve_do_attach(call);
    if (status != NET_OK)
        return status;
    if (!socket_share(call->client, &memory)) {
        serve_client_died(call->client);
        return NET_NO_BUFFERS;
    }
    call->given = memory;
    return NET_OK;
}

static uint32_t do_interface(struct serve_call *call)
{
    struct net_interface_reply *reply = call->reply;

    reply->interface = interface_describe();
    return NET_OK;
}

static uint32_t do_listen(struct serve_call *call)
{
    const struct net_listen_request *request = call->request;
    struct socket *listener;

    if (!address_is_local(&request->local) || request->backlog_count == 0 ||
        request->backlog_count > NET_BACKLOG_MAX || request->reserved != 0)
        return NET_MALFORMED;
    enum net_status status =
        listener_open(call->client, &request->local, request->backlog_count, &listener);
    return status == NET_OK ? serve_give(call, &listener->object) : status;
}

static uint32_t do_accept(struct serve_call *call)
{
    struct net_accept_reply *reply = call->reply;
    struct socket *stream;

    enum net_status status = listener_accept(call->object, &stream);
    if (status != NET_OK)
        return status;
    (void)stream_remote_address(stream, &reply->remote); /* an accepted stream has one */
    return serve_give(call, &stream->object);
}

static uint32_t do_connect(struct serve_call *call)
{
    const struct net_address_request *request = call->request;
    struct socket *stream;

    if (!address_is_host(request->address.ipv4) || request->address.port == 0 ||
        request->address.reserved != 0)
        return NET_MALFORMED;
    enum net_status status = stream_connect(call->client, &request->address, &stream);
    return status == NET_OK ? serve_give(call, &stream->object) : status;
}

static uint32_t do_read(struct serve_call *call)
{
    struct serve_reply *reply = call->reply;

    return stream_read(call->object, &reply->value);
}

static uint32_t do_write(struct serve_call *call)
{
    const struct net_write_request *request = call->request;

    if (request->want_len > NET_STREAM_BYTES_MAX || request->reserved != 0)
        return NET_MALFORMED;
    return stream_write(call->object, request->want_len > 0);
}

/* Frees a socket of any kind at once; a stream is reset. */
static void abort_socket(void *object)
{
    static void (*const abort_of_kind[SOCKET_KIND_COUNT])(struct socket *) = {
        [SOCKET_LISTENER] = listener_close,
        [SOCKET_STREAM] = stream_abort,
        [SOCKET_UDP] = datagram_close,
        [SOCKET_PING] = ping_close,
    };

    struct socket *socket = object;
    abort_of_kind[socket->object.kind](socket);
}

/* Only a stream ends in another way when it is closed in good order. */
static uint32_t do_close(struct serve_call *call)
{
    struct socket *socket = call->object;

    if (socket->object.kind == SOCKET_STREAM)
        stream_close(socket);
    else
        abort_socket(socket);
    return NET_OK;
}

static uint32_t do_abort(struct serve_call *call)
{
    abort_socket(call->object);
    return NET_OK;
}

static uint32_t do_local_address(struct serve_call *call)
{
    const struct socket *socket = call->object;
    struct net_address_reply *reply = call->reply;

    if (socket->object.kind == SOCKET_STREAM)
        return stream_local_address(socket, &reply->address);
    if (socket->object.kind == SOCKET_LISTENER)
        listener_local_address(socket, &reply->address);
    else
        datagram_local_address(socket, &reply->address);
    return NET_OK;
}

static uint32_t do_remote_address(struct serve_call *call)
{
    struct net_address_reply *reply = call->reply;

    return stream_remote_address(call->object, &reply->address);
}

static uint32_t do_udp_bind(struct serve_call *call)
{
    const struct net_address_request *request = call->request;
    struct socket *udp;

    if (!address_is_local(&request->address))
        return NET_MALFORMED;
    enum net_status status = datagram_open(call->client, &request->address, &udp);
    return status == NET_OK ? serve_give(call, &udp->object) : status;
}

static uint32_t do_send_to(struct serve_call *call)
{
    const struct net_send_to_request *request = call->request;

    if (request->remote.ipv4 == 0 || request->remote.port == 0 || request->remote.reserved != 0)
        return NET_MALFORMED;
    return datagram_send(
        call->object, &request->remote, request->data,
        (uint32_t)(call->request_len - offsetof(struct net_send_to_request, data)));
}

static uint32_t do_receive_from(struct serve_call *call)
{
    struct net_receive_from_reply *reply = call->reply;

    enum net_status status =
        datagram_receive(call->object, &reply->remote, reply->data, &reply->head.value);
    call->reply_len = offsetof(struct net_receive_from_reply, data) + reply->head.value;
    return status;
}

static uint32_t do_ping(struct serve_call *call)
{
    const struct net_ping_request *request = call->request;
    struct socket *ping;

    if (!address_is_host(request->ipv4) || request->timeout_ms == 0 ||
        request->timeout_ms > NET_PING_TIMEOUT_MS_MAX)
        return NET_MALFORMED;
    enum net_status status = ping_open(call->client, request->ipv4, request->timeout_ms, &ping);
    return status == NET_OK ? serve_give(call, &ping->object) : status;
}

static uint32_t do_ping_result(struct serve_call *call)
{
    struct net_ping_reply *reply = call->reply;

    return ping_result(call->object, &reply->round_trip_ns);
}

#define STREAM_KIND     SERVE_KIND(SOCKET_STREAM)
#define ADDRESSED_KINDS (SERVE_KIND(SOCKET_LISTENER) | STREAM_KIND | SERVE_KIND(SOCKET_UDP))
#define ANY_KIND        (ADDRESSED_KINDS | SERVE_KIND(SOCKET_PING))

static const struct serve_operation operations[NET_OP_COUNT] = {
    [NET_OP_ATTACH] = {do_attach, SERVE_HEAD, SERVE_HEAD, 0},
    [NET_OP_READY] = SERVE_READY(NET_CLIENT_SOCKETS_MAX),
    [NET_OP_INTERFACE] = {do_interface, SERVE_HEAD, SERVE_EXACTLY(struct net_interface_reply), 0},
    [NET_OP_LISTEN] = {do_listen, SERVE_EXACTLY(struct net_listen_request), SERVE_HEAD, 0},
    [NET_OP_ACCEPT] = {do_accept, SERVE_HEAD, SERVE_EXACTLY(struct net_accept_reply),
                       SERVE_KIND(SOCKET_LISTENER)},
    [NET_OP_CONNECT] = {do_connect, SERVE_EXACTLY(struct net_address_request), SERVE_HEAD, 0},
    [NET_OP_READ] = {do_read, SERVE_HEAD, SERVE_HEAD, STREAM_KIND},
    [NET_OP_WRITE] = {do_write, SERVE_EXACTLY(struct net_write_request), SERVE_HEAD, STREAM_KIND},
    [NET_OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD, ANY_KIND},
    [NET_OP_ABORT] = {do_abort, SERVE_HEAD, SERVE_HEAD, ANY_KIND},
    [NET_OP_LOCAL_ADDRESS] = {do_local_address, SERVE_HEAD, SERVE_EXACTLY(struct net_address_reply),
                              ADDRESSED_KINDS},
    [NET_OP_REMOTE_ADDRESS] = {do_remote_address, SERVE_HEAD,
                               SERVE_EXACTLY(struct net_address_reply), STREAM_KIND},
    [NET_OP_UDP_BIND] = {do_udp_bind, SERVE_EXACTLY(struct net_address_request), SERVE_HEAD, 0},
    [NET_OP_SEND_TO] = {do_send_to, offsetof(struct net_send_to_request, data),
                        sizeof(struct net_send_to_request), SERVE_HEAD, SERVE_KIND(SOCKET_UDP)},
    [NET_OP_RECEIVE_FROM] = {do_receive_from, SERVE_HEAD,
                             offsetof(struct net_receive_from_reply, data),
                             sizeof(struct net_receive_from_reply), SERVE_KIND(SOCKET_UDP)},
    [NET_OP_PING] = {do_ping, SERVE_EXACTLY(struct net_ping_request), SERVE_HEAD, 0},
    [NET_OP_PING_RESULT] = {do_ping_result, SERVE_HEAD, SERVE_EXACTLY(struct net_ping_reply),
                            SERVE_KIND(SOCKET_PING)},
};

static struct serve_client clients[NET_CLIENTS_MAX];

struct serve facade = {
    .operations = operations,
    .operation_count = NET_OP_COUNT,
    .version = NET_PROTOCOL_VERSION,
    .client_count = NET_CLIENTS_MAX,
    .clients = clients,
    .share_count = NET_CLIENT_SOCKETS_MAX,
    .objects = socket_table,
    .object_len = sizeof(struct socket),
    .end = abort_socket,
};
