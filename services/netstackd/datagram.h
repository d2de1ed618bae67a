/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets. Received datagrams wait in the socket's ring; one that finds no room is lost. */
#ifndef NETSTACKD_DATAGRAM_H
#define NETSTACKD_DATAGRAM_H

#include "socket.h"

enum net_status datagram_open(struct serve_client *client, const struct net_address *local,
                              struct socket **udp);
/* `len` is at most NET_DATAGRAM_BYTES_MAX. */
enum net_status datagram_send(struct socket *udp, const struct net_address *remote,
                              const void *bytes, uint32_t len);
enum net_status datagram_receive(struct socket *udp, struct net_address *remote,
                                 uint8_t bytes[NET_DATAGRAM_BYTES_MAX], uint32_t *len);
void datagram_close(struct socket *udp);
void datagram_local_address(const struct socket *udp, struct net_address *address);

#endif
