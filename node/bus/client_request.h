/* SPDX-License-Identifier: Apache-2.0 */
/* What a client asks for, and what it is given: streams. */
#ifndef NODE_CLIENT_REQUEST_H
#define NODE_CLIENT_REQUEST_H

#include "node/bus/client.h"

/* For client_new. */
extern const struct client_events client_request_events;

/* A peer's stream for a service that the client published. False: it has as many as it may. */
bool client_incoming(struct bus_client *c, struct stream_set *set, uint32_t id, const char *service,
                     const struct dsb_device_id *peer);

#endif
