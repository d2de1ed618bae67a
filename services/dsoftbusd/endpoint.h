/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint for applications (proto/bus.h): a caller's badge says which names it may publish and
 * whom it may connect to, what it holds is its own, and nothing that it does costs another
 * anything.
 */
#ifndef DSOFTBUSD_ENDPOINT_H
#define DSOFTBUSD_ENDPOINT_H

#include "peers.h"
#include "serve/serve.h"

/* For the loop, and for tests: what the process adds are the slots and the hooks. */
extern struct serve bus_endpoint;

void endpoint_init(uint32_t (*random)(void));

/* What the peers tell, for those who wait or watch. */
extern const struct peers_listener endpoint_listener;

#endif
