/* SPDX-License-Identifier: Apache-2.0 */
/* The bus from the sessions' side: who gets a peer's stream. And its beginning and end. */
#ifndef NODE_ROUTER_H
#define NODE_ROUTER_H

#include "node/bus/bus.h"

/* Fills in host, and begins without clients. The rest is the caller's to set before. */
void bus_start(struct bus *b, uint32_t name_count, uint32_t peer_session_count,
               uint16_t discovery_port);

/* The trust store changed: ends the streams that a peer's line does not permit any more. */
void bus_recheck(struct bus *b);

/* Ends every client and every wait; peers that may no longer do so lose their streams with the
 * session, which is the server's. */
void bus_stop(struct bus *b);

/* After the loop ended. */
void bus_free(struct bus *b);

#endif
