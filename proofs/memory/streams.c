/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The streams of a session, from every state of one of them on its own: a table of it and perhaps
 * another one, of which only that is known which their states say, whose rings stand at each
 * position; one call of any kind, a record of any type with any body at the lengths around its
 * bounds, room around those of each record; and what is left is again such a table. So every order
 * of calls is covered. Queues are the promise below, which `memory-streams-queue` shows.
 */
#include "dsoftbus/streams_internal.h"

#include "any.h"
#include "exact.h"

#include <string.h>

#define WINDOW   3 /* bytes: each position of a ring is tried */
#define SEND_CAP 3
#define COUNT    2
#define NAME_MAX DSB_STREAM_SERVICE_MAX
#define EVEN_ID  2 /* the peer's in the first shape, this side's in the second */

enum other { NOBODY, FREE, OWN, PEER };

/* Who may have how many streams, whose the first one is, and what the second one. */
struct shape {
    uint16_t streams_max, own_max;
    bool is_initiator, is_own;
    enum other other;
};

static const struct shape shapes[] = {
    {1, 0, true, false, NOBODY}, {0, 1, false, true, NOBODY}, {1, 1, false, false, FREE},
    {1, 1, true, true, PEER},    {2, 0, true, false, PEER},
};

static struct dsb_stream table[COUNT];
static uint32_t refused[COUNT];
static uint8_t in_bytes[COUNT][WINDOW], out_bytes[COUNT][SEND_CAP];
static struct dsb_streams streams;
static size_t name_len = 1;
static uint32_t send_credit = 1;
static size_t sink;

/* --- promises --------------------------------------------------------------------------------- */

/*@ predicate is_used(struct dsb_stream *one) = \valid(one) && one->state != DSB_STREAM_FREE; */

/*@ assigns \result \from of->streams;
    ensures \result == \null ||
        (\result == &table[0] && is_used(&table[0])) ||
        (\result == &table[1] && is_used(&table[1])); */
struct dsb_stream *dsb_streams_first(const struct dsb_streams *of, enum dsb_stream_queue queue);

/*@ requires used: stream == &table[0] || stream == &table[1];
    assigns stream->queued[queue];
    ensures stream->queued[queue] == 1; */
void dsb_streams_enqueue(struct dsb_streams *of, enum dsb_stream_queue queue,
                         struct dsb_stream *stream);

/*@ requires one: stream == &table[0] || stream == &table[1];
    assigns stream->queued[queue];
    ensures stream->queued[queue] == 0; */
void dsb_streams_dequeue(struct dsb_streams *of, enum dsb_stream_queue queue,
                         struct dsb_stream *stream);

/* --- a table ---------------------------------------------------------------------------------- */

/* An id of this side's kind, or of the peer's. */
static uint32_t any_id(bool is_own)
{
    uint32_t half = Frama_C_unsigned_int_interval(1, UINT32_MAX / 2 - 1);

    return is_own == streams.config.is_initiator ? 2 * half + 1 : 2 * half;
}

static void make_free(size_t i)
{
    memset(&table[i], 0, sizeof table[i]);
    dsb_byte_ring_init(&table[i].in, in_bytes[i], WINDOW);
    dsb_byte_ring_init(&table[i].out, out_bytes[i], SEND_CAP);
}

static void make_used(size_t i, bool is_own, int state_min, int state_max)
{
    struct dsb_stream *one = &table[i];

    Frama_C_make_unknown((char *)one, sizeof *one);
    one->state = (uint8_t)Frama_C_interval(state_min, state_max);
    one->id = any_id(is_own);
    one->told = (uint8_t)Frama_C_interval(0, 2 * DSB_STREAM_EVENT_RESET - 1);
    one->service_len = (uint8_t)name_len;
    one->send_credit = send_credit;
    one->recv_credit = Frama_C_unsigned_int_interval(0, WINDOW);
    /*@ loop unroll DSB_STREAM_QUEUE_COUNT; */
    for (size_t q = 0; q < DSB_STREAM_QUEUE_COUNT; q++)
        one->queued[q] = any_bool();
    one->is_known = any_bool();
    one->answered = any_bool();
    one->finished = any_bool();
    one->fin_sent = any_bool();
    one->fin_received = any_bool();
    one->is_reset = any_bool();
    one->let_go = any_bool();
    one->wants_room = any_bool();
    dsb_byte_ring_init(&one->in, in_bytes[i], WINDOW);
    dsb_byte_ring_init(&one->out, out_bytes[i], SEND_CAP);
    one->in.len = one->out.len = 1;
    Frama_C_make_unknown((char *)in_bytes[i], WINDOW);
    Frama_C_make_unknown((char *)out_bytes[i], SEND_CAP);
}

