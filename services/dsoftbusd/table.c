/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets in, who is dropped for whom, whose turn it is. */
#include "table.h"

#include "journal.h"
#include "rng/rng.h"

#include <assert.h>
#include <string.h>

void table_init(struct table *table, const struct dsb_local *local, struct net_client *net,
                uint32_t rng_cap)
{
    memset(table, 0, sizeof *table);
    table->local = local;
    table->net = net;
    table->rng_cap = rng_cap;
    dsb_admission_init(&table->admission, table->half_open, HALF_OPEN_MAX);
}

static uint32_t index_of(const struct table *table, const struct connection *connection)
{
    return (uint32_t)(connection - table->connections);
}

/* Ends a connection in whichever state it is, and forgets it. */
static void end(struct table *table, struct connection *connection, enum dsb_reason give_up)
{
    if (connection->session != NULL)
        table->session_count--;
    else
        (void)dsb_admission_leave(&table->admission, index_of(table, connection));
    connection_end(connection, table->net, give_up);
}

/* There always is one: CONNECTION_MAX is one more than what the two bounds let in. */
static struct connection *find_free(struct table *table)
{
    size_t i = 0;
    while (i < CONNECTION_MAX - 1 && !connection_is_free(&table->connections[i]))
        i++;
    assert(connection_is_free(&table->connections[i]));
    return &table->connections[i];
}

static void admit(struct table *table, net_handle stream, const struct net_address *remote,
                  uint64_t now_ms)
{
    struct connection *connection = find_free(table);
    uint8_t source[DSB_SOURCE_LEN] = {(uint8_t)(remote->ipv4 >> 24), (uint8_t)(remote->ipv4 >> 16),
                                      (uint8_t)(remote->ipv4 >> 8), (uint8_t)remote->ipv4};
    uint8_t ephemeral[DSB_KEY_LEN] = {0};
    uint32_t dropped = 0;

    if (dsb_admission_enter(&table->admission, source, index_of(table, connection), &dropped)) {
        /* It has left the table already: only its connection is still to be ended. */
        connection_end(&table->connections[dropped], table->net, DSB_REASON_LOCAL_DROPPED);
    }
    /* Without random bytes the ephemeral stays zero, which the library refuses. */
    if (rng_get(table->rng_cap, ephemeral, sizeof ephemeral) != RNG_OK)
        memset(ephemeral, 0, sizeof ephemeral);
    if (connection_begin(connection, stream, table->local, ephemeral, now_ms) != DSB_REASON_NONE)
        end(table, connection, DSB_REASON_LOCAL_ABORTED);
}

enum accept_outcome table_accept(struct table *table, net_handle listener, uint64_t now_ms)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        net_handle stream;
        struct net_address remote;
        enum net_status status = net_accept(table->net, listener, &stream, &remote);
        if (status != NET_OK)
            return status == NET_WOULD_BLOCK ? ACCEPT_NONE_LEFT : ACCEPT_LATER;
        admit(table, stream, &remote, now_ms);
    }
    return ACCEPT_GOES_ON;
}

void table_ready(struct table *table, net_handle stream)
{
    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        struct connection *connection = &table->connections[i];
        if (!connection_is_free(connection) && connection->stream == stream)
            connection->is_ready = true;
    }
}

static size_t session_count_of(const struct table *table, const struct dsb_device_id *peer)
{
    size_t count = 0;
    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        const struct connection *connection = &table->connections[i];
        count += connection->session != NULL &&
                 dsb_device_id_equal(dsb_link_peer(&connection->link), peer);
    }
    return count;
}

/* There always is one while fewer than SESSION_MAX are used. */
static struct session *find_free_session(struct table *table)
{
    size_t i = 0;
    while (i < SESSION_MAX - 1 && table->sessions[i].is_used)
        i++;
    assert(!table->sessions[i].is_used);
    return &table->sessions[i];
}

/* The handshake of connection is authenticated. False when there is no room for its session. */
static bool begin_session(struct table *table, struct connection *connection, uint64_t now_ms)
{
    const struct dsb_device_id *peer = dsb_link_peer(&connection->link);
    if (peer == NULL || table->session_count == SESSION_MAX ||
        session_count_of(table, peer) == PEER_SESSION_MAX)
        return false;
    connection_begin_session(connection, find_free_session(table), table->local->trust, now_ms);
    if (connection->session == NULL)
        return false;
    (void)dsb_admission_leave(&table->admission, index_of(table, connection));
    table->session_count++;
    return true;
}

/* What follows from a turn. */
static void settle(struct table *table, struct connection *connection,
                   enum connection_outcome outcome, uint64_t now_ms)
{
    connection->is_ready = outcome == CONNECTION_GOES_ON || outcome == CONNECTION_AUTHENTICATED;
    if (outcome == CONNECTION_OVER)
        end(table, connection, DSB_REASON_LOCAL_ABORTED);
    else if (outcome == CONNECTION_AUTHENTICATED && !begin_session(table, connection, now_ms))
        end(table, connection, DSB_REASON_LOCAL_FULL);
}

bool table_turn(struct table *table, uint64_t now_ms)
{
    bool goes_on = false;

    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        struct connection *connection = &table->connections[i];
        if (connection->is_ready || connection_wants_turn(connection) ||
            connection_deadline(connection) <= now_ms)
            settle(table, connection, connection_turn(connection, table->net, now_ms), now_ms);
        goes_on = goes_on || connection->is_ready || connection_wants_turn(connection);
    }
    return goes_on;
}

uint64_t table_deadline(const struct table *table)
{
    uint64_t earliest = DSB_NO_DEADLINE;

    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        uint64_t deadline = connection_deadline(&table->connections[i]);
        if (deadline < earliest)
            earliest = deadline;
    }
    return earliest;
}
