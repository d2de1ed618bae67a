/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the device under test: sends back what came, to anybody, as a server would that knows
 * its guests by their first bytes. Strangers are dropped for newcomers, and when they are slow. */
#ifndef NET_ECHO_SERVER_H
#define NET_ECHO_SERVER_H

#include "netfacade/netfacade.h"
#include <stdbool.h>

enum {
    ECHO_STREAMS_MAX = 24,
    ECHO_STRANGER_MS = 5000, /* so long may a stranger stay */
};

#define ECHO_GREETING     "greeting"
#define ECHO_GREETING_LEN 8

struct echo_stream {
    net_handle handle; /* 0: free */
    uint64_t begin_ms;
    uint64_t seen_len; /* of the whole stream */
    bool is_guest;
    size_t len, first; /* bytes[first] and len from there: not yet sent back */
    uint8_t bytes[2048];
};

struct echo_server {
    struct net_client client;
    net_handle listener;
    struct echo_stream streams[ECHO_STREAMS_MAX];
    uint32_t accepted_count, dropped_count;
};

void echo_server_start(struct echo_server *server, uint32_t badge, uint16_t port);
void echo_server_run(struct echo_server *server, uint64_t now_ms);

#endif
