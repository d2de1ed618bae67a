/* SPDX-License-Identifier: Apache-2.0 */
/* Lets peer and application follow a string of bytes. */
#include "dsoftbus/streams/hostile.h"

#include "dsoftbus/streams.h"

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

#define STREAMS_MAX 3 /* of the peer; as many of this side */
#define WINDOW_MAX  16
#define BODY_MAX    96

/* The end, in one piece of memory so that it can be compared before and after. */
struct end {
    struct dsb_streams streams;
    struct dsb_stream table[2 * STREAMS_MAX];
    uint32_t refused[STREAMS_MAX];
    uint8_t bytes[2 * STREAMS_MAX * 2 * WINDOW_MAX];
};

static struct end end, before;
static struct hostile_count *counts;
static const uint8_t *script;
static size_t script_len;
static bool is_over; /* by dsb_streams_end */

static uint8_t next_byte(void)
{
    uint8_t byte = 0;

    if (script_len != 0) {
        byte = *script++;
        script_len--;
    }
    return byte;
}

static void begin(void)
{
    uint8_t shape = next_byte();
    const struct dsb_streams_config config = {.is_initiator = shape & 1,
                                              .streams_max = shape >> 1 & 3,
                                              .own_max = shape >> 3 & 3,
                                              .peer_streams_max = shape >> 5 & 3,
                                              .window = 1 + next_byte() % WINDOW_MAX,
                                              .peer_window = 1 + next_byte() % WINDOW_MAX,
                                              .send_cap = 1 + next_byte() % WINDOW_MAX};
    const struct dsb_streams_memory memory = {end.table, end.bytes, end.refused};

    memset(&end, 0, sizeof end);
    is_over = false;
    RULE(dsb_streams_init(&end.streams, &config, &memory) == DSB_OK);
}

/* Rules that hold always. */
static void check(void)
{
    const struct dsb_streams *streams = &end.streams;
    size_t own_count = 0, peer_count = 0;

    for (size_t i = 0; i < streams->count; i++) {
        const struct dsb_stream *stream = &end.table[i];

        if (stream->state == DSB_STREAM_FREE) {
            RULE(stream->in.len == 0 && stream->out.len == 0);
            continue;
        }
        *(stream->id % 2 == streams->config.is_initiator ? &own_count : &peer_count) += 1;
        RULE((uint64_t)stream->in.len + stream->recv_credit <= streams->config.window ||
             stream->state == DSB_STREAM_OVER || stream->state == DSB_STREAM_RESETTING);
        RULE(stream->in.len <= streams->config.window);
        RULE(stream->out.len <= streams->config.send_cap);
    }
    RULE(own_count == streams->own_count && own_count <= streams->config.own_max);
    RULE(peer_count == streams->peer_count && peer_count <= streams->config.streams_max);
    RULE(streams->refused_count <= streams->config.streams_max);
}

/* The application lets go of all after the session's end; then nothing is left. */
static void check_end(void)
{
    dsb_streams_end(&end.streams);
    is_over = true;
    while (dsb_streams_next_event(&end.streams).type != DSB_STREAM_EVENT_NONE) {
    }
    for (size_t i = 0; i < end.streams.count; i++)
        if (end.table[i].state != DSB_STREAM_FREE)
            RULE(dsb_streams_let_go(&end.streams, end.table[i].id) == DSB_OK);
    check();
    RULE(end.streams.own_count + end.streams.peer_count == 0);
    RULE(dsb_streams_next_event(&end.streams).type <= DSB_STREAM_EVENT_CAN_OPEN);
    RULE(!dsb_streams_wants_output(&end.streams));
}

/* The peer */

/* An id that may mean something: one in use, the next one, or a former one. */
static uint32_t some_id(void)
{
    uint8_t choice = next_byte();

    if (choice < 192 && end.streams.count != 0)
        return end.table[choice % end.streams.count].id;
    if (choice < 208)
        return end.streams.peer_id + (choice & 3);
    if (choice < 224)
        return end.streams.next_id + (choice & 7) - 4;
    return choice < 250 ? choice & 15 : (uint32_t)next_byte() << 24 | choice;
}

/* Makes of a record one that the end may take, as far as that is possible. */
static void make_polite(struct dsb_stream_record *record, const struct dsb_stream *stream)
{
    if (stream == NULL || stream->state == DSB_STREAM_OPENING || record->type == DSB_RECORD_OPEN) {
        uint32_t first = end.streams.config.is_initiator ? 2 : 1;

        record->type = DSB_RECORD_OPEN;
        record->id = end.streams.peer_id == 0 ? first : end.streams.peer_id + 2;
    } else if (stream->state == DSB_STREAM_ASKED && record->type != DSB_RECORD_RESET) {
        record->type = DSB_RECORD_OPENED;
    } else if (record->type == DSB_RECORD_OPENED ||
               (record->type == DSB_RECORD_BYTES && stream->recv_credit == 0) ||
               (record->type != DSB_RECORD_RESET && stream->fin_received)) {
        record->type = DSB_RECORD_CREDIT;
    }
}

static const struct dsb_stream *with_id(uint32_t id)
{
    for (size_t i = 0; i < end.streams.count; i++)
        if (end.table[i].state != DSB_STREAM_FREE && end.table[i].id == id)
            return &end.table[i];
    return NULL;
}

