/* SPDX-License-Identifier: Apache-2.0 */
/* One end of a connection, driving the library as a daemon does, with a small echo application on
 * top. */
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
    struct end *end = &conn->ends[side];

    count_failure(world, end,
                  end->is_session ? dsb_session_reason(&end->slot.session)
                                  : dsb_handshake_reason(&end->slot.handshake));
    end_close(world, conn, side);
}

void end_drop(struct world *world, struct conn *conn, unsigned side, enum dsb_reason reason)
{
    assert_true(conn->used && conn->ends[side].open && !conn->ends[side].is_session);
    dsb_handshake_abort(&conn->ends[side].slot.handshake, reason);
    close_failed(world, conn, side);
}

/* Handshake */

static void authenticated(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct dsb_handshake *hs = &end->slot.handshake;

    if (end->initiator) {
        truth_confirmed(world, hs->hash, end->device, dsb_handshake_peer(hs));
        memcpy(world->recorded, end->spoken, end->spoken_len);
        world->recorded_len = end->spoken_len;
        world->recorded_target = conn->ends[1].device;
    } else {
        end->handshake = truth_bound(world, hs->hash, end->device, dsb_handshake_peer(hs));
        assert_true(dsb_admission_leave(&world->devices[end->device].half_open,
                                        (uint32_t)(conn - world->conns)));
        end->half_open = false;
        world->authenticated++;
    }
    assert_ok(dsb_slot_finish(&end->slot, world->now_ms));
    end->is_session = true;
    world_note(world, end->handshake);
}

static void produce_handshake(struct world *world, struct end *end)
{
    struct dsb_handshake *hs = &end->slot.handshake;

    if (BUFFER_LEN - end->out_len < DSB_HANDSHAKE_OUT_MAX) {
        return;
    }
    uint8_t *out = end->out + end->out_len;
    size_t len = dsb_handshake_output(hs, out);

    end->out_len += len;
    if (end->initiator && len <= sizeof(end->spoken) - end->spoken_len) {
        memcpy(end->spoken + end->spoken_len, out, len);
        end->spoken_len += len;
    }
    if (len != 0 && hs->state == DSB_HANDSHAKE_READ_ACCEPT) {
        end->handshake = truth_msg3_written(world, hs->hash, end->device, end->target);
    }
}

/* Session */

static void send_body(struct world *world, struct end *end)
{
    uint8_t body[BODY_MAX];
    size_t len = truth_body(end->handshake, end->initiator, end->sent, body), out_len;
    enum dsb_status status =
        dsb_session_send_data(&end->slot.session, end->out + end->out_len,
                              BUFFER_LEN - end->out_len, body, len, world->now_ms, &out_len);

    assert_true(status == DSB_OK || status == DSB_WOULD_BLOCK);
    if (status == DSB_OK) {
        end->out_len += out_len;
        end->sent++;
    }
}

static void run_application(struct world *world, struct end *end)
{
    struct dsb_session *session = &end->slot.session;
    bool all_sent = end->sent == (end->initiator ? end->send_count : end->delivered);

    if (world->now_ms < end->idle_until_ms) {
        return;
    }
    if (!all_sent) {
        send_body(world, end);
    } else if (end->initiator ? end->delivered == end->send_count : end->peer_closed) {
        assert_ok(dsb_session_close(session));
    }
    if (world_chance(world, 20)) {
        enum dsb_status status = dsb_session_ping(session, end->in, world_below(world, 33));

        assert_int_not_equal(status, DSB_INVALID);
    }
}

static void produce_session(struct world *world, struct end *end)
{
    if (end->slot.session.close == DSB_SEND_NONE) {
        run_application(world, end);
    }
    if (end->slot.session.state == DSB_SESSION_OPEN) {
        end->out_len += dsb_session_output(&end->slot.session, end->out + end->out_len,
                                           BUFFER_LEN - end->out_len, world->now_ms);
    }
}

/* Moves sealed bytes into the pipe, as many as a socket would take. */
static void flush(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct pipe *pipe = &conn->pipes[1 - side];
    size_t len = PIPE_LEN - pipe->len;

    len = len < end->out_len ? len : end->out_len;
    if (len == 0 || pipe->ended) {
        return;
    }
    len = world_chance(world, 300) ? 1 + world_below(world, len) : len;
    memcpy(pipe->bytes + pipe->len, end->out, len);
    pipe->len += len;
    end->out_len -= len;
    memmove(end->out, end->out + len, end->out_len);
    if (end->is_session) {
        dsb_session_written(&end->slot.session, len, world->now_ms);
    }
}

