/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the device under test that does every operation of the facade, at any time and in any
 * order, with the hostile stations as its peers. */
#ifndef NET_WILD_CLIENT_H
#define NET_WILD_CLIENT_H

#include "netfacade/netfacade.h"
#include <stdbool.h>

enum { WILD_HANDLES_MAX = 24 };

enum wild_kind {
    WILD_NONE,
    WILD_STREAM,
    WILD_UDP,
    WILD_PING,
};

struct wild_client {
    struct net_client client;
    uint64_t random;
    uint32_t first_ipv4, ipv4_count; /* whom it calls */
    uint16_t first_port, own_port;
    net_handle listener;
    struct {
        enum wild_kind kind;
        net_handle handle;
    } places[WILD_HANDLES_MAX];
    uint32_t done_count[NET_OP_COUNT]; /* operations that answered with NET_OK */
};

/* The addresses must be set. */
void wild_client_start(struct wild_client *wild, uint32_t badge, uint64_t seed);
void wild_client_step(struct wild_client *wild);
/* Everything is closed or aborted. */
void wild_client_stop(struct wild_client *wild);

#endif
