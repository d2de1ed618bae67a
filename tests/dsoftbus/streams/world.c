/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of both applications and of the queues, and what must hold after each. */
#include "dsoftbus/streams/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

void world_begin(struct world *world, const struct plan *plan)
{
    memset(world, 0, sizeof *world);
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = &world->sides[i];
        const struct dsb_streams_config config = {.is_initiator = i == 0,
                                                  .streams_max = plan->streams_max,
                                                  .own_max = 2,
                                                  .peer_streams_max = plan->streams_max,
                                                  .window = plan->window,
                                                  .peer_window = plan->window,
                                                  .send_cap = plan->send_cap};
        const struct dsb_streams_memory memory = {side->table, side->bytes, side->refused};

        RULE(dsb_streams_init(&side->streams, &config, &memory) == DSB_OK);
    }
}

/* What the n-th byte is that a side writes to a stream. */
static uint8_t byte_of(unsigned side, unsigned talk, unsigned n)
{
    return (uint8_t)(side << 6 | talk << 5 | n);
}

static unsigned talk_of_id(const struct side *side, uint32_t id)
{
    unsigned talk = 0;

    while (talk < TALKS && side->parts[talk].id != id)
        talk++;
    return talk;
}

static void on_event(struct side *side, const struct dsb_stream_event *event)
{
    if (event->type == DSB_STREAM_EVENT_CAN_OPEN) {
        for (unsigned talk = 0; talk < TALKS; talk++)
            side->parts[talk].open_blocked = false;
        return;
    }
    unsigned talk = event->type == DSB_STREAM_EVENT_INCOMING ? (unsigned)(event->service[0] - '0')
                                                             : talk_of_id(side, event->id);
    RULE(talk < TALKS);
    struct part *part = &side->parts[talk];
    RULE(!part->let_go);
    switch (event->type) {
    case DSB_STREAM_EVENT_INCOMING:
        RULE(part->id == 0);
        part->id = event->id;
        part->incoming = true;
        break;
    case DSB_STREAM_EVENT_OPENED:
        RULE(part->opened && !part->answered);
        part->answered = true;
        break;
    case DSB_STREAM_EVENT_READABLE:
        part->readable = true;
        break;
    case DSB_STREAM_EVENT_WRITABLE:
        RULE(part->blocked);
        part->blocked = false;
        break;
    default:
        RULE(event->code != 0 && !part->saw_reset && !part->did_reset);
        part->saw_reset = true;
        part->readable = true;
        break;
    }
}

static void take_events(struct side *side)
{
    struct dsb_stream_event event = dsb_streams_next_event(&side->streams);

    for (unsigned i = 0; event.type != DSB_STREAM_EVENT_NONE; i++) {
        RULE(i < 100);
        on_event(side, &event);
        event = dsb_streams_next_event(&side->streams);
    }
}

/* The records' way */

static bool send(struct side *side, const struct plan *plan, size_t body_cap)
{
    enum dsb_record_type type = DSB_RECORD_PING;
    struct record *record = &side->wire.records[side->wire.count];

    if (side->wire.count == plan->wire)
        return false;
    bool wants = dsb_streams_wants_output(&side->streams);
    size_t len = dsb_streams_next_record(&side->streams, &type, record->body, body_cap);
    RULE(len <= body_cap && (len != 0) == wants);
    if (len == 0)
        return false;
    record->type = (uint8_t)type;
    record->len = (uint8_t)len;
    side->wire.count++;
    return true;
}

static bool deliver(struct side *from, struct side *to)
{
    struct wire *wire = &from->wire;

    if (wire->count == 0)
        return false;
    struct record record = wire->records[0];
    wire->count--;
    memmove(wire->records, wire->records + 1, wire->count * sizeof record);
    memset(&wire->records[wire->count], 0, sizeof record);
    RULE(dsb_streams_receive(&to->streams, (enum dsb_record_type)record.type, record.body,
                             record.len) == DSB_REASON_NONE);
    return true;
}

/* The applications */

static bool open_talk(struct side *side, struct part *part, unsigned talk, bool is_opener)
{
    char service = (char)('0' + talk);

    if (!is_opener || part->opened || part->open_blocked)
        return false;
    enum dsb_status status = dsb_streams_open(&side->streams, &service, 1, &part->id);
    part->opened = status == DSB_OK;
    part->open_blocked = status == DSB_WOULD_BLOCK;
    RULE(part->opened || part->open_blocked);
    return true;
}

static bool accept_talk(struct side *side, struct part *part)
{
    if (!part->incoming || part->answered || part->saw_end || part->did_reset)
        return false;
    enum dsb_status status = dsb_streams_accept(&side->streams, part->id);
    RULE(status == DSB_OK || (status == DSB_WRONG_STATE && part->saw_reset));
    part->answered = status == DSB_OK;
    return status == DSB_OK;
}