static void make(const struct shape *shape, int state)
{
    bool is_used = state != DSB_STREAM_FREE;

    Frama_C_make_unknown((char *)&streams, sizeof streams);
    streams.config = (struct dsb_streams_config){shape->is_initiator,
                                                 shape->streams_max,
                                                 shape->own_max,
                                                 (uint16_t)Frama_C_interval(0, UINT16_MAX),
                                                 WINDOW,
                                                 Frama_C_unsigned_int_interval(1, UINT32_MAX),
                                                 SEND_CAP};
    streams.count = DSB_STREAMS_COUNT(&streams.config);
    streams.streams = table;
    streams.refused = shape->streams_max == 0 ? NULL : refused + COUNT - shape->streams_max;
    Frama_C_make_unknown((char *)refused, sizeof refused);
    streams.refused_count = 0;
    streams.own_count = (is_used && shape->is_own) + (shape->other == OWN);
    streams.peer_count = (is_used && !shape->is_own) + (shape->other == PEER);
    streams.hint = 0;
    streams.wants_stream = any_bool();
    streams.has_room = any_bool();
    streams.is_over = any_bool();
    make_free(0);
    make_free(1);
    if (is_used)
        make_used(0, shape->is_own, state, state);
    if (shape->other == OWN || shape->other == PEER)
        make_used(1, shape->other == OWN, DSB_STREAM_OPENING, DSB_STREAM_OVER);
}

static void is_ring(const struct dsb_byte_ring *ring, uint32_t cap)
{
    /*@ assert first: ring->first < cap; */
    /*@ assert len: ring->len <= cap; */
    /*@ assert cap: ring->cap == cap; */
    /*@ assert bytes: \valid(ring->bytes + (0 .. cap - 1)); */
}

static void is_stream(const struct dsb_stream *one)
{
    /*@ assert state: one->state <= DSB_STREAM_OVER; */
    /*@ assert name: one->service_len <= NAME_MAX; */
    /*@ assert told: one->told < 2 * DSB_STREAM_EVENT_RESET; */
    is_ring(&one->in, WINDOW);
    is_ring(&one->out, SEND_CAP);
}

/* As many are in use as are counted, so whom there is room for finds a place. */
static void is_table(void)
{
    size_t own_count = 0, peer_count = 0;

    /*@ loop unroll COUNT; */
    for (size_t i = 0; i < streams.count; i++) {
        is_stream(&table[i]);
        if (table[i].state != DSB_STREAM_FREE)
            *(dsb_streams_is_own_id(&streams, table[i].id) ? &own_count : &peer_count) += 1;
    }
    /*@ assert own: streams.own_count == own_count; */
    /*@ assert peer: streams.peer_count == peer_count; */
    /*@ assert own_max: own_count <= streams.config.own_max; */
    /*@ assert peer_max: peer_count <= streams.config.streams_max; */
    /*@ assert refused: streams.refused_count <= streams.config.streams_max; */
    /*@ assert hint: streams.hint < streams.count; */
}

/* --- calls ------------------------------------------------------------------------------------ */

/* A record, and how many of those that were turned away are still owed a RESET. */
static void receive_one(const struct shape *shape, int state, enum dsb_record_type type, size_t len,
                        size_t refused_count, bool is_odd)
{
    uint8_t *body = any_bytes(len);

    make(shape, state);
    streams.refused_count = refused_count;
    if (len >= DSB_STREAM_ID_LEN)
        body[DSB_STREAM_ID_LEN - 1] = (uint8_t)(2 * Frama_C_interval(0, 127) + is_odd);
    sink += dsb_streams_receive(&streams, type, body, len);
    is_table();
}

