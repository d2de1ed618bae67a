/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netstackd's messages: the skeleton's dispatch (lib/serve) and the table of operations. A client,
 * attached or not, or a badge that is none's, sends every operation with every length around those
 * that the operation allows, and any bytes; its objects are of every kind and in any state. The
 * request ends where its length says.
 *
 * What stands behind the handlers is its promise: it reads and writes the ranges that it is given,
 * answers anything, and takes and frees objects. Each object may have something to tell: READY asks
 * every one, since a bit that is not set is like an object that has nothing.
 */
#include "services/netstackd/facade.h"

#include "exact.h"
#include "serve/port.h"
#include "services/netstackd/address.h"
#include "services/netstackd/datagram.h"
#include "services/netstackd/interface.h"
#include "services/netstackd/listener.h"
#include "services/netstackd/ping.h"
#include "services/netstackd/socket.h"
#include "services/netstackd/stream.h"

extern struct serve facade;
struct socket socket_table[SOCKET_COUNT_MAX];
static union net_any_reply reply;

int lowest_bit_idx(unsigned long long bits)
{
    int idx = 0;

    /*@ loop unroll NET_CLIENT_SOCKETS_MAX; */
    while ((bits >> idx & 1) == 0)
        idx++;
    return idx;
}

/* --- promises --------------------------------------------------------------------------------- */

static enum net_status any_status(void)
{
    return (enum net_status)Frama_C_interval(SERVE_OK, 15);
}

