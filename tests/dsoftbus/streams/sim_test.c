/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream layer at random and at length. Two honest ends with windows of every size, slow and
 * fast readers, streams that come and go: every byte arrives once and in order, an end of file only
 * after all of them, and in the end everything is let go. One end with a hostile peer.
 * bus-streams-sim SEED runs another history.
 */
#include "dsoftbus/streams.h"
#include "dsoftbus/streams/hostile.h"
#include "dsoftbus/testing.h"
#include "tests/support/xorshift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAMS    6    /* of each side */
#define RING_MAX   3000 /* bytes */
#define WIRE_MAX   40   /* records on the way in one direction */
#define BODY_MAX   700
#define TALKS      60 /* streams that each side opens in a history */
#define HISTORIES  150
#define STEPS_MAX  400000
#define TOTAL_MAX  6000 /* bytes in one direction of a stream */
#define HOSTILE    400  /* strings of the hostile peer */
#define SCRIPT_LEN ((size_t)20000)

static uint64_t random_state = 0x2545f4914f6cdd1dU;

static unsigned below(unsigned n)
{
    return (unsigned)((xorshift64(&random_state) >> 11) % n);
}

/* One side's part of a stream. */
struct part {
    uint32_t total; /* what it will write, and then finish */
    uint32_t written, read;
    bool known, accepted, finished, ended, was_reset, did_reset, let_go;
    bool is_slow; /* it seldom reads */
};

struct record {
    enum dsb_record_type type;
    size_t len;
    uint8_t body[BODY_MAX];
};

struct side {
    struct dsb_streams streams;
    struct dsb_stream table[2 * STREAMS];
    uint32_t refused[STREAMS];
    uint8_t bytes[(size_t)2 * STREAMS * 2 * RING_MAX];
    struct record wire[WIRE_MAX];
    unsigned wire_first, wire_count;
    unsigned opened;
};

static struct side sides[2];
static struct part parts[2][4 * TALKS + 4]; /* by side and id */
static bool with_resets;
static uint64_t byte_count, stream_count, cut_count;

static uint8_t byte_of(unsigned side, uint32_t id, uint32_t n)
{
    return (uint8_t)(n * 31 + n / 251 + id * 7 + side);
}

static void begin(void)
{
    uint32_t window[2] = {1 + below(RING_MAX), 1 + below(1 + below(RING_MAX))};
    uint16_t streams_max[2] = {(uint16_t)(1 + below(STREAMS)), (uint16_t)(1 + below(STREAMS))};

    memset(parts, 0, sizeof parts);
    with_resets = below(2) == 0;
    for (unsigned i = 0; i < 2; i++) {
        const struct dsb_streams_config config = {.is_initiator = i == 0,
                                                  .streams_max = streams_max[i],
                                                  .own_max = STREAMS,
                                                  .peer_streams_max = streams_max[1 - i],
                                                  .window = window[i],
                                                  .peer_window = window[1 - i],
                                                  .send_cap = 1 + below(RING_MAX)};
        const struct dsb_streams_memory memory = {sides[i].table, sides[i].bytes, sides[i].refused};

        assert_ok(dsb_streams_init(&sides[i].streams, &config, &memory));
        sides[i].wire_first = sides[i].wire_count = sides[i].opened = 0;
    }
}

static void know(unsigned side, uint32_t id)
{
    struct part *part = &parts[side][id];

    assert_false(part->known);
    *part = (struct part){.known = true,
                          .total = below(2) == 0 ? below(20) : below(TOTAL_MAX),
                          .is_slow = below(4) == 0};
}

static void take_events(unsigned side)
{
    struct dsb_stream_event event = dsb_streams_next_event(&sides[side].streams);

    for (; event.type != DSB_STREAM_EVENT_NONE;
         event = dsb_streams_next_event(&sides[side].streams))
        if (event.type == DSB_STREAM_EVENT_INCOMING)
            know(side, event.id);
        else if (event.type == DSB_STREAM_EVENT_RESET)
            parts[side][event.id].was_reset = true;
}

