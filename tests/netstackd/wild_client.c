/* SPDX-License-Identifier: Apache-2.0 */
/* A place for each handle; a step is one operation on one of them. */
#include "netstackd/wild_client.h"

#include "netstackd/host.h"
#include <stdlib.h>

static uint32_t below(struct wild_client *wild, uint32_t bound)
{
    return host_random(&wild->random) % bound;
}

/* Of an own handle: never an answer that says that it is none, or that the question was wrong. */
static bool done(struct wild_client *wild, enum net_op op, enum net_status status)
{
    if (status == NET_NOT_FOUND || status == NET_MALFORMED || status == NET_IO)
        abort();
    wild->done_count[op] += status == NET_OK;
    return status == NET_OK;
}

void wild_client_start(struct wild_client *wild, uint32_t badge, uint64_t seed)
{
    const struct net_address any = {.port = wild->own_port};

    wild->random = seed;
    if (net_attach(&wild->client, badge, badge) != NET_OK ||
        net_listen(&wild->client, &any, 4, &wild->listener) != NET_OK)
        abort();
}

static struct net_address some_station(struct wild_client *wild)
{
    return (struct net_address){.ipv4 = wild->first_ipv4 + below(wild, wild->ipv4_count),
                                .port = (uint16_t)(wild->first_port + below(wild, 100))};
}

static void begin_something(struct wild_client *wild, uint32_t idx)
{
    const struct net_address to = some_station(wild);
    const struct net_address local = {.port = (uint16_t)(5000 + below(wild, 4))};
    net_handle handle = 0;
    enum wild_kind kind = WILD_STREAM;
    bool is_done;

    switch (below(wild, 8)) {
    case 0:
        kind = WILD_UDP;
        is_done = done(wild, NET_OP_UDP_BIND, net_udp_bind(&wild->client, &local, &handle));
        break;
    case 1:
        kind = WILD_PING;
        is_done = done(wild, NET_OP_PING,
                       net_ping(&wild->client, to.ipv4, 1 + below(wild, 3000), &handle));
        break;
    case 2:
    case 3:
        is_done = done(wild, NET_OP_CONNECT, net_connect(&wild->client, &to, &handle));
        break;
    default:
        is_done =
            done(wild, NET_OP_ACCEPT, net_accept(&wild->client, wild->listener, &handle, NULL));
        break;
    }
    wild->places[idx].kind = is_done ? kind : WILD_NONE;
    wild->places[idx].handle = handle;
}

static void end_it(struct wild_client *wild, uint32_t idx)
{
    net_handle handle = wild->places[idx].handle;

    if (below(wild, 2) == 0)
        (void)done(wild, NET_OP_CLOSE, net_close(&wild->client, handle));
    else
        (void)done(wild, NET_OP_ABORT, net_abort(&wild->client, handle));
    wild->places[idx].kind = WILD_NONE;
}

static void use_stream(struct wild_client *wild, net_handle handle)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    size_t len;

    if (below(wild, 2) == 0)
        (void)done(wild, NET_OP_READ,
                   net_read(&wild->client, handle, bytes, 1 + below(wild, sizeof bytes), &len));
    else
        (void)done(wild, NET_OP_WRITE,
                   net_write(&wild->client, handle, bytes, below(wild, sizeof bytes), &len));
}

static void use_udp(struct wild_client *wild, net_handle handle)
{
    static uint8_t bytes[NET_DATAGRAM_BYTES_MAX];
    const struct net_address to = some_station(wild);
    struct net_address from;
    size_t len;

    if (below(wild, 2) == 0)
        (void)done(wild, NET_OP_RECEIVE_FROM,
                   net_receive_from(&wild->client, handle, &from, bytes, sizeof bytes, &len));
    else
        (void)done(wild, NET_OP_SEND_TO,
                   net_send_to(&wild->client, handle, &to, bytes, below(wild, sizeof bytes)));
}

void wild_client_step(struct wild_client *wild)
{
    uint32_t idx = below(wild, WILD_HANDLES_MAX);
    net_handle handle = wild->places[idx].handle;
    uint64_t round_trip_ns;

    if (wild->places[idx].kind == WILD_NONE)
        begin_something(wild, idx);
    else if (below(wild, 16) == 0)
        end_it(wild, idx);
    else if (wild->places[idx].kind == WILD_STREAM)
        use_stream(wild, handle);
    else if (wild->places[idx].kind == WILD_UDP)
        use_udp(wild, handle);
    else
        (void)done(wild, NET_OP_PING_RESULT,
                   net_ping_result(&wild->client, handle, &round_trip_ns));
}

void wild_client_stop(struct wild_client *wild)
{
    for (uint32_t i = 0; i < WILD_HANDLES_MAX; i++)
        if (wild->places[i].kind != WILD_NONE)
            end_it(wild, i);
    if (net_close(&wild->client, wild->listener) != NET_OK)
        abort(); /* with it goes who still waits there */
}
