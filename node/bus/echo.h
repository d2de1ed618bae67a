/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in service `echo`: what comes goes back, and so does the end. */
#ifndef NODE_ECHO_H
#define NODE_ECHO_H

#include "node/engine/conn.h"

#define ECHO_SERVICE "echo"

/* Takes a stream of the peer's inside of conn_events.incoming. */
void echo_serve(struct conn *c, uint32_t id);

#endif
