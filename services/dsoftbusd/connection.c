/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "journal.h"

#include <string.h>

enum dsb_reason connection_begin(struct connection *connection, net_handle stream,
                                 const struct dsb_local *local, uint8_t ephemeral[DSB_KEY_LEN],
                                 uint64_t now_ms)
{
    connection->state = CONNECTION_HANDSHAKE;
    connection->is_ready = true;
    connection->stream = stream;
    return dsb_handshake_accept(&connection->slot.handshake, local, ephemeral, now_ms);
}

static bool has_output(const struct connection *connection)
{
    return connection->out_first < connection->out_len;
}

/* Writes what waits. False when the stream takes no more for now, or not any more. */
static bool flush(struct connection *connection, struct net_client *net, uint64_t now_ms)
{
    while (has_output(connection)) {
        size_t written_len = 0;
        enum net_status status =
            net_write(net, connection->stream, connection->out + connection->out_first,
                      connection->out_len - connection->out_first, &written_len);
        if (status == NET_WOULD_BLOCK)
            return false;
        if (status != NET_OK) {
            connection->is_eof = true;
            return false;
        }
        connection->out_first += written_len;
        if (connection->state == CONNECTION_SESSION)
            dsb_session_written(&connection->slot.session, written_len, now_ms);
    }
    connection->out_first = 0;
    connection->out_len = 0;
    return true;
}

/* Reads what fits. False when nothing came: it would block, or the stream ended (is_eof). */
static bool receive(struct connection *connection, struct net_client *net)
{
    size_t read_len = 0;
    enum net_status status = net_read(net, connection->stream, connection->in + connection->in_len,
                                      CONNECTION_IN_MAX - connection->in_len, &read_len);
    if (status == NET_WOULD_BLOCK)
        return false;
    if (status != NET_OK || read_len == 0) {
        connection->is_eof = true;
        return false;
    }
    connection->in_len += read_len;
    return true;
}

static void drop_used(struct connection *connection, size_t used_len)
{
    connection->in_len -= used_len;
    memmove(connection->in, connection->in + used_len, connection->in_len);
}

/* The last step, the binding, has markers of its own: connection_begin_session. */
static void journal_steps(struct dsb_handshake *handshake)
{
    enum dsb_step step;
    while ((step = dsb_handshake_next_step(handshake)) != DSB_STEP_NONE) {
        if (step != DSB_STEP_IDENTITY_BOUND)
            journal_step(step);
    }
}

static enum connection_outcome handshake_turn(struct connection *connection, struct net_client *net,
                                              uint64_t now_ms)
{
    struct dsb_handshake *handshake = &connection->slot.handshake;

    for (int unit = 0; unit < UNITS_PER_TURN; unit++) {
        size_t used_len = 0;
        enum dsb_handshake_state state =
            dsb_handshake_feed(handshake, connection->in, connection->in_len, now_ms, &used_len);
        drop_used(connection, used_len);
        if (state != DSB_HANDSHAKE_FAILED && state != DSB_HANDSHAKE_AUTHENTICATED &&
            !has_output(connection))
            connection->out_len = dsb_handshake_output(handshake, connection->out);
        state = handshake->state; /* making a message can fail, too */
        journal_steps(handshake);
        if (state == DSB_HANDSHAKE_FAILED)
            return CONNECTION_OVER;
        if (state == DSB_HANDSHAKE_AUTHENTICATED)
            return CONNECTION_AUTHENTICATED;
        bool flushed = flush(connection, net, now_ms);
        if (connection->is_eof) {
            (void)dsb_handshake_end_of_stream(handshake);
            return CONNECTION_OVER;
        }
        if (!flushed)
            return CONNECTION_WAITS;
        if (used_len != 0)
            continue;
        if (!receive(connection, net)) {
            if (!connection->is_eof)
                return CONNECTION_WAITS;
            (void)dsb_handshake_end_of_stream(handshake);
            return CONNECTION_OVER;
        }
    }
    return CONNECTION_GOES_ON;
}

/* Answers one DATA record by an identical one. out is empty, and as long as in. */
static enum dsb_status echo(struct connection *connection, const uint8_t *body, size_t body_len,
                            uint64_t now_ms)
{
    if (!connection->is_greeted) {
        connection->is_greeted = true;
        journal_session_ok();
    }
    return dsb_session_send_data(&connection->slot.session, connection->out, CONNECTION_OUT_MAX,
                                 body, body_len, now_ms, &connection->out_len);
}

/* Uses one unit of what was received. False when the session is over. *used_len as in the library.
 */
static bool feed_session(struct connection *connection, uint64_t now_ms, size_t *used_len)
{
    struct dsb_session *session = &connection->slot.session;
    const uint8_t *body = NULL;
    size_t body_len = 0;
    bool goes_on = true;

    switch (dsb_session_feed(session, connection->in, connection->in_len, now_ms, used_len, &body,
                             &body_len)) {
    case DSB_EVENT_DATA:
        /* A peer that sends longer records than it accepts cannot have its echo, nor anything else
         * any more. */
        if (echo(connection, body, body_len, now_ms) != DSB_OK)
            goes_on = dsb_session_end(session, now_ms) == DSB_OK;
        break;
    case DSB_EVENT_PEER_CLOSED:
        goes_on = dsb_session_close(session) == DSB_OK;
        break;
    case DSB_EVENT_FAILED:
        goes_on = false;
        break;
    case DSB_EVENT_NONE:
    case DSB_EVENT_PONG:
    case DSB_EVENT_CLOSED:
        break;
    }
    drop_used(connection, *used_len);
    return goes_on;
}