/* Records */

static bool send(unsigned side)
{
    struct side *from = &sides[side];

    if (from->wire_count == WIRE_MAX)
        return false;
    struct record *record = &from->wire[(from->wire_first + from->wire_count) % WIRE_MAX];
    size_t cap = below(3) == 0 ? DSB_STREAM_CONTROL_MAX : below(BODY_MAX + 1);
    record->len = dsb_streams_next_record(&from->streams, &record->type, record->body, cap);
    from->wire_count += record->len != 0;
    return record->len != 0;
}

static bool deliver(unsigned side)
{
    struct side *from = &sides[side];
    const struct record *record = &from->wire[from->wire_first];

    if (from->wire_count == 0)
        return false;
    assert_ok(
        dsb_streams_receive(&sides[1 - side].streams, record->type, record->body, record->len));
    from->wire_first = (from->wire_first + 1) % WIRE_MAX;
    from->wire_count--;
    take_events(1 - side);
    return true;
}

/* Applications */

static bool open_one(unsigned side)
{
    uint32_t id;

    if (sides[side].opened == TALKS ||
        dsb_streams_open(&sides[side].streams, "service", 7, &id) != DSB_OK)
        return false;
    sides[side].opened++;
    stream_count++;
    know(side, id);
    parts[side][id].accepted = true;
    return true;
}

static bool write_some(struct dsb_streams *streams, unsigned side, uint32_t id, struct part *part)
{
    uint8_t bytes[500];
    size_t len = 1 + below(sizeof bytes), written_len;

    len = len < part->total - part->written ? len : part->total - part->written;
    for (size_t i = 0; i < len; i++)
        bytes[i] = byte_of(side, id, part->written + (uint32_t)i);
    if (len == 0) {
        enum dsb_status status = dsb_streams_finish(streams, id);
        assert_true(status == DSB_OK || (status == DSB_WAS_RESET && part->was_reset));
        part->finished = true;
        return true;
    }
    enum dsb_status status = dsb_streams_write(streams, id, bytes, len, &written_len);
    assert_true(status == DSB_OK || status == DSB_WOULD_BLOCK ||
                (status == DSB_WAS_RESET && part->was_reset));
    part->written += (uint32_t)written_len;
    return written_len != 0;
}

static bool read_some(struct dsb_streams *streams, unsigned side, uint32_t id, struct part *part)
{
    const struct part *peer = &parts[1 - side][id];
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status = dsb_streams_front(streams, id, &bytes, &len);

    len = len == 0 ? 0 : 1 + below((unsigned)len);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], byte_of(1 - side, id, part->read++));
    byte_count += len;
    if (status == DSB_OK) {
        assert_ok(dsb_streams_took(streams, id, len));
        assert_true(part->read <= peer->written);
    } else if (status == DSB_ENDED) {
        assert_true(peer->finished && part->read == peer->total);
        part->ended = true;
    } else if (status == DSB_WAS_RESET) {
        assert_true(part->was_reset);
        part->ended = true;
    } else {
        assert_int_equal(status, DSB_WOULD_BLOCK);
    }
    return status != DSB_WOULD_BLOCK;
}

static bool cut(struct dsb_streams *streams, uint32_t id, struct part *part)
{
    cut_count++;
    if (below(2) == 0) {
        part->did_reset = dsb_streams_reset(streams, id, DSB_RESET_CANCELLED) == DSB_OK;
        return part->did_reset;
    }
    part->did_reset = true; /* by letting go early */
    part->let_go = true;
    assert_ok(dsb_streams_let_go(streams, id));
    return true;
}

