/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: the library's link on a stream of the sockets facade, a session's streams on top.
 */
#include "connection.h"

#include "journal.h"

_Static_assert(offsetof(struct connection, in) % 8 == DSB_LINK_GAP &&
                   offsetof(struct connection, out) % 8 == DSB_LINK_GAP,
               "first units lie at words");

static struct dsb_link_buffers begin(struct connection *connection, net_handle stream)
{
    connection->is_ready = true;
    connection->stream = stream;
    return (struct dsb_link_buffers){connection->in, sizeof connection->in, connection->out,
                                     sizeof connection->out};
}

enum dsb_reason connection_begin(struct connection *connection, net_handle stream,
                                 const struct dsb_local *local, uint8_t ephemeral[DSB_KEY_LEN],
                                 uint64_t now_ms)
{
    const struct dsb_link_buffers buffers = begin(connection, stream);
    return dsb_link_accept(&connection->link, local, ephemeral, &buffers, now_ms);
}

enum dsb_reason connection_dial(struct connection *connection, net_handle stream,
                                const struct dsb_local *local, const struct dsb_device_id *peer,
                                uint8_t ephemeral[DSB_KEY_LEN], uint64_t now_ms)
{
    const struct dsb_link_buffers buffers = begin(connection, stream);
    connection->is_dialled = true;
    return dsb_link_connect(&connection->link, local, peer, ephemeral, &buffers, now_ms);
}

/* Writes what waits. False when the stream takes no more for now. */
static bool flush(struct connection *connection, struct net_client *net, uint64_t now_ms)
{
    const uint8_t *bytes;
    size_t len;

    while ((bytes = dsb_link_pending(&connection->link, now_ms, &len)) != NULL) {
        size_t written_len = 0;
        enum net_status status = net_write(net, connection->stream, bytes, len, &written_len);
        if (status == NET_WOULD_BLOCK)
            return false;
        if (status != NET_OK) {
            connection->is_eof = true;
            dsb_link_write_failed(&connection->link);
            dsb_link_end_of_stream(&connection->link);
            return true;
        }
        dsb_link_sent(&connection->link, written_len, now_ms);
    }
    return true;
}

/* Reads what fits, or the end of the stream. False when neither came. */
static bool receive(struct connection *connection, struct net_client *net)
{
    size_t room_len = 0, read_len = 0;
    uint8_t *at = dsb_link_room(&connection->link, &room_len);
    enum net_status status = net_read(net, connection->stream, at, room_len, &read_len);
    if (status == NET_WOULD_BLOCK)
        return false;
    if (status == NET_OK && read_len != 0) {
        dsb_link_received(&connection->link, read_len);
    } else {
        connection->is_eof = true;
        dsb_link_end_of_stream(&connection->link);
    }
    return true;
}

/* Of newcomers. The last step, the binding, has markers of its own: connection_begin_session. */
static void journal_steps(struct connection *connection)
{
    enum dsb_step step;
    while ((step = dsb_link_next_step(&connection->link)) != DSB_STEP_NONE)
        if (step != DSB_STEP_IDENTITY_BOUND && !connection->is_dialled)
            journal_step(step);
}

/* Whoever began the TCP connection ends it first: TIME-WAIT is then not the other's. And what comes
 * behind the peer's CLOSE is looked at, as an error. */
static enum connection_outcome wait_for_fin(struct connection *connection, struct net_client *net,
                                            uint64_t now_ms)
{
    if (connection->fin_by_ms == 0)
        connection->fin_by_ms = now_ms + FIN_WAIT_MS;
    if (connection->is_eof || connection->is_dialled || connection->fin_by_ms <= now_ms)
        return CONNECTION_OVER;
    return receive(connection, net) ? CONNECTION_GOES_ON : CONNECTION_WAITS;
}

static bool wants_output(struct connection *connection, uint64_t now_ms)
{
    size_t pending_len;

    return (connection->session != NULL && session_wants_output(connection->session)) ||
           dsb_link_pending(&connection->link, now_ms, &pending_len) != NULL;
}

/* Says what there is to say. False when the stream takes no more for now. */
static bool say(struct connection *connection, struct net_client *net, uint64_t now_ms)
{
    if (connection->session != NULL)
        session_seal(connection->session, &connection->link, now_ms);
    return flush(connection, net, now_ms);
}

