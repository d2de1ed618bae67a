/* SPDX-License-Identifier: Apache-2.0 */
#include "listener.h"

#include "address.h"
#include "stream.h"
#include <lwip/tcp.h>
#include <string.h>

/* A connection came up. Its stream takes a slot of the listening client's share at once; without
 * one, lwIP resets the connection. */
static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct socket *listener = arg;
    struct listener *l = &listener->listener;

    if (error != ERR_OK || pcb == NULL || l->waiting_count >= NET_BACKLOG_MAX)
        return ERR_MEM;
    struct socket *stream = socket_allocate(listener->client, SOCKET_STREAM);
    if (stream == NULL)
        return ERR_MEM;
    stream_adopt(stream, listener, pcb);
    l->waiting[l->waiting_count++] = stream;
    socket_event(listener, NET_EVENT_READ_MASK);
    return ERR_OK;
}

bool listener_has_room(const struct tcp_pcb_listen *pcb)
{
    const struct socket *listener = pcb->callback_arg;

    return client_socket_count(listener->client) < NET_CLIENT_SOCKETS_MAX;
}

/* lwIP lets a port be listened on again while old connections to it fade, as long as this says
 * which listeners exist. */
static bool port_is_listened_on(const struct net_address *local)
{
    for (uint32_t c = 0; c < NET_CLIENTS_MAX; c++) {
        for (uint32_t s = 0; s < NET_CLIENT_SOCKETS_MAX; s++) {
            const struct socket *socket = &client_of_number(c)->sockets[s];
            struct net_address other;
            if (socket->kind != SOCKET_LISTENER)
                continue;
            listener_local_address(socket, &other);
            if (other.port == local->port &&
                (other.ipv4 == local->ipv4 || other.ipv4 == 0 || local->ipv4 == 0))
                return true;
        }
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

enum net_status listener_open(struct client *client, const struct net_address *local,
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
        socket_free(socket);
        return status_from_lwip(error);
    }
    socket->listener = (struct listener){.pcb = pcb};
    tcp_arg(pcb, socket);
    tcp_accept(pcb, on_accept);
    *listener = socket;
    return NET_OK;
}

void listener_forget(struct socket *listener, const struct socket *stream)
{
    struct listener *l = &listener->listener;
    uint32_t idx = 0;

    while (l->waiting[idx] != stream)
        idx++;
    l->waiting_count--;
    memmove(&l->waiting[idx], &l->waiting[idx + 1],
            (l->waiting_count - idx) * sizeof(l->waiting[0]));
}

enum net_status listener_accept(struct socket *listener, struct socket **stream)
{
    struct listener *l = &listener->listener;

    if (l->waiting_count == 0)
        return socket_would_block(listener, NET_EVENT_READ_MASK);
    *stream = l->waiting[0];
    stream_accepted(*stream);
    return NET_OK;
}

void listener_close(struct socket *listener)
{
    struct listener *l = &listener->listener;

    while (l->waiting_count > 0)
        stream_abort(l->waiting[0]);
    tcp_arg(l->pcb, NULL);
    tcp_accept(l->pcb, NULL);
    tcp_close(l->pcb); /* never fails in state LISTEN */
    socket_free(listener);
}

void listener_local_address(const struct socket *listener, struct net_address *address)
{
    const struct tcp_pcb *pcb = listener->listener.pcb;

    *address = address_from_lwip(&pcb->local_ip, pcb->local_port);
}
