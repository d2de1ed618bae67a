/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets themselves, each client's share side by side. */
#include "socket.h"

struct socket socket_table[SOCKET_COUNT_MAX];

struct socket *socket_allocate(struct serve_client *client, enum socket_kind kind)
{
    if (kind == SOCKET_LISTENER &&
        serve_count_of_kind(client, SOCKET_LISTENER) >= NET_CLIENT_LISTENERS_MAX)
        return NULL;
    struct socket *socket = serve_take(client, kind);
    if (socket == NULL)
        return NULL;
    ring_clear(&socket->rx);
    ring_clear(&socket->tx);
    return socket;
}