static bool may_speak(const struct part *part)
{
    return (part->opened || (part->incoming && part->answered)) && !part->finished &&
           !part->did_reset && !part->saw_reset;
}

static bool write_talk(struct side *side, struct part *part, unsigned side_i, unsigned talk,
                       const struct plan *plan)
{
    uint8_t byte = byte_of(side_i, talk, part->written);
    size_t written_len;

    if (!may_speak(part) || part->blocked || part->written == plan->talks[talk].budget[side_i])
        return false;
    enum dsb_status status = dsb_streams_write(&side->streams, part->id, &byte, 1, &written_len);
    RULE(status == DSB_OK || status == DSB_WOULD_BLOCK);
    RULE(written_len == (status == DSB_OK));
    part->written += (uint8_t)written_len;
    part->blocked = status == DSB_WOULD_BLOCK;
    return true;
}

static bool read_talk(struct side *side, struct part *part, const struct part *peer,
                      unsigned side_i, unsigned talk)
{
    uint8_t byte = 0;
    size_t read_len;

    if (!part->readable || !(part->opened || part->answered || part->saw_reset) || part->saw_end ||
        part->did_reset)
        return false;
    enum dsb_status status = dsb_streams_read(&side->streams, part->id, &byte, 1, &read_len);
    if (status == DSB_OK) {
        RULE(read_len == 1 && byte == byte_of(1 - side_i, talk, part->read));
        RULE(++part->read <= peer->written);
        return true;
    }
    RULE(read_len == 0);
    part->readable = false;
    if (status == DSB_ENDED) {
        RULE(peer->finished && part->read == peer->written);
        part->saw_end = true;
    } else {
        RULE(status == DSB_WOULD_BLOCK || (status == DSB_WAS_RESET && part->saw_reset));
    }
    return true;
}

static bool finish_talk(struct side *side, struct part *part, uint8_t budget)
{
    if (!may_speak(part) || part->written != budget)
        return false;
    RULE(dsb_streams_finish(&side->streams, part->id) == DSB_OK);
    part->finished = true;
    return true;
}

/* Nothing more is to be said or heard. */
static bool is_done(const struct part *part)
{
    return part->did_reset || (part->saw_reset && (part->saw_end || !part->readable)) ||
           (part->finished && part->saw_end);
}

static bool let_go(struct side *side, struct part *part, bool early)
{
    if (part->id == 0 || part->let_go || !(early || is_done(part)))
        return false;
    RULE(dsb_streams_let_go(&side->streams, part->id) == DSB_OK);
    RULE(dsb_streams_let_go(&side->streams, part->id) == DSB_WRONG_STATE);
    part->let_go = true;
    return true;
}

static bool reset_talk(struct side *side, struct part *part)
{
    if (part->id == 0 || part->did_reset || part->saw_reset)
        return false;
    enum dsb_status status = dsb_streams_reset(&side->streams, part->id, DSB_RESET_CANCELLED);
    RULE(status == DSB_OK || (status == DSB_WRONG_STATE && part->finished));
    part->did_reset = status == DSB_OK;
    return status == DSB_OK;
}

static bool refuse_talk(struct side *side, struct part *part)
{
    if (!part->incoming || part->answered || part->did_reset || part->saw_reset)
        return false;
    RULE(dsb_streams_refuse(&side->streams, part->id, DSB_RESET_NOT_ALLOWED) == DSB_OK);
    part->did_reset = true;
    part->let_go = true;
    return true;
}

bool world_act(struct world *world, const struct plan *plan, unsigned side_i, unsigned talk,
               enum action action)
{
    struct side *side = &world->sides[side_i], *other = &world->sides[1 - side_i];
    struct part *part = &side->parts[talk];
    bool may_end_early = plan->talks[talk].may_end_early;
    bool done = false;

    if (action >= ACT_OPEN && part->let_go)
        return false;
    switch (action) {
    case ACT_SEND:
        done = talk == 0 && send(side, plan, BODY_MAX);
        break;
    case ACT_SEND_SHORT:
        done = talk == 0 && plan->window > 1 && send(side, plan, DSB_STREAM_ID_LEN + 4);
        break;
    case ACT_DELIVER:
        done = talk == 0 && deliver(side, other);
        take_events(other);
        break;
    case ACT_OPEN:
        done = open_talk(side, part, talk, plan->talks[talk].opener == side_i);
        break;
    case ACT_ACCEPT:
        done = accept_talk(side, part);
        break;
    case ACT_WRITE:
        done = write_talk(side, part, side_i, talk, plan);
        break;
    case ACT_READ:
        done = read_talk(side, part, &other->parts[talk], side_i, talk);
        break;
    case ACT_FINISH:
        done = finish_talk(side, part, plan->talks[talk].budget[side_i]);
        break;
    case ACT_LET_GO:
        done = let_go(side, part, may_end_early);
        break;
    case ACT_REFUSE:
        done = may_end_early && refuse_talk(side, part);
        break;
    default:
        done = may_end_early && reset_talk(side, part);
        break;
    }
    take_events(side);
    return done;
}

