/* SPDX-License-Identifier: Apache-2.0 */
/* TCP listeners. */
#ifndef NETSTACKD_LISTENER_H
#define NETSTACKD_LISTENER_H

#include "socket.h"

/* `local` and `backlog_count` were checked by the caller. */
enum net_status listener_open(struct serve_client *client, const struct net_address *local,
                              uint32_t backlog_count, struct socket **listener);
/* The oldest waiting connection; those that died have left the queue. */
enum net_status listener_accept(struct socket *listener, struct socket **stream);
/* Connections not yet accepted are reset. */
void listener_close(struct socket *listener);
/* Whether one more connection could be accepted. Its SYN is dropped otherwise, and comes again: to
 * refuse it later would be a reset. */
struct tcp_pcb_listen;
bool listener_has_room(const struct tcp_pcb_listen *pcb);
void listener_local_address(const struct socket *listener, struct net_address *address);

#endif
