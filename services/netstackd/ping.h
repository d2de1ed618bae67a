/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP echo: one request, one answer or none. */
#ifndef NETSTACKD_PING_H
#define NETSTACKD_PING_H

#include "socket.h"

/* Once, before any ping. */
void ping_init(void);

enum net_status ping_open(struct serve_client *client, uint32_t ipv4, uint32_t timeout_ms,
                          struct socket **ping);
enum net_status ping_result(struct socket *ping, uint64_t *round_trip_ns);
void ping_close(struct socket *ping);

#endif
