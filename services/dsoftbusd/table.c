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
    memset(table, 0, offsetof(struct table, sessions));
    for (size_t i = 0; i < SESSION_MAX; i++)
        memset(&table->sessions[i], 0, offsetof(struct session, bytes)); /* none of them counts */
    table->local = local;
    table->net = net;
    table->rng_cap = rng_cap;
    dsb_admission_init(&table->admission, table->half_open, HALF_OPEN_MAX);
}

static uint32_t index_of(const struct table *table, const struct connection *connection)
{
    return (uint32_t)(connection - table->connections);
}

/* A free one is about to begin. */
static void take(struct table *table, const struct connection *connection)
{
    if (table->used_end <= index_of(table, connection))
        table->used_end = index_of(table, connection) + 1;
}

static void let_go(struct table *table, struct connection *connection, enum dsb_reason give_up)
{
    connection_end(connection, table->net, give_up);
    while (table->used_end != 0 && connection_is_free(&table->connections[table->used_end - 1]))
        table->used_end--;
}

/* Ends a connection in whichever state it is, and forgets it. */
static void end(struct table *table, struct connection *connection, enum dsb_reason give_up)
{
    if (connection->session != NULL) {
        table->session_count--;
        table->is_changed = true;
    } else if (!connection->is_dialled) {
        (void)dsb_admission_leave(&table->admission, index_of(table, connection));
    }
    dsb_link_abort(&connection->link, give_up);
    if (connection->attempt != NULL)
        *connection->attempt = (struct attempt){false, dsb_link_reason(&connection->link)};
    let_go(table, connection, give_up);
}

/* There always is one: CONNECTION_MAX is one more than what the three bounds let in. */
static struct connection *find_free(struct table *table)
{
    size_t i = 0;
    while (i < CONNECTION_MAX - 1 && !connection_is_free(&table->connections[i]))
        i++;
    assert(connection_is_free(&table->connections[i]));
    return &table->connections[i];
}

/* Without random bytes it is zero, which the library refuses. */
static void get_ephemeral(const struct table *table, uint8_t ephemeral[DSB_KEY_LEN])
{
    if (rng_get(table->rng_cap, ephemeral, DSB_KEY_LEN) != RNG_OK)
        memset(ephemeral, 0, DSB_KEY_LEN);
}

static void admit(struct table *table, net_handle stream, const struct net_address *remote,
                  uint64_t now_ms)
{
    struct connection *connection = find_free(table);
    uint8_t source[DSB_SOURCE_LEN] = {(uint8_t)(remote->ipv4 >> 24), (uint8_t)(remote->ipv4 >> 16),
                                      (uint8_t)(remote->ipv4 >> 8), (uint8_t)remote->ipv4};
    uint8_t ephemeral[DSB_KEY_LEN];
    uint32_t dropped = 0;

    if (dsb_admission_enter(&table->admission, source, index_of(table, connection), &dropped)) {
        /* It has left the table already: only its connection is still to be ended. */
        let_go(table, &table->connections[dropped], DSB_REASON_LOCAL_DROPPED);
    }
    get_ephemeral(table, ephemeral);
    take(table, connection);
    if (connection_begin(connection, stream, table->local, ephemeral, now_ms) != DSB_REASON_NONE)
        end(table, connection, DSB_REASON_LOCAL_ABORTED);
}

void table_dial(struct table *table, struct attempt *attempt, const struct dsb_device_id *peer,
                const struct net_address *address, uint64_t now_ms)
{
    struct connection *connection = find_free(table);
    uint8_t ephemeral[DSB_KEY_LEN];
    net_handle stream;

    *attempt = (struct attempt){false, DSB_REASON_LOCAL_ABORTED};
    if (net_connect(table->net, address, &stream) != NET_OK)
        return;
    get_ephemeral(table, ephemeral);
    attempt->is_under_way = true;
    connection->attempt = attempt;
    take(table, connection);
    if (connection_dial(connection, stream, table->local, peer, ephemeral, now_ms) !=
        DSB_REASON_NONE)
        end(table, connection, DSB_REASON_LOCAL_ABORTED);
}

void table_give_up(struct table *table, struct attempt *attempt)
{
    for (size_t i = 0; i < table->used_end; i++)
        if (table->connections[i].attempt == attempt)
            end(table, &table->connections[i], DSB_REASON_LOCAL_ABORTED);
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
    for (size_t i = 0; i < table->used_end; i++) {
        struct connection *connection = &table->connections[i];
        if (!connection_is_free(connection) && connection->stream == stream)
            connection->is_ready = true;
    }
}

static size_t session_count_of(const struct table *table, const struct dsb_device_id *peer)
{
    size_t count = 0;
    for (size_t i = 0; i < table->used_end; i++) {
        const struct connection *connection = &table->connections[i];
        count += connection->session != NULL &&
                 dsb_device_id_equal(dsb_link_peer(&connection->link), peer);
    }
    return count;
}

struct session *table_session(struct table *table, const struct dsb_device_id *peer, size_t idx)
{
    for (size_t i = 0; i < SESSION_MAX; i++) {
        struct session *session = &table->sessions[i];
        if (session->is_used && session_is_usable(session) &&
            dsb_device_id_equal(&session->peer, peer) && idx-- == 0)
            return session;
    }
    return NULL;
}

size_t table_dialled_count(const struct table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->used_end; i++)
        count += table->connections[i].is_dialled && table->connections[i].session != NULL;
    return count;
}

void table_close_idle(struct table *table)
{
    for (size_t i = 0; i < table->used_end; i++) {
        struct connection *connection = &table->connections[i];
        if (connection->is_dialled && connection->session != NULL &&
            session_is_idle(connection->session) && dsb_link_close(&connection->link) == DSB_OK) {
            dsb_streams_end(&connection->session->streams);
            connection->is_ready = true;
            return;
        }
    }
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
    if (!connection->is_dialled)
        (void)dsb_admission_leave(&table->admission, index_of(table, connection));
    table->session_count++;
    table->is_changed = true;
    if (connection->attempt != NULL)
        *connection->attempt = (struct attempt){false, DSB_REASON_NONE};
    connection->attempt = NULL;
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

    for (size_t i = 0; i < table->used_end; i++) {
        struct connection *connection = &table->connections[i];
        if (connection->is_ready || connection_wants_turn(connection) ||
            connection_deadline(connection) <= now_ms)
            settle(table, connection, connection_turn(connection, table->net, now_ms), now_ms);
        goes_on = goes_on || connection->is_ready || connection_wants_turn(connection);
    }
    return goes_on;
}

void table_recheck(struct table *table)
{
    for (size_t i = 0; i < table->used_end; i++) {
        struct connection *connection = &table->connections[i];
        if (connection->session != NULL &&
            !dsb_link_is_trusted(&connection->link, table->local->trust))
            end(table, connection, DSB_REASON_LOCAL_REVOKED);
    }
}

uint64_t table_deadline(const struct table *table)
{
    uint64_t earliest = DSB_NO_DEADLINE;

    for (size_t i = 0; i < table->used_end; i++) {
        uint64_t deadline = connection_deadline(&table->connections[i]);
        if (deadline < earliest)
            earliest = deadline;
    }
    return earliest;
}
