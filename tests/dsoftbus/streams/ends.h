/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends of the stream layer without a session between them: records are taken from the one and
 * given to the other, or made up. */
#ifndef TESTS_DSOFTBUS_STREAMS_ENDS_H
#define TESTS_DSOFTBUS_STREAMS_ENDS_H

#include "dsoftbus/streams.h"
#include "dsoftbus/testing.h"

#define WINDOW   8
#define SEND_CAP 8
#define STREAMS  2
#define BODY_MAX 128

/* An end, and its last record. */
struct end {
    struct dsb_streams streams;
    struct dsb_stream table[2 * STREAMS];
    uint32_t refused[STREAMS];
    uint8_t bytes[2 * STREAMS * (WINDOW + SEND_CAP)];
    uint8_t body[BODY_MAX];
    size_t body_len;
    enum dsb_record_type type;
};

extern struct end a, b; /* a dialled: its ids are odd */

extern const struct dsb_streams_config ends_defaults;

/* Sets both up; for cmocka. */
int ends_start(void **state);

enum dsb_status begin(struct end *end, const struct dsb_streams_config *config);

enum dsb_reason receive(struct end *end, enum dsb_record_type type, const char *body,
                        size_t body_len);

/* A record as literal: its type, then its body. */
#define RECEIVE(end, type, body) receive(end, DSB_RECORD_##type, body, sizeof(body) - 1)
#define OPEN_1                                                                                     \
    "\x00\x00\x00\x01\x01"                                                                         \
    "s"
#define OPEN_3                                                                                     \
    "\x00\x00\x00\x03\x01"                                                                         \
    "s"

/* The end's next record, or 0. */
int next(struct end *end);

void assert_next(struct end *end, enum dsb_record_type type, const char *body, size_t body_len);

#define ASSERT_NEXT(end, type, body) assert_next(end, DSB_RECORD_##type, body, sizeof(body) - 1)

/* All that `from` has to say arrives. */
void pass(struct end *from, struct end *to);

struct dsb_stream_event event(struct end *end);
void assert_event(struct end *end, enum dsb_stream_event_type type, uint32_t id);

uint32_t open_at(struct end *end);

/* A stream from a to b that both have: returns its id, 1 at first. */
uint32_t make_stream(void);

enum dsb_status write_at(struct end *end, uint32_t id, const char *text, size_t *len);

/* Writes all of it; reads, and it is all of this. */
void put(struct end *end, uint32_t id, const char *text);
void assert_reads(struct end *end, uint32_t id, const char *text);

/* What reading one byte answers. */
enum dsb_status read_status(struct end *end, uint32_t id);

#endif
