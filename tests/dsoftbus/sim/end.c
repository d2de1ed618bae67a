/* SPDX-License-Identifier: Apache-2.0 */
/* One end of a connection, driving a link as a daemon does. */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <string.h>

static void count_failure(struct world *world, const struct end *end, enum dsb_reason reason)
{
    assert_int_not_equal(reason, DSB_REASON_NONE);
    assert_string_not_equal(dsb_reason_name(reason), "unknown");
    if (end->device < HONEST_COUNT) {
        world->reasons[reason]++;
        world->failed++;
    }
    world_note(world, (uint64_t)reason << 32 | end->device);
}

static void close_failed(struct world *world, struct conn *conn, unsigned side)
{
    count_failure(world, &conn->ends[side], dsb_link_reason(&conn->ends[side].link));
    talks_end(world, &conn->ends[side]);
    end_close(world, conn, side);
}

void end_drop(struct world *world, struct conn *conn, unsigned side, enum dsb_reason reason)
{
    assert_true(conn->used && conn->ends[side].open && !conn->ends[side].link.is_session);
    dsb_link_abort(&conn->ends[side].link, reason);
    close_failed(world, conn, side);
}

void end_revoke(struct world *world, struct conn *conn, unsigned side)
{
    dsb_link_abort(&conn->ends[side].link, DSB_REASON_LOCAL_REVOKED);
    close_failed(world, conn, side);
}

/* Handshake */

static void authenticated(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    const struct dsb_handshake *hs = &end->link.slot.handshake;

    if (end->initiator) {
        truth_confirmed(world, hs->hash, end->device, dsb_handshake_peer(hs));
        if (end->device < HONEST_COUNT) {
            memcpy(world->recorded, end->spoken, end->spoken_len);
            world->recorded_len = end->spoken_len;
            world->recorded_target = conn->ends[1].device;
        }
    } else {
        end->handshake = truth_bound(world, hs->hash, end->device, dsb_handshake_peer(hs));
        assert_true(dsb_admission_leave(&world->devices[end->device].half_open,
                                        (uint32_t)(conn - world->conns)));
        end->half_open = false;
        world->authenticated++;
    }
    assert_ok(dsb_link_open(&end->link, world->now_ms));
    talks_begin(end);
    world_note(world, end->handshake);
}

/* What the link has just written, behind before_len bytes that waited: the truth knows of every
 * message 3, and a replay needs all that an initiator says. */
static void note_spoken(struct world *world, struct end *end, size_t before_len)
{
    const struct dsb_handshake *hs = &end->link.slot.handshake;
    size_t len;
    const uint8_t *bytes = dsb_link_pending(&end->link, world->now_ms, &len);

    if (!end->initiator || len <= before_len)
        return;
    len -= before_len;
    if (len <= sizeof end->spoken - end->spoken_len) {
        memcpy(end->spoken + end->spoken_len, bytes + before_len, len);
        end->spoken_len += len;
    }
    if (hs->state == DSB_HANDSHAKE_READ_ACCEPT)
        end->handshake = truth_msg3_written(world, hs->hash, end);
}

/* Session */

static void run_application(struct world *world, struct end *end)
{
    if (end->link.state != DSB_LINK_OPEN || end->closing || world->now_ms < end->idle_until_ms)
        return;
    talks_step(world, end);
    if (end->initiator ? talks_are_done(end) : end->peer_closed) {
        dsb_streams_end(&end->streams);
        assert_ok(dsb_link_close(&end->link));
        end->closing = true;
    }
    if (world_chance(world, 20)) {
        enum dsb_status status = dsb_link_ping(&end->link, end->in, world_below(world, 33));

        assert_int_not_equal(status, DSB_INVALID);
    }
}

/* Moves sealed bytes into the pipe, as many as a socket would take. */
static void flush(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct pipe *pipe = &conn->pipes[1 - side];
    size_t len, room_len = PIPE_LEN - pipe->len;

    dsb_stream_link_send(&end->streams, &end->link, world->now_ms);
    const uint8_t *bytes = dsb_link_pending(&end->link, world->now_ms, &len);

    len = len < room_len ? len : room_len;
    if (len == 0 || pipe->ended)
        return;
    len = world_chance(world, 300) ? 1 + world_below(world, len) : len;
    memcpy(pipe->bytes + pipe->len, bytes, len);
    pipe->len += len;
    dsb_link_sent(&end->link, len, world->now_ms);
}

/* Takes one event; false when there is none, or the link is over. */
static bool take_event(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    bool is_handshake = end->link.state == DSB_LINK_HANDSHAKE;
    size_t before_len;

    (void)!dsb_link_pending(&end->link, world->now_ms, &before_len);
    struct dsb_link_event event = dsb_link_next_event(&end->link, world->now_ms);
    if (is_handshake)
        note_spoken(world, end, before_len);
    switch (event.type) {
    case DSB_LINK_EVENT_AUTHENTICATED:
        authenticated(world, conn, side);
        return true;
    case DSB_LINK_EVENT_STREAM:
        dsb_stream_link_receive(&end->streams, &end->link, &event);
        return true;
    case DSB_LINK_EVENT_PEER_CLOSED:
        dsb_stream_link_receive(&end->streams, &end->link, &event);
        end->peer_closed = true;
        return true;
    case DSB_LINK_EVENT_PONG:
        return true;
    case DSB_LINK_EVENT_NONE:
    case DSB_LINK_EVENT_CLOSED:
    case DSB_LINK_EVENT_FAILED:
        break;
    }
    return false;
}

static void take_events(struct world *world, struct conn *conn, unsigned side)
{
    while (take_event(world, conn, side)) {
    }
}

static void take_from_pipe(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct pipe *pipe = &conn->pipes[side];
    size_t len;
    uint8_t *room = dsb_link_room(&end->link, &len);

    len = len < pipe->len ? len : pipe->len;
    if (len == 0)
        return;
    len = world_chance(world, 500) ? 1 + world_below(world, len) : len;
    memcpy(room, pipe->bytes, len);
    dsb_link_received(&end->link, len);
    pipe->len -= len;
    memmove(pipe->bytes, pipe->bytes + len, pipe->len);
}

static void finish_cleanly(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];

    talks_end(world, end);
    if (end->initiator) {
        assert_int_equal(end->done, end->talk_count); /* each stream came to its own end */
        world->clean++;
        if (world->healed && end->device < HONEST_COUNT)
            world->devices[end->device].served[end->target_idx] = true;
    }
    world_note(world, end->done);
    end_close(world, conn, side);
}

/* The stream ended and all of it was taken. */
static bool stream_ended(const struct world *world, const struct conn *conn, unsigned side)
{
    return conn->pipes[side].ended && conn->pipes[side].len == 0 &&
           !conn_is_stalled(world, conn, side);
}

void end_step(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];

    if (!conn_is_stalled(world, conn, side))
        take_from_pipe(world, conn, side);
    take_events(world, conn, side);
    run_application(world, end);
    flush(world, conn, side);
    if (stream_ended(world, conn, side))
        dsb_link_end_of_stream(&end->link);
    take_events(world, conn, side);
    if (end->link.state == DSB_LINK_FAILED)
        close_failed(world, conn, side);
    else if (end->link.state == DSB_LINK_CLOSED)
        finish_cleanly(world, conn, side);
}