/* Rules */

/* Bytes and credit for a stream that are on their way. */
static void count_on_the_way(const struct side *from, uint32_t id, uint32_t *bytes,
                             uint32_t *credit)
{
    *bytes = *credit = 0;
    for (unsigned i = 0; i < from->wire.count; i++) {
        const struct record *record = &from->wire.records[i];
        struct dsb_stream_record parsed;

        RULE(dsb_stream_record_parse(&parsed, (enum dsb_record_type)record->type, record->body,
                                     record->len) == DSB_RECORD_OK);
        if (parsed.id == id) {
            *bytes += parsed.type == DSB_RECORD_BYTES ? (uint32_t)parsed.bytes_len : 0;
            *credit += parsed.credit;
        }
    }
}

static bool is_counted(const struct dsb_stream *stream)
{
    return stream->state == DSB_STREAM_ASKED || stream->state == DSB_STREAM_INCOMING ||
           stream->state == DSB_STREAM_ACCEPTED || stream->state == DSB_STREAM_OPEN;
}

static void check_side(const struct side *side, const struct side *other, const struct plan *plan)
{
    size_t own_count = 0, peer_count = 0;

    for (unsigned i = 0; i < side->streams.count; i++) {
        const struct dsb_stream *stream = &side->table[i];

        own_count +=
            stream->state != DSB_STREAM_FREE && stream->id % 2 == side->streams.next_id % 2;
        peer_count +=
            stream->state != DSB_STREAM_FREE && stream->id % 2 != side->streams.next_id % 2;
        if (!is_counted(stream))
            continue;
        RULE(stream->in.len + stream->recv_credit <= plan->window);
        for (unsigned k = 0; k < other->streams.count; k++) {
            const struct dsb_stream *end = &other->table[k];
            uint32_t bytes, credit, unused;

            if (end->id != stream->id || !is_counted(end))
                continue;
            count_on_the_way(side, stream->id, &unused, &credit);
            count_on_the_way(other, stream->id, &bytes, &unused);
            RULE(stream->recv_credit == end->send_credit + bytes + credit);
        }
    }
    RULE(own_count == side->streams.own_count && own_count <= plan->streams_max);
    RULE(peer_count == side->streams.peer_count && peer_count <= plan->streams_max);
    RULE(side->streams.refused_count <= plan->streams_max);
}

void world_check(struct world *world, const struct plan *plan)
{
    check_side(&world->sides[0], &world->sides[1], plan);
    check_side(&world->sides[1], &world->sides[0], plan);
}

static bool work(struct world *world, const struct plan *plan)
{
    struct plan polite = *plan;
    bool any = false;

    for (unsigned talk = 0; talk < TALKS; talk++)
        polite.talks[talk].may_end_early = false;
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned talk = 0; talk < TALKS; talk++)
            for (unsigned action = ACT_SEND; action <= ACT_LET_GO; action++)
                any = world_act(world, &polite, side, talk, (enum action)action) || any;
    }
    return any;
}

/* What a failed end is to be explained with. */
static void dump(const struct world *world)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct side *side = &world->sides[i];

        for (unsigned k = 0; k < side->streams.count; k++) {
            const struct dsb_stream *t = &side->table[k];

            (void)fprintf(stderr, "%u: id %u state %u credit %u %u in %u out %u fin %d %d %d\n", i,
                          t->id, t->state, t->send_credit, t->recv_credit, t->in.len, t->out.len,
                          t->finished, t->fin_sent, t->fin_received);
        }
        for (unsigned k = 0; k < TALKS; k++) {
            const struct part *p = &side->parts[k];

            (void)fprintf(stderr, "%u: part %u wrote %u read %u end %d reset %d %d let go %d\n", i,
                          p->id, p->written, p->read, p->saw_end, p->saw_reset, p->did_reset,
                          p->let_go);
        }
    }
}

