/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in service `revocations` (RFC-0010): a peer brings a root's list as text, and hears
 * what came of it in one line: `taken SERIAL`, `known SERIAL` (what this device has) or `refused
 * REASON`. Or the stream ends busy: later perhaps. */
#ifndef NODE_BUS_REVOCATIONS_H
#define NODE_BUS_REVOCATIONS_H

#include "node/bus/bus.h"

#define REVOCATIONS_SERVICE "revocations"

/* A list has so long to come, ms. */
#define REVOCATIONS_WAIT_MS 10000

/* Signatures that are looked at in a second, for all peers together; who brought one that is not
 * the root's is not heard for a while, ms, so that no peer can use them up alone. */
#define REVOCATIONS_RATE_PER_S 4
#define REVOCATIONS_SHUT_MS    10000

/* Takes a stream of the peer's inside of conn_events.incoming. False: the session has one already.
 */
bool revocations_serve(struct bus *b, struct conn *c, uint32_t id);

#endif
