/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: one fixed record per badge, with the client's whole share of sockets. */
#ifndef NETSTACKD_CLIENT_H
#define NETSTACKD_CLIENT_H

#include "socket.h"

struct client {
    bool attached;
    bool notify_pending;
    uint32_t notification; /* capability, while attached */
    struct socket sockets[NET_CLIENT_SOCKETS_MAX];
};

void clients_init(void);

/* NULL when the badge is no client's. */
struct client *client_of_badge(uint64_t badge);
struct client *client_of_number(uint32_t client_idx);
uint32_t client_number(const struct client *client);

/* A new life of the client: sockets of an earlier one are freed. */
void client_attach(struct client *client, uint32_t notification);
/* The process died: everything it had is freed. */
void client_died(struct client *client);

/* Frees a socket of any kind at once; a stream is reset. */
void client_abort_socket(struct socket *socket);

/* Copies and clears what became ready; returns how many events. */
uint32_t client_take_ready(struct client *client, struct net_event events[NET_CLIENT_SOCKETS_MAX]);

/* Signals each client to which something happened since the last call: once, however much it was.
 */
void clients_notify(void);

/* Sockets in use, of NET_CLIENT_SOCKETS_MAX. */
uint32_t client_socket_count(const struct client *client);

#endif
