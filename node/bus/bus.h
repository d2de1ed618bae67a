/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the bus share: sessions, services, bounds. */
#ifndef NODE_BUS_H
#define NODE_BUS_H

#include "dsoftbus/rate.h"
#include "node/bus/peers.h"
#include "node/bus/registry.h"
#include "node/engine/inbound.h"

struct bus_client;
struct gossip;
struct list_hearing;

struct bus_limits {
    uint32_t client_count;      /* clients of the socket */
    uint32_t stream_count;      /* streams of one client */
    uint32_t request_count;     /* unanswered requests of one client */
    uint32_t peer_stream_count; /* streams of one peer, on all its sessions */
    uint32_t descriptor_count;  /* clients and their streams together: sessions need theirs */
};

#define BUS_CLIENT_COUNT  64
#define BUS_NAME_COUNT    64
#define BUS_STREAM_COUNT  128
#define BUS_REQUEST_COUNT 16

struct bus {
    struct server_host host; /* first: the server's events find the bus by it */
    uv_loop_t *loop;
    struct server *server;
    struct inbound_host *files; /* NULL: no service `file` */
    struct bus_limits limits;
    struct registry registry;
    struct peers peers;
    struct bus_client *clients;
    uint32_t client_count;
    uint32_t descriptor_count; /* in use */
    uint32_t next_client;
    uint64_t started_ms;
    struct log_budget lines;       /* about clients */
    struct dsb_rate list_rate;     /* signatures of lists */
    struct list_hearing *hearings; /* revocations.h */
    struct gossip *gossips;
};

/* May the peer of this session use the service? Looked up in the trust store as it is now. */
bool bus_allows(const struct bus *b, const struct registry_entry *entry,
                const struct dsb_device_id *peer);

#endif
