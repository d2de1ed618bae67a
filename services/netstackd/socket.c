/* SPDX-License-Identifier: Apache-2.0 */
#include "socket.h"

#include "client.h"

/* A handle: generation above, 1 + number of the slot among all clients' below. So one client's
 * handle is never another's, and zero is none. */
enum {
    HANDLE_SLOT_BITS = 8,
    HANDLE_SLOT_MASK = (1 << HANDLE_SLOT_BITS) - 1,
    GENERATION_MASK = (1 << (32 - HANDLE_SLOT_BITS)) - 1,
};
_Static_assert(NET_CLIENTS_MAX *NET_CLIENT_SOCKETS_MAX <= HANDLE_SLOT_MASK, "slots fit a handle");

static uint32_t count_of_kind(const struct client *client, enum socket_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++)
        count += client->sockets[i].kind == kind;
    return count;
}

struct socket *socket_allocate(struct client *client, enum socket_kind kind)
{
    if (kind == SOCKET_LISTENER &&
        count_of_kind(client, SOCKET_LISTENER) >= NET_CLIENT_LISTENERS_MAX)
        return NULL;
    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++) {
        struct socket *socket = &client->sockets[i];
        if (socket->kind != SOCKET_FREE)
            continue;
        socket->kind = kind;
        socket->client = client;
        socket->named = false;
        socket->armed_mask = 0;
        socket->ready_mask = 0;
        ring_clear(&socket->rx);
        ring_clear(&socket->tx);
        return socket;
    }
    return NULL;
}

void socket_end_handle(struct socket *socket)
{
    socket->named = false;
    socket->generation = (socket->generation + 1) & GENERATION_MASK;
    socket->armed_mask = 0;
    socket->ready_mask = 0;
}

void socket_free(struct socket *socket)
{
    socket_end_handle(socket);
    socket->kind = SOCKET_FREE;
}

static uint32_t slot_number(const struct socket *socket)
{
    return client_number(socket->client) * NET_CLIENT_SOCKETS_MAX +
           (uint32_t)(socket - socket->client->sockets);
}

net_handle socket_handle(const struct socket *socket)
{
    return socket->generation << HANDLE_SLOT_BITS | (slot_number(socket) + 1);
}

net_handle socket_give_handle(struct socket *socket)
{
    socket->named = true;
    return socket_handle(socket);
}

struct socket *socket_find(struct client *client, net_handle handle)
{
    uint32_t slot = (handle & HANDLE_SLOT_MASK) - 1; /* 0 wraps to a number that no slot has */
    uint32_t first_slot = client_number(client) * NET_CLIENT_SOCKETS_MAX;

    if (slot < first_slot || slot - first_slot >= NET_CLIENT_SOCKETS_MAX)
        return NULL;
    struct socket *socket = &client->sockets[slot - first_slot];
    if (!socket->named || socket->generation != handle >> HANDLE_SLOT_BITS)
        return NULL;
    return socket;
}

enum net_status socket_would_block(struct socket *socket, uint32_t events_mask)
{
    socket->armed_mask |= events_mask;
    socket->ready_mask &= ~events_mask;
    return NET_WOULD_BLOCK;
}

void socket_event(struct socket *socket, uint32_t events_mask)
{
    events_mask &= socket->armed_mask;
    if (events_mask == 0)
        return;
    socket->armed_mask &= ~events_mask;
    socket->ready_mask |= events_mask;
    socket->client->notify_pending = true;
}