static bool act(unsigned side, uint32_t id, bool may_cut)
{
    struct dsb_streams *streams = &sides[side].streams;
    struct part *part = &parts[side][id];

    if (!part->known || part->let_go)
        return false;
    if (may_cut && with_resets && !part->did_reset && below(60) == 0)
        return cut(streams, id, part);
    if (part->did_reset || (part->was_reset && (part->ended || !part->accepted)) ||
        (part->finished && part->ended)) {
        assert_ok(dsb_streams_let_go(streams, id));
        part->let_go = true;
        return true;
    }
    if (!part->accepted) {
        assert_ok(dsb_streams_accept(streams, id));
        part->accepted = true;
        return true;
    }
    bool any = false;
    if (!part->ended && (!may_cut || !part->is_slow || below(40) == 0))
        any = read_some(streams, side, id, part);
    if (!part->finished)
        any = write_some(streams, side, id, part) || any;
    return any;
}

/* One thing at random. */
static void step(void)
{
    unsigned side = below(2);

    switch (below(6)) {
    case 0:
        (void)open_one(side);
        break;
    case 1:
    case 2:
        (void)act(side, 1 + below(2 * (sides[0].opened + sides[1].opened) + 2), true);
        break;
    case 3:
    case 4:
        (void)send(side);
        break;
    default:
        (void)deliver(side);
        break;
    }
}

/* Everybody does what there is to do, until there is nothing: a stop before the end is a deadlock.
 */
static void finish(void)
{
    bool any = true;

    for (unsigned i = 0; any; i++) {
        assert_true(i < STEPS_MAX);
        any = false;
        for (unsigned side = 0; side < 2; side++) {
            while (send(side))
                any = true;
            while (deliver(side))
                any = true;
            any = open_one(side) || any;
            for (uint32_t id = 1; id < 4 * TALKS + 4; id++)
                any = act(side, id, false) || any;
        }
        take_events(0);
        take_events(1);
        any = any || dsb_streams_wants_output(&sides[0].streams) ||
              dsb_streams_wants_output(&sides[1].streams);
    }
}

static void check_end(void)
{
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(sides[side].opened, TALKS);
        assert_int_equal(dsb_streams_own_count(&sides[side].streams), 0);
        assert_int_equal(dsb_streams_peer_count(&sides[side].streams), 0);
        for (uint32_t id = 1; id < 4 * TALKS + 4; id++) {
            const struct part *part = &parts[side][id], *peer = &parts[1 - side][id];

            assert_true(!part->known || part->let_go);
            if (part->known && !with_resets && !part->was_reset && !peer->was_reset)
                assert_true(part->ended && part->read == peer->total);
        }
    }
}

static void honest_ends_lose_nothing(void **state)
{
    (void)state;
    for (unsigned history = 0; history < HISTORIES; history++) {
        unsigned steps = below(60000);

        begin();
        for (unsigned i = 0; i < steps; i++) {
            step();
            take_events(i % 2);
        }
        finish();
        check_end();
    }
    printf("%llu streams, %llu bytes, %llu cut\n", (unsigned long long)stream_count,
           (unsigned long long)byte_count, (unsigned long long)cut_count);
    assert_true(stream_count == 2 * TALKS * HISTORIES && byte_count > 1000000 && cut_count > 100);
}

static void a_hostile_peer_gets_nowhere(void **state)
{
    static uint8_t script[SCRIPT_LEN];
    struct hostile_count count = {0};

    (void)state;
    for (unsigned i = 0; i < HOSTILE; i++) {
        for (size_t k = 0; k < SCRIPT_LEN; k++)
            script[k] = (uint8_t)below(256);
        hostile_run(script, SCRIPT_LEN, &count);
    }
    printf("%llu records, %llu sessions ended, %llu calls, %llu records said\n",
           (unsigned long long)count.records, (unsigned long long)count.refusals,
           (unsigned long long)count.calls, (unsigned long long)count.said);
    assert_true(count.records > 100000 && count.refusals > 10000 && count.said > 10000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_ends_lose_nothing),
        cmocka_unit_test(a_hostile_peer_gets_nowhere),
    };

    if (argc > 1)
        random_state ^= strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15U;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