static enum connection_outcome end_of_stream(struct connection *connection)
{
    (void)dsb_session_end_of_stream(&connection->slot.session);
    return CONNECTION_OVER;
}

static enum connection_outcome session_turn(struct connection *connection, struct net_client *net,
                                            uint64_t now_ms)
{
    struct dsb_session *session = &connection->slot.session;

    for (int unit = 0; unit < UNITS_PER_TURN; unit++) {
        if (!has_output(connection) && dsb_session_wants_output(session))
            connection->out_len =
                dsb_session_output(session, connection->out, CONNECTION_OUT_MAX, now_ms);
        bool flushed = flush(connection, net, now_ms);
        if (connection->is_eof)
            return end_of_stream(connection);
        /* Nothing more is taken from a peer that does not take its answers. */
        dsb_session_pause(session, !flushed, now_ms);
        if (!flushed)
            return CONNECTION_WAITS;
        /* Whoever began the TCP connection ends it first: TIME-WAIT is then not ours. And what
         * comes behind the peer's CLOSE is looked at, as an error. */
        if (dsb_session_is_closed(session) && connection->fin_by_ms == 0)
            connection->fin_by_ms = now_ms + FIN_WAIT_MS;
        size_t used_len = 0;
        if (!feed_session(connection, now_ms, &used_len))
            return CONNECTION_OVER;
        if (used_len != 0 || has_output(connection) || dsb_session_wants_output(session))
            continue;
        if (!receive(connection, net))
            return connection->is_eof ? end_of_stream(connection) : CONNECTION_WAITS;
    }
    return CONNECTION_GOES_ON;
}

enum connection_outcome connection_turn(struct connection *connection, struct net_client *net,
                                        uint64_t now_ms)
{
    return connection->state == CONNECTION_SESSION ? session_turn(connection, net, now_ms)
                                                   : handshake_turn(connection, net, now_ms);
}

void connection_begin_session(struct connection *connection, uint64_t now_ms)
{
    if (dsb_slot_finish(&connection->slot, now_ms) != DSB_OK)
        return; /* the handshake is not authenticated: it stays what it is, and nothing is said */
    connection->state = CONNECTION_SESSION;
    journal_authenticated(dsb_session_peer(&connection->slot.session));
}

uint64_t connection_deadline(const struct connection *connection)
{
    if (connection->fin_by_ms != 0)
        return connection->fin_by_ms;
    switch (connection->state) {
    case CONNECTION_HANDSHAKE:
        return dsb_handshake_deadline(&connection->slot.handshake);
    case CONNECTION_SESSION:
        return dsb_session_deadline(&connection->slot.session);
    case CONNECTION_FREE:
        break;
    }
    return DSB_NO_DEADLINE;
}

enum connection_outcome connection_tick(struct connection *connection, uint64_t now_ms)
{
    if (connection->fin_by_ms != 0)
        return connection->fin_by_ms <= now_ms ? CONNECTION_OVER : CONNECTION_WAITS;
    bool failed =
        connection->state == CONNECTION_SESSION
            ? dsb_session_tick(&connection->slot.session, now_ms) == DSB_EVENT_FAILED
            : dsb_handshake_tick(&connection->slot.handshake, now_ms) == DSB_HANDSHAKE_FAILED;
    if (failed)
        return CONNECTION_OVER;
    return connection->state == CONNECTION_SESSION &&
                   dsb_session_wants_output(&connection->slot.session)
               ? CONNECTION_GOES_ON
               : CONNECTION_WAITS;
}

/* The reason of the end, in the journal. True when it was a clean one. */
static bool journal_end(struct connection *connection, enum dsb_reason give_up)
{
    if (connection->state == CONNECTION_HANDSHAKE) {
        struct dsb_handshake *handshake = &connection->slot.handshake;
        dsb_handshake_abort(handshake, give_up);
        journal_refused(dsb_handshake_reason(handshake), dsb_handshake_claim(handshake));
        return false;
    }
    struct dsb_session *session = &connection->slot.session;
    if (dsb_session_is_closed(session)) {
        journal_ended_cleanly();
        return true;
    }
    enum dsb_reason reason = dsb_session_reason(session);
    journal_ended(reason == DSB_REASON_NONE ? give_up : reason);
    return false;
}

void connection_end(struct connection *connection, struct net_client *net, enum dsb_reason give_up)
{
    bool clean = journal_end(connection, give_up);
    /* Only a clean end has bytes that must still arrive. Any other leaves nothing behind that a
     * peer could keep alive. */
    enum net_status status =
        clean ? net_close(net, connection->stream) : net_abort(net, connection->stream);
    (void)status; /* a stream that is gone needs no closing */
    noise_wipe(connection, sizeof(*connection));
}
