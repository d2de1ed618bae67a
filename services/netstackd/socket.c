/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets themselves, each client's share side by side, and the memory that it has with them.
 */
#include "socket.h"

#include "platform.h"
#include <string.h>

struct socket socket_table[SOCKET_COUNT_MAX];

static struct net_shared *memory_of_client[NET_CLIENTS_MAX]; /* once it attached */

struct net_stream_positions *socket_positions(const struct socket *socket)
{
    return &memory_of_client[socket->object.client->number]->positions[socket->object.share_idx];
}

static struct net_stream_bytes *bytes_of(const struct socket *socket)
{
    return &memory_of_client[socket->object.client->number]->bytes[socket->object.share_idx];
}

bool socket_share(const struct serve_client *client, uint32_t *capability)
{
    memory_of_client[client->number] = platform_shared(client->number, capability);
    if (memory_of_client[client->number] == NULL)
        return false;
    for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX; i++) {
        struct socket *socket = serve_share_at(client, i);
        if (socket->is_used)
            memset(bytes_of(socket), 0, sizeof(struct net_stream_bytes));
        socket->is_used = false;
    }
    return true;
}

struct socket *socket_allocate(struct serve_client *client, enum socket_kind kind)
{
    if (kind == SOCKET_LISTENER &&
        serve_count_of_kind(client, SOCKET_LISTENER) >= NET_CLIENT_LISTENERS_MAX)
        return NULL;
    struct socket *socket = serve_take(client, kind);
    if (socket == NULL)
        return NULL;
    struct net_stream_positions *positions = socket_positions(socket);
    memset(positions, 0, sizeof *positions);
    ring_init(&socket->rx, bytes_of(socket)->in, NET_STREAM_WINDOW_BYTES, &positions->in);
    ring_init(&socket->tx, bytes_of(socket)->out, NET_STREAM_WINDOW_BYTES, &positions->out);
    socket->is_used = true;
    return socket;
}