/* Bytes of a body around those that a record of this type has. */
static const struct body {
    enum dsb_record_type type;
    size_t len;
} bodies[] =
    {
        {DSB_RECORD_OPENED, 8},
        {DSB_RECORD_CREDIT, 8},
        {DSB_RECORD_FIN, 4},
        {DSB_RECORD_RESET, 6},
},
  no_bodies[] = {
      {DSB_RECORD_OPEN, 0},   {DSB_RECORD_OPEN, 5},
      {DSB_RECORD_OPEN, 70},  {DSB_RECORD_OPENED, 7},
      {DSB_RECORD_OPENED, 9}, {DSB_RECORD_CREDIT, 7},
      {DSB_RECORD_CREDIT, 9}, {DSB_RECORD_BYTES, 0},
      {DSB_RECORD_BYTES, 4},  {DSB_RECORD_FIN, 3},
      {DSB_RECORD_FIN, 5},    {DSB_RECORD_RESET, 5},
      {DSB_RECORD_RESET, 7},  {DSB_RECORD_CLOSE, 6},
      {DSB_RECORD_CLOSE, 0},  {(enum dsb_record_type)(DSB_RECORD_RESET + 1), 6},
};

static void receive(const struct shape *shape, int state)
{
    /*@ loop unroll COUNT + 1; */
    for (size_t count = 0; count <= shape->streams_max; count++) {
        receive_one(shape, state, DSB_RECORD_OPEN, 6, count, false);
        receive_one(shape, state, DSB_RECORD_OPEN, 69, count, true);
        receive_one(shape, state, DSB_RECORD_RESET, 6, count, true);
    }
    /*@ loop unroll 10; */
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        receive_one(shape, state, bodies[i].type, bodies[i].len, 0, false);
}

static void make_at(const struct shape *shape, int state, uint32_t first, uint32_t len)
{
    make(shape, state);
    table[0].in.first = table[0].out.first = first;
    table[0].in.len = table[0].out.len = len;
    table[0].id = EVEN_ID;
}

static void receive_part(const struct shape *shape, int state, uint32_t first, uint32_t len,
                         size_t more)
{
    make_at(shape, state, first, len);
    sink += dsb_streams_receive(&streams, DSB_RECORD_BYTES, any_bytes(DSB_STREAM_ID_LEN + more),
                                DSB_STREAM_ID_LEN + more);
    is_table();
}

static void receive_bytes(const struct shape *shape, int state, uint32_t first, uint32_t len)
{
    /*@ loop unroll WINDOW + 2; */
    for (size_t more = 1; more <= WINDOW + 1; more++)
        receive_part(shape, state, first, len, more);
}

static void next_record(const struct shape *shape, int state, size_t refused_count, size_t cap)
{
    enum dsb_record_type type;

    make(shape, state);
    streams.refused_count = refused_count;
    size_t len = dsb_streams_next_record(&streams, &type, room(cap), cap);
    /*@ assert within: len <= cap; */
    sink += len != 0 ? type : 0;
    is_table();
}

/* Room around what each record takes: FIN 4, RESET 6, OPENED and CREDIT 8, OPEN 5 and the name. */
static void next_records(const struct shape *shape, int state)
{
    /*@ loop unroll 10; */
    for (size_t cap = 3; cap <= 9; cap++)
        next_record(shape, state, 0, cap);
    next_record(shape, state, shape->streams_max, 5);
    next_record(shape, state, shape->streams_max, 6);
    make(shape, state);
    sink += dsb_streams_wants_output(&streams);
    is_table();
}

static void next_open(const struct shape *shape)
{
    name_len = NAME_MAX;
    next_record(shape, DSB_STREAM_OPENING, 0, DSB_STREAM_CONTROL_MAX - 1);
    next_record(shape, DSB_STREAM_OPENING, 0, DSB_STREAM_CONTROL_MAX);
    name_len = 1;
}

static void next_part(const struct shape *shape, int state, uint32_t first, uint32_t len,
                      size_t more)
{
    enum dsb_record_type type;

    make_at(shape, state, first, len);
    sink += dsb_streams_next_record(&streams, &type, room(DSB_STREAM_ID_LEN + more),
                                    DSB_STREAM_ID_LEN + more);
    is_table();
}

static void next_bytes(const struct shape *shape, int state, uint32_t first, uint32_t len)
{
    /*@ loop unroll SEND_CAP + 2; */
    for (size_t more = 0; more <= SEND_CAP + 1; more++)
        next_part(shape, state, first, len, more);
}

/* More than a record takes. */
static void next_of_many(size_t len, size_t cap)
{
    static uint8_t many[EXACT_MAX];
    enum dsb_record_type type;

    make(&shapes[0], DSB_STREAM_OPEN);
    dsb_byte_ring_init(&table[0].out, many, EXACT_MAX);
    Frama_C_make_unknown((char *)many, EXACT_MAX);
    table[0].out.len = (uint32_t)len;
    sink += dsb_streams_next_record(&streams, &type, room(cap), cap);
}