/* One of 16 records is what comes, the others are polite. */
static size_t make_record(struct dsb_stream_record *record, uint8_t *body)
{
    static const uint8_t filler[WINDOW_MAX + 4] = {0};
    bool is_rude = next_byte() < 16;

    record->id = some_id();
    const struct dsb_stream *stream = with_id(record->id);
    if (!is_rude)
        make_polite(record, stream);
    uint8_t number = next_byte();
    switch (record->type) {
    case DSB_RECORD_OPEN:
        record->bytes = (const uint8_t *)"service";
        record->bytes_len = 1 + number % 7;
        break;
    case DSB_RECORD_BYTES:
        record->bytes = filler;
        record->bytes_len = 1 + number % (is_rude ? sizeof filler - 1 : stream->recv_credit);
        break;
    case DSB_RECORD_RESET:
        record->code = 1 + number;
        break;
    case DSB_RECORD_FIN:
        break;
    default:
        record->credit = is_rude && number > 200 ? UINT32_MAX - number : 1U + number % WINDOW_MAX;
        break;
    }
    dsb_stream_record_write(record, body);
    return dsb_stream_record_len(record);
}

static bool is_same(const void *x, const void *y, size_t len)
{
    return memcmp(x, y, len) == 0;
}

/* A record arrives. One that is refused has changed nothing, and ends the session. */
static void receive(enum dsb_record_type type, const uint8_t *body, size_t len)
{
    before = end;
    enum dsb_reason reason = dsb_streams_receive(&end.streams, type, body, len);
    counts->records++;
    if (reason == DSB_REASON_NONE)
        return;
    before.streams.hint = end.streams.hint;
    RULE(is_same(&before, &end, sizeof end));
    counts->refusals++;
    check_end();
    begin();
}

static void peer_says(unsigned op)
{
    uint8_t body[BODY_MAX];

    if (op < 6) {
        struct dsb_stream_record record = {.type = (enum dsb_record_type)(DSB_RECORD_OPEN + op)};
        size_t len = make_record(&record, body);

        receive(record.type, body, len);
        return;
    }
    enum dsb_record_type type = (enum dsb_record_type)(next_byte() % 14);
    size_t len = next_byte() % 16 == 0 ? next_byte() % BODY_MAX : 4;
    for (size_t i = 0; i < len; i++)
        body[i] = next_byte();
    receive(type, body, len);
}

/* This side's session: it takes some records, or for a while none. */
static void take_output(void)
{
    uint8_t body[BODY_MAX];
    size_t cap = next_byte() % BODY_MAX;
    enum dsb_record_type type;
    struct dsb_stream_record record;
    size_t len = dsb_streams_next_record(&end.streams, &type, body, cap);

    RULE(len <= cap && (len == 0 || !is_over));
    if (len != 0) {
        counts->said++;
        RULE(dsb_stream_record_parse(&record, type, body, len) == DSB_RECORD_OK);
    }
}

/* All that is to be said now is bounded: the refusals; for each stream OPEN or OPENED, CREDIT, its
 * bytes (they fit into one record), FIN, RESET. */
static void take_all_output(void)
{
    size_t bound = STREAMS_MAX + 5 * 2 * STREAMS_MAX;
    uint8_t body[BODY_MAX];
    enum dsb_record_type type;

    while (dsb_streams_wants_output(&end.streams)) {
        RULE(bound-- != 0);
        RULE(dsb_streams_next_record(&end.streams, &type, body, sizeof body) != 0);
        counts->said++;
    }
}

/* The application. What it may not do is refused, and it may try all. */

static void application_writes(uint32_t id)
{
    static const uint8_t bytes[2 * WINDOW_MAX] = {0};
    size_t len = next_byte() % sizeof bytes, written_len;
    enum dsb_status status = dsb_streams_write(&end.streams, id, bytes, len, &written_len);

    RULE((status == DSB_OK) == (written_len != 0) && written_len <= len);
}

static void application_reads(uint32_t id)
{
    uint8_t bytes[WINDOW_MAX];
    size_t cap = next_byte() % (sizeof bytes + 1), read_len,
           unread = dsb_streams_unread(&end.streams, id);
    enum dsb_status status = dsb_streams_read(&end.streams, id, bytes, cap, &read_len);

    RULE((status == DSB_OK) == (read_len != 0) && read_len <= cap);
    RULE(status != DSB_OK || dsb_streams_unread(&end.streams, id) + read_len == unread);
    RULE((status != DSB_ENDED && status != DSB_WAS_RESET) || unread == 0);
}

static void application_does(unsigned op)
{
    uint32_t id = op == 0 ? 0 : some_id();

    counts->calls++;
    switch (op) {
    case 0:
        (void)!dsb_streams_open(&end.streams, "service", 1 + next_byte() % 7, &id);
        break;
    case 1:
        (void)!dsb_streams_accept(&end.streams, id);
        break;
    case 2:
        (void)!dsb_streams_refuse(&end.streams, id, (enum dsb_reset_code)(next_byte() % 7));
        break;
    case 3:
        application_writes(id);
        break;
    case 4:
        application_reads(id);
        break;
    case 5:
        (void)!dsb_streams_finish(&end.streams, id);
        break;
    case 6:
        (void)!dsb_streams_reset(&end.streams, id, (enum dsb_reset_code)(next_byte() % 7));
        break;
    case 7:
        (void)!dsb_streams_let_go(&end.streams, id);
        break;
    default:
        for (unsigned i = next_byte() % 4; i != 0; i--)
            (void)!dsb_streams_next_event(&end.streams).type;
        break;
    }
}

void hostile_run(const uint8_t *bytes, size_t len, struct hostile_count *count)
{
    counts = count;
    script = bytes;
    script_len = len;
    begin();
    while (script_len != 0) {
        unsigned op = next_byte() % 20;

        if (op < 6 || (op == 6 && next_byte() < 16)) {
            peer_says(op);
        } else if (op > 6 && op < 16) {
            application_does(op - 7);
        } else if (op == 16 || op == 17) {
            take_output();
        } else if (op == 18) {
            take_all_output();
        } else if (op == 19 && next_byte() < 8) {
            check_end();
            begin();
        }
        check();
    }
    check_end();
}
