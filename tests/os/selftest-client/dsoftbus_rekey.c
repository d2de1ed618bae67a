/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session long enough for both directions to change their keys, with the keys kept by hand: the
 * library at both ends would agree also if neither changed any.
 */
#include "adversary.h"
#include "dsoftbus/stream_record.h"

#include "rt/log.h"

#include <string.h>

/* RFC-0008: a direction rekeys before the record whose number is a multiple of this. */
#define RECORDS_PER_KEY 65536

/* Echoes that are asked for at a time, of so many bytes each. */
#define BATCH_COUNT 64
#define PIECE_LEN   4

/* Beyond the first change in both directions. */
#define RECORD_COUNT (RECORDS_PER_KEY + 2 * BATCH_COUNT)

static struct adversary adversary;
static uint8_t batch[(1 + BATCH_COUNT) * RECORD_FRAME_MAX];

static bool is_due(uint64_t n)
{
    return n != 0 && n % RECORDS_PER_KEY == 0;
}

static bool seal(enum dsb_record_type type, const uint8_t *body, size_t body_len, uint8_t *frame,
                 size_t *frame_len)
{
    if (is_due(adversary.transport.send.n) &&
        noise_transport_rekey_send(&adversary.transport) != NOISE_OK)
        return selftest_fail("rekey of the sender");
    return adversary_seal(&adversary, type, body, body_len, frame, frame_len);
}

static bool read(struct dsb_record *record, uint8_t *plaintext)
{
    if (is_due(adversary.transport.recv.n) &&
        noise_transport_rekey_recv(&adversary.transport) != NOISE_OK)
        return selftest_fail("rekey of the receiver");
    return adversary_read_record(&adversary, record, plaintext);
}

/* Piece number i, behind the stream's id. */
static void make_body(uint8_t body[DSB_STREAM_ID_LEN + PIECE_LEN], uint32_t i)
{
    const uint8_t bytes[] = {0, 0, 0, 1, 0x01, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
    memcpy(body, bytes, sizeof bytes);
}

/* Takes the record's bytes off what is expected, of which at_len were there already. */
static bool take_echo(const struct dsb_record *record, uint32_t first, size_t *at_len)
{
    uint8_t body[DSB_STREAM_ID_LEN + PIECE_LEN];

    for (size_t i = DSB_STREAM_ID_LEN; i < record->body_len; i++, ++*at_len) {
        make_body(body, first + (uint32_t)(*at_len / PIECE_LEN));
        if (*at_len >= BATCH_COUNT * PIECE_LEN ||
            record->body[i] != body[DSB_STREAM_ID_LEN + *at_len % PIECE_LEN])
            return selftest_fail("another echo");
    }
    return true;
}

/* The daemon may put several pieces into one record, and gives credit between them. */
static bool hear_batch(uint32_t first)
{
    uint8_t plaintext[ADVERSARY_IN_MAX];
    struct dsb_record record;
    size_t at_len = 0;

    while (at_len < BATCH_COUNT * PIECE_LEN) {
        if (!read(&record, plaintext))
            return false;
        if (record.type != DSB_RECORD_CREDIT &&
            (record.type != DSB_RECORD_BYTES || !take_echo(&record, first, &at_len)))
            return selftest_fail("neither echo nor credit");
    }
    return true;
}

static bool add(enum dsb_record_type type, const uint8_t *body, size_t body_len, size_t *batch_len)
{
    size_t frame_len = 0;
    bool sealed = seal(type, body, body_len, batch + *batch_len, &frame_len);

    *batch_len += frame_len;
    return sealed;
}

/* Credit for the echo of this batch, then its pieces. */
static bool echo_batch(uint32_t first)
{
    static const uint8_t credit[] = {0, 0, 0, 1, 0, 0, BATCH_COUNT * PIECE_LEN >> 8, 0};
    uint8_t body[DSB_STREAM_ID_LEN + PIECE_LEN];
    size_t batch_len = 0;

    if (first != 0 && !add(DSB_RECORD_CREDIT, credit, sizeof credit, &batch_len))
        return false;
    for (uint32_t i = first; i < first + BATCH_COUNT; i++) {
        make_body(body, i);
        if (!add(DSB_RECORD_BYTES, body, sizeof body, &batch_len))
            return false;
    }
    return adversary_send(&adversary, batch, batch_len) && hear_batch(first);
}

/* Both directions have changed their keys, and gone on. */
static bool is_enough(void)
{
    return adversary.transport.send.n > RECORD_COUNT && adversary.transport.recv.n > RECORD_COUNT;
}

static bool hear_close(void)
{
    uint8_t plaintext[ADVERSARY_IN_MAX];
    struct dsb_record record;

    do
        if (!read(&record, plaintext))
            return false;
    while (record.type == DSB_RECORD_CREDIT);
    return record.type == DSB_RECORD_CLOSE || selftest_fail("no CLOSE");
}

static bool close_session(void)
{
    uint8_t frame[RECORD_FRAME_MAX];
    size_t frame_len = 0;
    return seal(DSB_RECORD_CLOSE, NULL, 0, frame, &frame_len) &&
           adversary_send(&adversary, frame, frame_len) && hear_close();
}

bool dsoftbus_rekey(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool passed = dsoftbus_find(selftest) && adversary_connect(&adversary, selftest) &&
                  adversary_authenticate(&adversary, &plan) && adversary_open_echo(&adversary);

    for (uint32_t i = 0; passed && !is_enough(); i += BATCH_COUNT)
        passed = echo_batch(i);
    passed = passed && close_session();
    adversary_leave(&adversary);
    if (!passed || !dsoftbus_find(selftest)) /* it has told of the end by now */
        return selftest_fail("dsoftbus rekey");
    rt_logf("SELFTEST: dsoftbus rekey ok");
    return true;
}