static void on_data(struct world *world, struct end *end, const uint8_t *body, size_t body_len)
{
    uint8_t expected[BODY_MAX];
    size_t len = truth_body(end->handshake, !end->initiator, end->delivered, expected);

    /* Whole, unchanged, in order, once. */
    assert_int_equal(body_len, len);
    assert_memory_equal(body, expected, len);
    end->delivered++;
    world->delivered++;
    if (end->initiator) {
        assert_true(end->delivered <= end->sent);
    }
}

/* Feeds what has come; returns false when the end failed. */
static bool feed(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    size_t used_len = 0, body_len;
    const uint8_t *body;

    do {
        if (end->is_session) {
            enum dsb_event event = dsb_session_feed(&end->slot.session, end->in, end->in_len,
                                                    world->now_ms, &used_len, &body, &body_len);

            if (event == DSB_EVENT_FAILED) {
                return false;
            }
            if (event == DSB_EVENT_DATA) {
                on_data(world, end, body, body_len);
            }
            end->peer_closed = end->peer_closed || event == DSB_EVENT_PEER_CLOSED;
        } else {
            enum dsb_handshake_state state = dsb_handshake_feed(
                &end->slot.handshake, end->in, end->in_len, world->now_ms, &used_len);

            if (state == DSB_HANDSHAKE_FAILED) {
                return false;
            }
            if (state == DSB_HANDSHAKE_AUTHENTICATED) {
                authenticated(world, conn, side);
                produce_session(world, end); /* ACCEPT, before anything more is fed */
            } else {
                produce_handshake(world, end);
            }
        }
        end->in_len -= used_len;
        memmove(end->in, end->in + used_len, end->in_len);
    } while (used_len != 0);
    return true;
}

static void take_from_pipe(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct pipe *pipe = &conn->pipes[side];
    size_t len = BUFFER_LEN - end->in_len;

    len = len < pipe->len ? len : pipe->len;
    if (len == 0) {
        return;
    }
    len = world_chance(world, 500) ? 1 + world_below(world, len) : len;
    memcpy(end->in + end->in_len, pipe->bytes, len);
    end->in_len += len;
    pipe->len -= len;
    memmove(pipe->bytes, pipe->bytes + len, pipe->len);
}

static void finish_cleanly(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];

    assert_int_equal(end->sent, end->delivered); /* every message and every echo */
    if (end->initiator) {
        assert_int_equal(end->sent, end->send_count);
        world->clean++;
        if (world->healed) {
            world->devices[end->device].served[end->target_idx] = true;
        }
    }
    world_note(world, end->sent);
    end_close(world, conn, side);
}

/* The stream ended and all of it was taken. */
static bool stream_ended(const struct world *world, const struct conn *conn, unsigned side)
{
    return conn->pipes[side].ended && conn->pipes[side].len == 0 &&
           !conn_is_stalled(world, conn, side);
}

static bool tick(struct world *world, struct end *end)
{
    if (!end->is_session) {
        return dsb_handshake_tick(&end->slot.handshake, world->now_ms) != DSB_HANDSHAKE_FAILED;
    }
    if (world->now_ms < dsb_session_deadline(&end->slot.session)) {
        return true;
    }
    return dsb_session_tick(&end->slot.session, world->now_ms) != DSB_EVENT_FAILED;
}

void end_step(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    bool alive = tick(world, end);

    if (alive && !conn_is_stalled(world, conn, side)) {
        take_from_pipe(world, conn, side);
    }
    alive = alive && feed(world, conn, side);
    if (alive && end->is_session) {
        produce_session(world, end);
    } else if (alive) {
        produce_handshake(world, end);
    }
    if (!alive) {
        close_failed(world, conn, side);
        return;
    }
    flush(world, conn, side);
    if (end->is_session && dsb_session_is_closed(&end->slot.session)) {
        finish_cleanly(world, conn, side);
    } else if (stream_ended(world, conn, side)) {
        if (end->is_session) {
            assert_int_equal(dsb_session_end_of_stream(&end->slot.session), DSB_EVENT_FAILED);
        } else {
            assert_int_equal(dsb_handshake_end_of_stream(&end->slot.handshake),
                             DSB_HANDSHAKE_FAILED);
        }
        close_failed(world, conn, side);
    }
}
