/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: dialling, the pipes and what goes wrong in them, the hostile scripts, closing. */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <string.h>

#define MSG1_ON_WIRE ((size_t)50)
#define BUFFERS(end)                                                                               \
    {                                                                                              \
        (end)->in, BUFFER_LEN, (end)->out, BUFFER_LEN                                              \
    }

static struct conn *free_conn(struct world *world)
{
    for (size_t i = 0; i < CONN_MAX; i++) {
        if (!world->conns[i].used) {
            world->conn_high = i + 1 > world->conn_high ? i + 1 : world->conn_high;
            return &world->conns[i];
        }
    }
    fail_msg("the simulation's connection table is full");
    return NULL;
}

static void random_ephemeral(struct world *world, uint8_t out[DSB_KEY_LEN])
{
    for (size_t i = 0; i < DSB_KEY_LEN; i++)
        out[i] = (uint8_t)(world_random(world) >> 40);
}

/* The listener takes the connection in, and perhaps drops another half-open one for it. */
static void admit(struct world *world, struct conn *conn)
{
    struct end *end = &conn->ends[1];
    struct device *device = &world->devices[end->device];
    uint8_t source[DSB_SOURCE_LEN] = {(uint8_t)conn->ends[0].device,
                                      (uint8_t)(conn->ends[0].device >> 8)};
    uint32_t dropped;

    device->incoming_count++;
    end->half_open = true;
    if (dsb_admission_enter(&device->half_open, source, (uint32_t)(conn - world->conns),
                            &dropped)) {
        world->dropped++;
        world->conns[dropped].ends[1].half_open = false;
        end_drop(world, &world->conns[dropped], 1, DSB_REASON_LOCAL_DROPPED);
    }
}

void conn_dial(struct world *world, size_t from, size_t target, size_t target_idx, uint16_t port,
               enum end_kind kind)
{
    size_t listener = (size_t)port - FIRST_PORT;
    uint8_t ephemeral[DSB_KEY_LEN];

    if (port < FIRST_PORT || listener >= DEVICE_COUNT || listener == from ||
        world->devices[listener].incoming_count == INCOMING_MAX ||
        world->devices[listener].side != world->devices[from].side)
        return;
    struct conn *conn = free_conn(world);
    memset(conn, 0, sizeof *conn);
    conn->used = true;
    world->conn_count++;
    conn->ends[0] = (struct end){.kind = kind, .device = from, .initiator = true, .open = true};
    conn->ends[0].target = target;
    conn->ends[0].claims = from;
    for (size_t i = 0; i < HONEST_COUNT; i++)
        if (dsb_device_id_equal(&world->devices[from].identity.id, &world->devices[i].file.id))
            conn->ends[0].claims = i;
    conn->ends[0].target_idx = target_idx;
    conn->ends[0].talk_count = 1 + (unsigned)world_below(world, 5);
    conn->ends[0].idle_until_ms =
        world_chance(world, 20) ? world->now_ms + world_below(world, 40000) : 0;
    conn->ends[1] = (struct end){.kind = END_LIBRARY, .device = listener, .open = true};
    conn->ends[1].talk_count = (unsigned)world_below(world, 3);
    world->devices[from].outgoing_count++;
    world->dialled++;
    if (kind == END_LIBRARY) {
        random_ephemeral(world, ephemeral);
        assert_ok(dsb_link_connect(
            &conn->ends[0].link, &world->devices[from].local, &world->devices[target].file.id,
            ephemeral, &(struct dsb_link_buffers)BUFFERS(&conn->ends[0]), world->now_ms));
    }
    random_ephemeral(world, ephemeral);
    assert_ok(dsb_link_accept(&conn->ends[1].link, &world->devices[listener].local, ephemeral,
                              &(struct dsb_link_buffers)BUFFERS(&conn->ends[1]), world->now_ms));
    admit(world, conn);
}

void end_close(struct world *world, struct conn *conn, unsigned side)
{
    struct end *end = &conn->ends[side];
    struct device *device = &world->devices[end->device];

    if (side == 1) {
        device->incoming_count--;
        if (end->half_open)
            assert_true(dsb_admission_leave(&device->half_open, (uint32_t)(conn - world->conns)));
    } else {
        device->outgoing_count--;
    }
    dsb_link_end(&end->link);
    end->open = false;
    conn->pipes[1 - side].ended = true;
    if (!conn->ends[1 - side].open) {
        conn->used = false;
        world->conn_count--;
    }
}

bool conn_is_stalled(const struct world *world, const struct conn *conn, unsigned side)
{
    return world->now_ms < conn->pipes[side].stalled_until_ms ||
           world->devices[conn->ends[0].device].side != world->devices[conn->ends[1].device].side;
}

static void put(struct pipe *pipe, const uint8_t *bytes, size_t len)
{
    size_t room = PIPE_LEN - pipe->len;

    len = len < room ? len : room;
    memcpy(pipe->bytes + pipe->len, bytes, len);
    pipe->len += len;
}

static void script_step(struct world *world, struct conn *conn)
{
    struct end *end = &conn->ends[0];
    struct pipe *in = &conn->pipes[0], *out = &conn->pipes[1];
    bool answered = in->len > 0;
    uint8_t junk[64];

    in->len = 0;
    if (in->ended || world_chance(world, 5)) {
        end_close(world, conn, 0);
        return;
    }
    if (end->kind == END_JUNK) {
        for (size_t i = 0; i < sizeof junk; i++)
            junk[i] = (uint8_t)world_random(world);
        junk[0] = 0; /* so that some pass the length check */
        junk[1] = world_chance(world, 700) ? 48 : junk[1];
        put(out, junk, 1 + world_below(world, sizeof junk));
    } else if (end->kind == END_REPLAY && (answered || end->replay_pos == 0)) {
        size_t until = end->replay_pos == 0 ? MSG1_ON_WIRE : world->recorded_len;

        until = until < world->recorded_len ? until : world->recorded_len;
        put(out, world->recorded + end->replay_pos, until - end->replay_pos);
        end->replay_pos = until;
    }
}

static void break_pipe(struct world *world, struct conn *conn, unsigned side)
{
    struct pipe *pipe = &conn->pipes[side];

    if (conn_is_stalled(world, conn, 0) || conn_is_stalled(world, conn, 1))
        return; /* nothing moves, nothing breaks */
    if (pipe->len > 0 && world_chance(world, world->faults.corrupt))
        pipe->bytes[world_below(world, pipe->len)] ^= (uint8_t)(1 + world_below(world, 255));
    if (world_chance(world, world->faults.stall)) {
        pipe->stalled_until_ms = world->now_ms + 3000;
        if (world_chance(world, 200)) { /* both ways, and for longer than a session waits */
            conn->pipes[0].stalled_until_ms = world->now_ms + 2 * DSB_DEAD_AFTER_MS;
            conn->pipes[1].stalled_until_ms = world->now_ms + 2 * DSB_DEAD_AFTER_MS;
        }
    }
    if (world_chance(world, world->faults.cut)) {
        pipe->len = pipe->len == 0 ? 0 : world_below(world, pipe->len);
        conn->pipes[0].ended = conn->pipes[1].ended = true;
    }
}

void conn_step(struct world *world, struct conn *conn)
{
    for (unsigned side = 0; conn->used && side < 2; side++) {
        if (!conn->ends[side].open) {
            conn->pipes[side].len = 0;
            continue;
        }
        break_pipe(world, conn, side);
        if (conn->ends[side].kind == END_LIBRARY)
            end_step(world, conn, side);
        else
            script_step(world, conn);
    }
}