static void check_end(const struct world *world, const struct plan *plan)
{
    for (unsigned side = 0; side < 2; side++) {
        const struct side *end = &world->sides[side];

        if (end->streams.own_count + end->streams.peer_count != 0)
            dump(world);
        RULE(end->streams.own_count == 0 && end->streams.peer_count == 0);
        RULE(end->streams.refused_count == 0 && end->wire.count == 0);
        for (unsigned talk = 0; talk < TALKS; talk++) {
            const struct part *part = &end->parts[talk];
            const struct part *peer = &world->sides[1 - side].parts[talk];
            const struct talk *talk_plan = &plan->talks[talk];
            bool was_busy = part->saw_reset || peer->saw_reset;

            RULE(part->id == 0 || part->let_go);
            RULE(talk_plan->opener != side || part->opened);
            if (talk_plan->opener != NOBODY && !was_busy && !talk_plan->may_end_early)
                RULE(part->saw_end && part->read == talk_plan->budget[1 - side]);
        }
    }
}

void world_finish(struct world *world, const struct plan *plan)
{
    for (unsigned i = 0; work(world, plan); i++)
        RULE(i < 1000);
    world_check(world, plan);
    check_end(world, plan);
}

void world_die(struct world *world, const struct plan *plan)
{
    struct plan rest = *plan;

    for (unsigned talk = 0; talk < TALKS; talk++)
        rest.talks[talk].opener = NOBODY; /* nothing is opened any more */
    for (unsigned i = 0; i < 2; i++) {
        memset(&world->sides[i].wire, 0, sizeof world->sides[i].wire);
        dsb_streams_end(&world->sides[i].streams);
        take_events(&world->sides[i]);
    }
    for (unsigned i = 0; work(world, &rest); i++)
        RULE(i < 1000);
    check_end(world, &rest);
}

/* The state as a number: FNV-1a over what matters of it, with a last mixing. */

static void add(uint64_t *hash, uint64_t value)
{
    *hash = (*hash ^ value) * 0x100000001b3U;
    *hash ^= *hash >> 29;
}

static void add_bytes(uint64_t *hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < len; i++)
        add(hash, at[i]);
}

static void add_ring(uint64_t *hash, const struct dsb_byte_ring *ring)
{
    add(hash, ring->len);
    for (uint32_t i = 0; i < ring->len; i++)
        add(hash, ring->bytes[(ring->first + i) % ring->cap]);
}

static void add_stream(uint64_t *hash, const struct dsb_stream *stream)
{
    add(hash, (uint64_t)stream->id << 32 | stream->state);
    if (stream->state == DSB_STREAM_FREE)
        return;
    add(hash, (uint64_t)stream->send_credit << 32 | stream->recv_credit);
    add(hash, (uint64_t)stream->next[0] << 32 | (uint64_t)stream->next[1] << 16 | stream->next[2]);
    add(hash, (uint64_t)stream->reset_code << 16 | stream->told);
    add(hash, (uint64_t)stream->queued[0] | (uint64_t)stream->queued[1] << 1 |
                  (uint64_t)stream->queued[2] << 2 | (uint64_t)stream->is_known << 3 |
                  (uint64_t)stream->finished << 4 | (uint64_t)stream->fin_sent << 5 |
                  (uint64_t)stream->fin_received << 6 | (uint64_t)stream->is_reset << 7 |
                  (uint64_t)stream->let_go << 8 | (uint64_t)stream->wants_room << 9);
    add_ring(hash, &stream->in);
    add_ring(hash, &stream->out);
}

static void add_part(uint64_t *hash, const struct part *part)
{
    add(hash, (uint64_t)part->id << 32 | (uint64_t)part->written << 8 | part->read);
    add_bytes(hash, &part->opened, sizeof *part - offsetof(struct part, opened));
}

uint64_t world_hash(const struct world *world)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (unsigned i = 0; i < 2; i++) {
        const struct side *side = &world->sides[i];
        const struct dsb_streams *streams = &side->streams;

        add(&hash, (uint64_t)streams->next_id << 32 | streams->peer_id);
        add(&hash, (uint64_t)streams->wants_stream << 1 | streams->has_room);
        add_bytes(&hash, streams->first, sizeof streams->first);
        add_bytes(&hash, streams->last, sizeof streams->last);
        add(&hash, streams->refused_count);
        add_bytes(&hash, side->refused, streams->refused_count * sizeof side->refused[0]);
        for (size_t k = 0; k < streams->count; k++)
            add_stream(&hash, &side->table[k]);
        for (unsigned k = 0; k < TALKS; k++)
            add_part(&hash, &side->parts[k]);
        add(&hash, side->wire.count);
        for (unsigned k = 0; k < side->wire.count; k++)
            add_bytes(&hash, &side->wire.records[k], 2 + side->wire.records[k].len);
    }
    hash ^= hash >> 32;
    return hash * 0x9e3779b97f4a7c15U;
}
