/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets on which a server waits. */
#ifndef NODE_LISTENER_H
#define NODE_LISTENER_H

#include "node/engine/endpoint.h"

/*
 * A listening, non-blocking TCP socket for "ADDR:PORT"; NULL: port 34567 of every address, IPv6 and
 * IPv4. *bound is its address, with the port that the system chose when 0 was asked for.
 */
MUST_CHECK bool listener_open(int *fd, union endpoint *bound, const char *listen_text,
                              struct error *e);

#endif