static void end(const struct shape *shape, int state)
{
    make(shape, state);
    streams.refused_count = shape->streams_max;
    dsb_streams_end(&streams);
    is_table();
}

static void each_position(const struct shape *shape, int state,
                          void (*call)(const struct shape *, int, uint32_t, uint32_t))
{
    /*@ loop unroll WINDOW; */
    for (uint32_t first = 0; first < WINDOW; first++)
        /*@ loop unroll WINDOW + 1; */
        for (uint32_t len = 0; len <= WINDOW; len++)
            call(shape, state, first, len);
}

static void accept_one(const struct shape *shape, int state)
{
    make(shape, state);
    sink += dsb_streams_accept(&streams, any_u32());
    is_table();
}

static void refuse_one(const struct shape *shape, int state)
{
    make(shape, state);
    sink += dsb_streams_refuse(&streams, any_u32(), DSB_RESET_BUSY);
    is_table();
}

static void finish_one(const struct shape *shape, int state)
{
    make(shape, state);
    sink += dsb_streams_finish(&streams, any_u32());
    is_table();
}

static void reset_one(const struct shape *shape, int state)
{
    make(shape, state);
    sink += dsb_streams_reset(&streams, any_u32(), DSB_RESET_GONE);
    is_table();
}

static void leave_one(const struct shape *shape, int state)
{
    make(shape, state);
    sink += dsb_streams_let_go(&streams, any_u32());
    is_table();
}

static void ask(const struct shape *shape, int state)
{
    make(shape, state);
    streams.hint = streams.count - 1;
    sink += dsb_streams_unsent(&streams, any_u32()) + dsb_streams_unread(&streams, any_u32()) +
            dsb_streams_is_finished(&streams, any_u32()) + dsb_streams_own_count(&streams) +
            dsb_streams_peer_count(&streams);
    is_table();
}

static void open_one(const struct shape *shape, int state, size_t len)
{
    uint32_t id;

    make(shape, state);
    streams.next_id = any_bool() ? any_id(true) : 0;
    if (dsb_streams_open(&streams, any_bytes(len), len, &id) == DSB_OK)
        sink += id;
    is_table();
}

static void next_event(const struct shape *shape, int state)
{
    make(shape, state);
    struct dsb_stream_event event = dsb_streams_next_event(&streams);
    /*@ assert name: event.service == \null || event.service_len <= NAME_MAX; */
    if (event.service != NULL)
        sink += (size_t)event.service[event.service_len - 1];
    is_table();
}

static void put(const struct shape *shape, int state, uint32_t first, uint32_t len)
{
    uint8_t *at;
    size_t done_len;

    /*@ loop unroll SEND_CAP + 2; */
    for (size_t more = 0; more <= SEND_CAP + 1; more++) {
        make_at(shape, state, first, len);
        sink += dsb_streams_write(&streams, EVEN_ID, any_bytes(more), more, &done_len);
        /*@ assert written: done_len <= more; */
        is_table();
        make_at(shape, state, first, len);
        sink += dsb_streams_wrote(&streams, EVEN_ID, more);
        is_table();
    }
    make_at(shape, state, first, len);
    if (dsb_streams_room(&streams, EVEN_ID, &at, &done_len) == DSB_OK)
        /*@ assert room: \valid(at + (0 .. done_len - 1)); */;
}

static void get(const struct shape *shape, int state, uint32_t first, uint32_t len)
{
    const uint8_t *at;
    size_t done_len;

    /*@ loop unroll WINDOW + 2; */
    for (size_t more = 0; more <= WINDOW + 1; more++) {
        make_at(shape, state, first, len);
        sink += dsb_streams_read(&streams, EVEN_ID, room(more), more, &done_len);
        /*@ assert read: done_len <= more; */
        is_table();
        make_at(shape, state, first, len);
        sink += dsb_streams_took(&streams, EVEN_ID, more);
        is_table();
    }
    make_at(shape, state, first, len);
    if (dsb_streams_front(&streams, EVEN_ID, &at, &done_len) == DSB_OK)
        /*@ assert front: \valid_read(at + (0 .. done_len - 1)); */;
}

