/* SPDX-License-Identifier: Apache-2.0 */
/* What the facade's tests have in common: every client attached, two of them by name, and what they
 * do all the time. */
#ifndef NET_FACADE_CLIENTS_H
#define NET_FACADE_CLIENTS_H

#include "netfacade/netfacade.h"
#include "netstackd/host.h"
#include "netstackd/testing.h"

#define PORT 4000
/* A notification capability for each client: 100 + badge. */
#define NOTIFICATION(badge) (100u + (badge))

extern struct net_client clients[NET_CLIENTS_MAX + 1]; /* by badge; 0 unused */
extern struct net_client *const a, *const b;
extern const struct net_address local; /* PORT on the loopback */
extern uint32_t baseline_use;          /* of lwIP's pools, before any test */

/* Once. */
void begin_all(void);
/* Before each test: everybody attaches anew. */
int begin(void **state);
uint32_t socket_count(uint32_t badge);
net_handle listen_on(struct net_client *client, uint16_t port, uint32_t backlog_count);
net_handle udp_on(struct net_client *client, uint16_t port);
net_handle connect_to(struct net_client *client, uint16_t port);
/* One connection: `*client_stream` is a's, `*server_stream` b's. */
void make_pair(net_handle *client_stream, net_handle *server_stream);
/* Takes all events, and returns those of this handle. */
uint32_t events_of(struct net_client *client, net_handle handle);

/* The groups of tests beside facade_test.c's own; each returns how many failed. */
int stream_tests(void);
int datagram_tests(void);
int share_tests(void);
int shared_tests(void);

#endif