static enum net_status open_any(struct serve_client *client, uint32_t kind, struct socket **socket)
{
    *socket = serve_take(client, kind);
    return *socket != NULL ? SERVE_OK : SERVE_NO_BUFFERS;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

void serve_port_signal(uint32_t capability)
{
    (void)capability;
}

bool address_is_local(const struct net_address *address)
{
    return Frama_C_interval(0, address->port) & 1;
}

bool address_is_host(uint32_t ipv4)
{
    return ipv4 & 1;
}

struct net_interface interface_describe(void)
{
    return (struct net_interface){.mtu_len = (uint16_t)Frama_C_interval(0, 65535)};
}

enum net_status listener_open(struct serve_client *client, const struct net_address *local,
                              uint32_t backlog_count, struct socket **listener)
{
    /*@ assert backlog: 1 <= backlog_count <= NET_BACKLOG_MAX; */
    (void)local->port;
    return open_any(client, SOCKET_LISTENER, listener);
}

enum net_status listener_accept(struct socket *listener, struct socket **stream)
{
    return open_any(listener->object.client, SOCKET_STREAM, stream);
}

void listener_close(struct socket *listener)
{
    serve_free(&listener->object);
}

void listener_local_address(const struct socket *listener, struct net_address *address)
{
    address->port = (uint16_t)listener->object.number;
}

enum net_status stream_connect(struct serve_client *client, const struct net_address *remote,
                               struct socket **stream)
{
    (void)remote->port;
    return open_any(client, SOCKET_STREAM, stream);
}

bool socket_share(const struct serve_client *client, uint32_t *capability)
{
    *capability = client->number;
    return Frama_C_interval(0, 1);
}

enum net_status stream_read(struct socket *socket, uint32_t *waiting_len)
{
    *waiting_len = Frama_C_unsigned_int_interval(0, NET_STREAM_WINDOW_BYTES);
    return serve_would_block(&socket->object, NET_EVENT_READ_MASK) == 0 ? SERVE_OK : any_status();
}

enum net_status stream_write(struct socket *socket, bool has_more)
{
    serve_happened(&socket->object, NET_EVENT_WRITE_MASK);
    return has_more ? any_status() : SERVE_OK;
}

void stream_close(struct socket *socket)
{
    serve_end_handle(&socket->object);
}

void stream_abort(struct socket *socket)
{
    serve_free(&socket->object);
}

enum net_status stream_local_address(const struct socket *socket, struct net_address *address)
{
    address->port = (uint16_t)socket->object.number;
    return any_status();
}

enum net_status stream_remote_address(const struct socket *socket, struct net_address *address)
{
    address->port = (uint16_t)socket->object.number;
    return any_status();
}

enum net_status datagram_open(struct serve_client *client, const struct net_address *local,
                              struct socket **udp)
{
    (void)local->port;
    return open_any(client, SOCKET_UDP, udp);
}

enum net_status datagram_send(struct socket *udp, const struct net_address *remote,
                              const void *bytes, uint32_t len)
{
    /*@ assert there: len == 0 || \valid_read((char *)bytes + (0 .. len - 1)); */
    (void)remote->port;
    (void)udp->object.number;
    return any_status();
}

enum net_status datagram_receive(struct socket *udp, struct net_address *remote,
                                 uint8_t bytes[NET_DATAGRAM_BYTES_MAX], uint32_t *len)
{
    /*@ assert room: \valid(bytes + (0 .. NET_DATAGRAM_BYTES_MAX - 1)); */
    Frama_C_make_unknown((char *)bytes, NET_DATAGRAM_BYTES_MAX);
    remote->port = (uint16_t)udp->object.number;
    *len = Frama_C_unsigned_int_interval(0, NET_DATAGRAM_BYTES_MAX);
    return any_status();
}

void datagram_close(struct socket *udp)
{
    serve_free(&udp->object);
}

void datagram_local_address(const struct socket *udp, struct net_address *address)
{
    address->port = (uint16_t)udp->object.number;
}

enum net_status ping_open(struct serve_client *client, uint32_t ipv4, uint32_t timeout_ms,
                          struct socket **ping)
{
    /*@ assert timeout: 1 <= timeout_ms <= NET_PING_TIMEOUT_MS_MAX; */
    (void)ipv4;
    return open_any(client, SOCKET_PING, ping);
}

enum net_status ping_result(struct socket *ping, uint64_t *round_trip_ns)
{
    *round_trip_ns = ping->object.number;
    return any_status();
}

void ping_close(struct socket *ping)
{
    serve_free(&ping->object);
}

/* --- every request ---------------------------------------------------------------------------- */

static uint32_t any_generation(void)
{
    return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static void make_objects(uint32_t kind)
{
    /*@ loop unroll NET_CLIENTS_MAX; */
    for (uint32_t i = 0; i < NET_CLIENTS_MAX; i++)
        facade.clients[i] = (struct serve_client){
            .serve = &facade,
            .number = i,
            .ready_bits = ((uint64_t)1 << NET_CLIENT_SOCKETS_MAX) - 1,
        };
    /*@ loop unroll SOCKET_COUNT_MAX; */
    for (uint32_t i = 0; i < SOCKET_COUNT_MAX; i++) {
        struct serve_object *object = &socket_table[i].object;

        object->client = &facade.clients[i / NET_CLIENT_SOCKETS_MAX];
        object->number = i;
        object->share_idx = i % NET_CLIENT_SOCKETS_MAX;
        object->kind = kind;
        object->generation = any_generation();
        object->named = Frama_C_interval(0, 1);
        object->armed_mask = Frama_C_unsigned_int_interval(0, UINT32_MAX);
        object->ready_mask = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    }
}

static void request(uint32_t kind, uint64_t badge, bool attached, uint32_t op, size_t len)
{
    struct serve_request *head = (void *)any_bytes(len);

    make_objects(kind);
    if (badge >= 1 && badge <= NET_CLIENTS_MAX)
        facade.clients[badge - 1].attached = attached;
    if (len >= sizeof head->op)
        head->op = op;
    size_t reply_len =
        serve_dispatch(&facade, badge, head, len, Frama_C_unsigned_int_interval(0, 63), &reply);
    /*@ assert answered: sizeof(struct serve_reply) <= reply_len <= NET_MESSAGE_BYTES_MAX; */
}

static void lengths(uint32_t kind, uint64_t badge, bool attached, uint32_t op)
{
    size_t min = op < NET_OP_COUNT ? facade.operations[op].request_len_min : 0;
    size_t max = op < NET_OP_COUNT ? facade.operations[op].request_len_max : 0;

    request(kind, badge, attached, op, 0);
    request(kind, badge, attached, op, sizeof(struct serve_request) - 1);
    request(kind, badge, attached, op, sizeof(struct serve_request));
    request(kind, badge, attached, op, min + 1);
    request(kind, badge, attached, op, max);
    request(kind, badge, attached, op, max + 1);
    if (min > 0) {
        request(kind, badge, attached, op, min - 1);
        request(kind, badge, attached, op, min);
    }
}

int main(void)
{
    serve_init(&facade, any_generation);
    serve_signal_now(&facade);
    (void)serve_count(&facade.clients[NET_CLIENTS_MAX - 1]);
    /*@ loop unroll NET_OP_COUNT + 1; */
    for (uint32_t op = 0; op <= NET_OP_COUNT; op++) {
        lengths(SOCKET_FREE, 0, true, op);
        lengths(SOCKET_FREE, NET_CLIENTS_MAX + 1, true, op);
        lengths(SOCKET_STREAM, NET_CLIENTS_MAX, false, op);
        /*@ loop unroll SOCKET_KIND_COUNT; */
        for (uint32_t kind = 0; kind < SOCKET_KIND_COUNT; kind++)
            lengths(kind, NET_CLIENTS_MAX, true, op);
    }
    return 0;
}
