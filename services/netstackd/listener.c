/* SPDX-License-Identifier: Apache-2.0 */
/* TCP listeners: a connection that comes up takes a socket and waits in the backlog. */
#include "listener.h"

#include "address.h"
#include "backlog.h"
#include "stream.h"
#include <lwip/tcp.h>

/* A connection came up. Its stream takes a slot of the listening client's share at once; without
 * one, lwIP resets the connection. */
static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct socket *listener = arg;

    if (error != ERR_OK || pcb == NULL)
        return ERR_MEM;
    struct socket *stream = socket_allocate(listener->object.client, SOCKET_STREAM);
    if (stream == NULL)
        return ERR_MEM;
    if (!backlog_add(&listener->listener, stream)) {
        serve_free(&stream->object);
        return ERR_MEM;
    }
    stream_adopt(stream, listener, pcb);
    serve_happened(&listener->object, NET_EVENT_READ_MASK);
    return ERR_OK;
}

bool listener_has_room(const struct tcp_pcb_listen *pcb)
{
    const struct socket *listener = pcb->callback_arg;

    return serve_count(listener->object.client) < NET_CLIENT_SOCKETS_MAX;
}

/* lwIP lets a port be listened on again while old connections to it fade, as long as this says
 * which listeners exist. */
static bool port_is_listened_on(const struct net_address *local)
{
    for (uint32_t i = 0; i < SOCKET_COUNT_MAX; i++) {
        const struct socket *socket = &socket_table[i];
        struct net_address other;
        if (socket->object.kind != SOCKET_LISTENER)
            continue;
        listener_local_address(socket, &other);
        if (other.port == local->port &&
            (other.ipv4 == local->ipv4 || other.ipv4 == 0 || local->ipv4 == 0))
            return true;
    }
    return false;
}

/* NULL and `*error` on failure. */
static struct tcp_pcb *open_pcb(const struct net_address *local, uint32_t backlog_count,
                                err_t *error)
{
    ip_addr_t ip = address_to_lwip(local->ipv4);
    struct tcp_pcb *fresh = tcp_new();

    *error = ERR_MEM;
    if (fresh == NULL)
        return NULL;
    ip_set_option(fresh, SOF_REUSEADDR);
    *error = tcp_bind(fresh, &ip, local->port);
    if (*error == ERR_OK) {
        struct tcp_pcb *pcb = tcp_listen_with_backlog_and_err(fresh, (u8_t)backlog_count, error);
        if (pcb != NULL)
            return pcb; /* lwIP freed the fresh one */
    }
    tcp_abort(fresh);
    return NULL;
}

enum net_status listener_open(struct serve_client *client, const struct net_address *local,
                              uint32_t backlog_count, struct socket **listener)
{
    err_t error;

    if (local->port != 0 && port_is_listened_on(local))
        return NET_IN_USE;
    struct socket *socket = socket_allocate(client, SOCKET_LISTENER);
    if (socket == NULL)
        return NET_NO_BUFFERS;
    struct tcp_pcb *pcb = open_pcb(local, backlog_count, &error);
    if (pcb == NULL) {
        serve_free(&socket->object);
        return status_from_lwip(error);
    }
    socket->listener = (struct listener){.pcb = pcb};
    tcp_arg(pcb, socket);
    tcp_accept(pcb, on_accept);
    *listener = socket;
    return NET_OK;
}

enum net_status listener_accept(struct socket *listener, struct socket **stream)
{
    struct socket *oldest = backlog_oldest(&listener->listener);

    if (oldest == NULL)
        return serve_would_block(&listener->object, NET_EVENT_READ_MASK);
    stream_accepted(oldest);
    *stream = oldest;
    return NET_OK;
}

void listener_close(struct socket *listener)
{
    struct tcp_pcb *pcb = listener->listener.pcb;

    while (backlog_oldest(&listener->listener) != NULL)
        stream_abort(backlog_oldest(&listener->listener));
    tcp_arg(pcb, NULL);
    tcp_accept(pcb, NULL);
    tcp_close(pcb); /* never fails in state LISTEN */
    serve_free(&listener->object);
}

void listener_local_address(const struct socket *listener, struct net_address *address)
{
    const struct tcp_pcb *pcb = listener->listener.pcb;

    *address = address_from_lwip(&pcb->local_ip, pcb->local_port);
}
