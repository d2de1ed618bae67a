/* SPDX-License-Identifier: Apache-2.0 */
/* Takes records from one end, gives them to the other, or makes them up. */
#include "dsoftbus/streams/ends.h"

#include <string.h>

struct end a, b;

const struct dsb_streams_config ends_defaults = {.is_initiator = true,
                                                 .streams_max = STREAMS,
                                                 .own_max = STREAMS,
                                                 .peer_streams_max = STREAMS,
                                                 .window = WINDOW,
                                                 .peer_window = WINDOW,
                                                 .send_cap = SEND_CAP};

enum dsb_status begin(struct end *end, const struct dsb_streams_config *config)
{
    const struct dsb_streams_memory memory = {end->table, end->bytes, end->refused};

    return dsb_streams_init(&end->streams, config, &memory);
}

int ends_start(void **state)
{
    struct dsb_streams_config config = ends_defaults;
    size_t bytes_len = DSB_STREAMS_BYTES(&config);

    (void)state;
    assert_true(sizeof a.bytes >= bytes_len);
    assert_ok(begin(&a, &config));
    config.is_initiator = false;
    assert_ok(begin(&b, &config));
    return 0;
}

enum dsb_reason receive(struct end *end, enum dsb_record_type type, const char *body,
                        size_t body_len)
{
    return dsb_streams_receive(&end->streams, type, (const uint8_t *)body, body_len);
}

/* The end's next record, or 0. */
int next(struct end *end)
{
    end->body_len = dsb_streams_next_record(&end->streams, &end->type, end->body, BODY_MAX);
    return end->body_len == 0 ? 0 : (int)end->type;
}

void assert_next(struct end *end, enum dsb_record_type type, const char *body, size_t body_len)
{
    assert_int_equal(next(end), type);
    assert_int_equal(end->body_len, body_len);
    assert_memory_equal(end->body, body, body_len);
}

/* All that `from` has to say arrives. */
void pass(struct end *from, struct end *to)
{
    while (next(from) != 0)
        assert_ok(dsb_streams_receive(&to->streams, from->type, from->body, from->body_len));
}

struct dsb_stream_event event(struct end *end)
{
    return dsb_streams_next_event(&end->streams);
}

uint32_t open_at(struct end *end)
{
    uint32_t id = 0;

    assert_ok(dsb_streams_open(&end->streams, "s", 1, &id));
    return id;
}

void assert_event(struct end *end, enum dsb_stream_event_type type, uint32_t id)
{
    struct dsb_stream_event got = event(end);

    assert_int_equal(got.type, type);
    assert_int_equal(got.id, id);
}

/* A stream from a to b that both have: returns its id, 1 at first. */
uint32_t make_stream(void)
{
    uint32_t id = open_at(&a);

    pass(&a, &b);
    assert_event(&b, DSB_STREAM_EVENT_INCOMING, id);
    assert_ok(dsb_streams_accept(&b.streams, id));
    pass(&b, &a);
    assert_event(&a, DSB_STREAM_EVENT_OPENED, id);
    return id;
}

enum dsb_status write_at(struct end *end, uint32_t id, const char *text, size_t *len)
{
    return dsb_streams_write(&end->streams, id, (const uint8_t *)text, strlen(text), len);
}

void put(struct end *end, uint32_t id, const char *text)
{
    size_t len;

    assert_ok(write_at(end, id, text, &len));
    assert_int_equal(len, strlen(text));
}

void assert_reads(struct end *end, uint32_t id, const char *text)
{
    uint8_t bytes[64];
    size_t len;

    assert_ok(dsb_streams_read(&end->streams, id, bytes, sizeof bytes, &len));
    assert_int_equal(len, strlen(text));
    assert_memory_equal(bytes, text, len);
}

enum dsb_status read_status(struct end *end, uint32_t id)
{
    uint8_t byte;
    size_t len;

    return dsb_streams_read(&end->streams, id, &byte, 1, &len);
}
