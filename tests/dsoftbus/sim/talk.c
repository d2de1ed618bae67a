/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application on a session: streams to the other side's echo, both ways, several at a time. Who
 * opened a stream, and the handshake, say what it carries, so each side knows what it must read.
 * Some streams are refused, some cut short, some met by an application that does not read for long.
 */
#include "sim/world.h"

#include "dsoftbus/testing.h"

void talks_begin(struct end *end)
{
    const struct dsb_streams_memory memory = {end->table, end->stream_bytes, end->refused};

    assert_ok(dsb_stream_link_begin(&end->streams, &end->link, TALKS, TALK_SEND_CAP, &memory));
}

static struct talk *find(struct end *end, uint32_t id)
{
    for (size_t i = 0; i < sizeof end->talks / sizeof end->talks[0]; i++)
        if (end->talks[i].id == id)
            return &end->talks[i];
    return NULL;
}

static void let_go(struct end *end, struct talk *talk)
{
    assert_ok(dsb_streams_let_go(&end->streams, talk->id));
    *talk = (struct talk){.id = 0};
}

static void take_stream_events(struct world *world, struct end *end)
{
    for (;;) {
        struct dsb_stream_event event = dsb_streams_next_event(&end->streams);

        if (event.type == DSB_STREAM_EVENT_NONE)
            return;
        if (event.type == DSB_STREAM_EVENT_INCOMING) {
            struct talk *talk = find(end, 0);
            bool is_slow = truth_kind(end->handshake, event.id) == TALK_SLOW;

            assert_non_null(talk);
            *talk = (struct talk){.id = event.id};
            talk->idle_until_ms = is_slow ? world->now_ms + world_below(world, 20000) : 0;
        } else if (event.type == DSB_STREAM_EVENT_RESET) {
            assert_int_not_equal(event.code, DSB_RESET_NONE);
            find(end, event.id)->code = event.code;
        }
    }
}

static void open_talks(struct end *end)
{
    while (end->opened < end->talk_count) {
        struct talk *talk = find(end, 0);
        uint32_t id;

        if (talk == NULL || dsb_streams_open(&end->streams, "echo", 4, &id) != DSB_OK)
            return;
        *talk = (struct talk){.id = id, .is_own = true, .accepted = true};
        end->opened++;
    }
}

/* Bytes that came are the right ones. */
static size_t read_bytes(struct world *world, struct end *end, struct talk *talk, size_t limit)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status = dsb_streams_front(&end->streams, talk->id, &bytes, &len);

    len = len < limit ? len : limit;
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], truth_byte(end->handshake, talk->id, talk->read + (uint32_t)i));
    talk->read += (uint32_t)len;
    world->delivered += len;
    talk->ended = status == DSB_ENDED;
    if (talk->ended) /* the end of a file, and never another */
        assert_int_equal(talk->read, truth_total(end->handshake, talk->id));
    if (status == DSB_OK && len != 0)
        assert_ok(dsb_streams_took(&end->streams, talk->id, len));
    assert_true(status != DSB_WAS_RESET || talk->code != 0);
    return len;
}

static void write_own(struct end *end, struct talk *talk)
{
    uint32_t total = truth_total(end->handshake, talk->id);
    uint8_t *room;
    size_t len;

    while (talk->written < total &&
           dsb_streams_room(&end->streams, talk->id, &room, &len) == DSB_OK) {
        len = len < total - talk->written ? len : total - talk->written;
        for (size_t i = 0; i < len; i++)
            room[i] = truth_byte(end->handshake, talk->id, talk->written + (uint32_t)i);
        assert_ok(dsb_streams_wrote(&end->streams, talk->id, len));
        talk->written += (uint32_t)len;
    }
    if (talk->written == total)
        assert_true(dsb_streams_finish(&end->streams, talk->id) == DSB_OK || talk->code != 0);
}

static bool is_beside_a_slow_one(const struct end *end)
{
    for (size_t i = 0; i < sizeof end->talks / sizeof end->talks[0]; i++)
        if (end->talks[i].is_own && truth_kind(end->handshake, end->talks[i].id) == TALK_SLOW)
            return true;
    return false;
}

static void done(struct world *world, struct end *end, struct talk *talk)
{
    enum talk_kind kind = truth_kind(end->handshake, talk->id);

    world->talks[kind]++;
    world->passed_by += kind == TALK_ECHO && is_beside_a_slow_one(end);
    world_note(world, (uint64_t)talk->id << 32 | talk->read);
    end->done++;
    let_go(end, talk);
}