/* Memory of exactly the size that the configuration asks for, or none. */
static void begin(const struct shape *shape, uint32_t window, uint32_t send_cap, bool has_memory)
{
    size_t count = (size_t)shape->streams_max + shape->own_max;
    const struct dsb_streams_config config = {
        shape->is_initiator, shape->streams_max, shape->own_max, 1, window, 1, send_cap};
    const struct dsb_streams_memory memory = {has_memory ? table + COUNT - count : NULL,
                                              room(DSB_STREAMS_BYTES(&config)),
                                              refused + COUNT - shape->streams_max};

    if (dsb_streams_init(&streams, &config, &memory) != DSB_OK)
        return;
    /*@ loop unroll COUNT; */
    for (size_t i = 0; i < count; i++) {
        is_ring(&memory.streams[i].in, window);
        is_ring(&memory.streams[i].out, send_cap);
    }
}

/* Shapes in which another stream is in use come last: it stands in no other stream's way here. */
#define ALONE_COUNT 3
#define SHAPE_COUNT (sizeof shapes / sizeof shapes[0])

int receiving(void)
{
    /*@ loop unroll 20; */
    for (size_t i = 0; i < SHAPE_COUNT; i++)
        /*@ loop unroll 10; */
        for (int state = DSB_STREAM_FREE; state <= DSB_STREAM_OVER; state++)
            receive(&shapes[i], state);
    /*@ loop unroll 20; */
    for (size_t i = 0; i < sizeof no_bodies / sizeof no_bodies[0]; i++)
        receive_one(&shapes[0], DSB_STREAM_OPEN, no_bodies[i].type, no_bodies[i].len, 0, true);
    /*@ loop unroll 10; */
    for (int state = DSB_STREAM_INCOMING; state <= DSB_STREAM_OPEN; state++)
        each_position(&shapes[0], state, receive_bytes);
    return 0;
}

int sending(void)
{
    /*@ loop unroll 20; */
    for (size_t i = 0; i < ALONE_COUNT; i++)
        /*@ loop unroll 10; */
        for (int state = DSB_STREAM_FREE; state <= DSB_STREAM_OVER; state++) {
            next_records(&shapes[i], state);
            end(&shapes[i], state);
        }
    next_open(&shapes[1]);
    send_credit = 2;
    each_position(&shapes[0], DSB_STREAM_OPEN, next_bytes);
    send_credit = UINT32_MAX;
    next_bytes(&shapes[1], DSB_STREAM_ASKED, 1, WINDOW);
    next_of_many(DSB_STREAM_BYTES_MAX + 1, DSB_STREAM_ID_LEN + DSB_STREAM_BYTES_MAX - 1);
    next_of_many(DSB_STREAM_BYTES_MAX + 1, DSB_STREAM_ID_LEN + DSB_STREAM_BYTES_MAX + 1);
    next_of_many(EXACT_MAX, EXACT_MAX);
    return 0;
}

int application(void)
{
    begin(&shapes[0], 0, 1, true);
    begin(&shapes[0], 1, 0, true);
    begin(&shapes[0], 1, 1, false);
    open_one(&shapes[1], DSB_STREAM_FREE, 0);
    open_one(&shapes[1], DSB_STREAM_FREE, NAME_MAX);
    open_one(&shapes[1], DSB_STREAM_FREE, NAME_MAX + 1);
    each_position(&shapes[0], DSB_STREAM_OPEN, put);
    each_position(&shapes[0], DSB_STREAM_OPEN, get);
    /*@ loop unroll 20; */
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        begin(&shapes[i], WINDOW, SEND_CAP, true);
        /*@ loop unroll 10; */
        for (int state = DSB_STREAM_FREE; state <= DSB_STREAM_OVER; state++) {
            accept_one(&shapes[i], state);
            refuse_one(&shapes[i], state);
            finish_one(&shapes[i], state);
            reset_one(&shapes[i], state);
            leave_one(&shapes[i], state);
            ask(&shapes[i], state);
            open_one(&shapes[i], state, 1);
            if (i < ALONE_COUNT)
                next_event(&shapes[i], state);
        }
    }
    /*@ loop unroll 10; */
    for (int state = DSB_STREAM_INCOMING; state <= DSB_STREAM_OVER; state++) {
        put(&shapes[0], state, 1, WINDOW - 1);
        get(&shapes[0], state, 1, WINDOW - 1);
    }
    return 0;
}