/* What the link has next; the session's streams hear of it. */
static struct dsb_link_event next_event(struct connection *connection, uint64_t now_ms)
{
    struct dsb_link_event event = dsb_link_next_event(&connection->link, now_ms);

    journal_steps(connection);
    if (connection->session != NULL && event.type != DSB_LINK_EVENT_NONE)
        session_receive(connection->session, &connection->link, &event);
    return event;
}

/* One unit of a turn: writes, then uses what there is, or else what can be read. */
static enum connection_outcome unit_turn(struct connection *connection, struct net_client *net,
                                         uint64_t now_ms)
{
    /* A full stream keeps nobody from hearing: what is owed is bounded by the streams. */
    bool is_said = say(connection, net, now_ms);
    struct dsb_link_event event = next_event(connection, now_ms);

    if (event.type == DSB_LINK_EVENT_NONE && !(is_said && wants_output(connection, now_ms))) {
        if (!receive(connection, net))
            return CONNECTION_WAITS;
        event = next_event(connection, now_ms);
    }
    switch (event.type) {
    case DSB_LINK_EVENT_AUTHENTICATED:
        return CONNECTION_AUTHENTICATED;
    case DSB_LINK_EVENT_PEER_CLOSED:
        return dsb_link_close(&connection->link) == DSB_OK ? CONNECTION_GOES_ON : CONNECTION_OVER;
    case DSB_LINK_EVENT_CLOSED:
        return wait_for_fin(connection, net, now_ms);
    case DSB_LINK_EVENT_FAILED:
        return CONNECTION_OVER;
    case DSB_LINK_EVENT_NONE:
    case DSB_LINK_EVENT_STREAM:
    case DSB_LINK_EVENT_PONG:
        break;
    }
    return CONNECTION_GOES_ON;
}

enum connection_outcome connection_turn(struct connection *connection, struct net_client *net,
                                        uint64_t now_ms)
{
    enum connection_outcome outcome = CONNECTION_GOES_ON;

    for (int unit = 0; unit < UNITS_PER_TURN && outcome == CONNECTION_GOES_ON; unit++)
        outcome = unit_turn(connection, net, now_ms);
    return outcome;
}

void connection_begin_session(struct connection *connection, struct session *session,
                              const struct dsb_trust_store *trust, uint64_t now_ms)
{
    if (dsb_link_open(&connection->link, now_ms) != DSB_OK)
        return; /* the peer is not trusted any more: nothing is said */
    if (session_begin(session, &connection->link, trust) != DSB_OK)
        return; /* cannot be: the bounds are constants */
    connection->session = session;
    if (connection->is_dialled)
        journal_dialled(dsb_link_peer(&connection->link));
    else
        journal_authenticated(dsb_link_peer(&connection->link));
}

uint64_t connection_deadline(const struct connection *connection)
{
    return connection->fin_by_ms != 0 ? connection->fin_by_ms
                                      : dsb_link_deadline(&connection->link);
}

/* The reason of the end, in the journal. True when it was a clean one. */
static bool journal_end(struct connection *connection, enum dsb_reason give_up)
{
    struct dsb_link *link = &connection->link;

    dsb_link_abort(link, give_up);
    if (link->state == DSB_LINK_CLOSED)
        journal_ended_cleanly();
    else if (connection->session != NULL)
        journal_ended(dsb_link_reason(link));
    else if (!connection->is_dialled) /* else the dial tells, when no try is left */
        journal_refused(dsb_link_reason(link), dsb_link_claim(link));
    return link->state == DSB_LINK_CLOSED;
}

void connection_end(struct connection *connection, struct net_client *net, enum dsb_reason give_up)
{
    bool clean = journal_end(connection, give_up);
    /* Only a clean end has bytes that must still arrive. Any other leaves nothing behind that a
     * peer could keep alive. */
    enum net_status status =
        clean ? net_close(net, connection->stream) : net_abort(net, connection->stream);
    (void)status; /* a stream that is gone needs no closing */
    if (connection->session != NULL)
        session_end(connection->session);
    noise_wipe(connection, sizeof *connection);
}
