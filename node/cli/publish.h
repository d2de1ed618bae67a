/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind a published service: a command for each stream, or a TCP server. */
#ifndef NODE_CLI_PUBLISH_H
#define NODE_CLI_PUBLISH_H

#include "node/cli/carrier.h"
#include "node/engine/endpoint.h"

struct publisher {
    const char *service;
    char **argv;       /* of the command, NULL at its end; NULL: a TCP server */
    union endpoint at; /* of that */
    bool stopping;
};

/* The owner of a carrier with these is a struct publisher. */
extern const struct carrier_events publish_command_events;
extern const struct carrier_events publish_tcp_events;

/* Ends the commands that still run, before their pipes are closed. */
void publish_command_kill_all(struct carrier *c);

#endif