static void step_own(struct world *world, struct end *end, struct talk *talk)
{
    enum talk_kind kind = truth_kind(end->handshake, talk->id);

    if (talk->code == 0)
        write_own(end, talk);
    while (read_bytes(world, end, talk, SIZE_MAX) != 0) {
    }
    if (talk->ended) {
        assert_int_not_equal(kind, TALK_REFUSED);
        done(world, end, talk);
    } else if (talk->code == DSB_RESET_NO_SUCH_SERVICE) {
        assert_int_equal(kind, TALK_REFUSED);
        done(world, end, talk);
    } else if (talk->code == DSB_RESET_BUSY) {
        /* The peer's application had still to let go of one that was cut. */
        assert_true(end->was_cut);
        end->done++;
        let_go(end, talk);
    } else if (talk->code != 0) {
        assert_int_equal(talk->code, DSB_RESET_GONE);
        let_go(end, talk);
    } else if (kind == TALK_CUT && talk->read > 0) {
        assert_ok(dsb_streams_reset(&end->streams, talk->id, DSB_RESET_CANCELLED));
        end->was_cut = true;
        done(world, end, talk);
    }
}

/* What is read goes back, as much as there is room for. */
static void echo(struct world *world, struct end *end, struct talk *talk)
{
    uint8_t *room;
    const uint8_t *bytes;
    size_t room_len, len;

    while (dsb_streams_front(&end->streams, talk->id, &bytes, &len) == DSB_OK &&
           dsb_streams_room(&end->streams, talk->id, &room, &room_len) == DSB_OK) {
        len = len < room_len ? len : room_len;
        for (size_t i = 0; i < len; i++)
            room[i] = bytes[i];
        assert_int_equal(read_bytes(world, end, talk, len), len);
        assert_ok(dsb_streams_wrote(&end->streams, talk->id, len));
    }
}

static void step_peers(struct world *world, struct end *end, struct talk *talk)
{
    bool is_cut = truth_kind(end->handshake, talk->id) == TALK_CUT;

    if (talk->code != 0) {
        assert_true(talk->code == DSB_RESET_GONE || (talk->code == DSB_RESET_CANCELLED && is_cut));
        let_go(end, talk);
        return;
    }
    if (truth_kind(end->handshake, talk->id) == TALK_REFUSED) {
        assert_ok(dsb_streams_refuse(&end->streams, talk->id, DSB_RESET_NO_SUCH_SERVICE));
        *talk = (struct talk){.id = 0};
        return;
    }
    if (!talk->accepted)
        assert_ok(dsb_streams_accept(&end->streams, talk->id));
    talk->accepted = true;
    if (world->now_ms < talk->idle_until_ms)
        return;
    echo(world, end, talk);
    (void)read_bytes(world, end, talk, 0);
    if (talk->ended) {
        assert_ok(dsb_streams_finish(&end->streams, talk->id));
        let_go(end, talk);
    }
}

void talks_step(struct world *world, struct end *end)
{
    take_stream_events(world, end);
    open_talks(end);
    for (size_t i = 0; i < sizeof end->talks / sizeof end->talks[0]; i++) {
        struct talk *talk = &end->talks[i];

        if (talk->id != 0 && talk->is_own)
            step_own(world, end, talk);
        else if (talk->id != 0)
            step_peers(world, end, talk);
    }
}

bool talks_are_done(const struct end *end)
{
    return end->done == end->talk_count && dsb_streams_own_count(&end->streams) == 0 &&
           dsb_streams_peer_count(&end->streams) == 0;
}

/* Everybody hears of it, none takes it for the end of a file, and no stream stays in use. */
void talks_end(struct world *world, struct end *end)
{
    dsb_streams_end(&end->streams);
    end->talk_count = end->opened;
    take_stream_events(world, end);
    for (size_t i = 0; i < sizeof end->talks / sizeof end->talks[0]; i++) {
        struct talk *talk = &end->talks[i];

        if (talk->id == 0)
            continue;
        while (talk->accepted && read_bytes(world, end, talk, SIZE_MAX) != 0) {
        }
        let_go(end, talk);
    }
    assert_int_equal(dsb_streams_own_count(&end->streams), 0);
    assert_int_equal(dsb_streams_peer_count(&end->streams), 0);
}
