/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets that do not block and do not collect small writes. */
#ifndef NODE_TCP_H
#define NODE_TCP_H

#include "node/engine/endpoint.h"

/* A socket, or a listener for what it accepts: a small write does not wait for more (TCP_NODELAY).
 */
void tcp_send_at_once(int fd);

/* Begins to connect: 0 and a socket, or an errno. */
int tcp_dial(int *fd, const union endpoint *at);

/* Once it is writable: 0, or why there is no connection. */
int tcp_dial_result(int fd);

/* The next connection of a listener that does not block; -1 when there is none. */
int tcp_accept(int listener);

#endif
