/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include "datagram.h"
#include "listener.h"
#include "ping.h"
#include "platform.h"
#include "random.h"
#include "stream.h"

static struct client clients[NET_CLIENTS_MAX];

void clients_init(void)
{
    for (uint32_t i = 0; i < NET_CLIENTS_MAX; i++) {
        clients[i].attached = false;
        clients[i].notify_pending = false;
        for (uint32_t s = 0; s < NET_CLIENT_SOCKETS_MAX; s++) {
            struct socket *socket = &clients[i].sockets[s];
            socket->kind = SOCKET_FREE;
            socket->client = &clients[i];
            /* Random, so that no handle of a netstackd that died means anything to the next one. */
            socket->generation = random_next();
            socket_end_handle(socket);
        }
    }
}

struct client *client_of_badge(uint64_t badge)
{
    if (badge < 1 || badge > NET_CLIENTS_MAX)
        return NULL;
    return &clients[badge - 1];
}

struct client *client_of_number(uint32_t client_idx)
{
    return client_idx < NET_CLIENTS_MAX ? &clients[client_idx] : NULL;
}

uint32_t client_number(const struct client *client)
{
    return (uint32_t)(client - clients);
}

void client_abort_socket(struct socket *socket)
{
    static void (*const abort_of_kind[SOCKET_KIND_COUNT])(struct socket *) = {
        [SOCKET_LISTENER] = listener_close,
        [SOCKET_STREAM] = stream_abort,
        [SOCKET_UDP] = datagram_close,
        [SOCKET_PING] = ping_close,
    };

    abort_of_kind[socket->kind](socket);
}

void client_died(struct client *client)
{
    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++) {
        if (client->sockets[i].kind != SOCKET_FREE)
            client_abort_socket(&client->sockets[i]);
    }
    if (client->attached)
        platform_drop_capability(client->notification);
    client->attached = false;
    client->notify_pending = false;
}

void client_attach(struct client *client, uint32_t notification)
{
    client_died(client);
    client->notification = notification;
    client->attached = true;
}

uint32_t client_take_ready(struct client *client, struct net_event events[NET_CLIENT_SOCKETS_MAX])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++) {
        struct socket *socket = &client->sockets[i];
        if (socket->ready_mask == 0)
            continue;
        events[count].handle = socket_handle(socket);
        events[count].events_mask = socket->ready_mask;
        socket->ready_mask = 0;
        count++;
    }
    return count;
}

void clients_notify(void)
{
    for (uint32_t i = 0; i < NET_CLIENTS_MAX; i++) {
        if (!clients[i].notify_pending)
            continue;
        clients[i].notify_pending = false;
        platform_notify(clients[i].notification);
    }
}

uint32_t client_socket_count(const struct client *client)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++)
        count += client->sockets[i].kind != SOCKET_FREE;
    return count;
}
