/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session long enough for both directions to change their keys, with the keys kept by hand: the
 * library at both ends would agree also if neither changed any.
 */
#include "adversary.h"

#include "rt/log.h"

#include <string.h>

/* RFC-0008: a direction rekeys before the record whose number is a multiple of this. */
#define RECORDS_PER_KEY 65536

/* Echoes that are asked for at a time. */
#define BATCH_COUNT 64

/* Beyond the first change in both directions; ours come first, since ACCEPT counts on the other. */
#define ECHO_COUNT (RECORDS_PER_KEY + 2 * BATCH_COUNT)

static struct adversary adversary;
static uint8_t batch[BATCH_COUNT * RECORD_FRAME_MAX];

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

static bool expect(enum dsb_record_type type, const uint8_t *body, size_t body_len)
{
    if (is_due(adversary.transport.recv.n) &&
        noise_transport_rekey_recv(&adversary.transport) != NOISE_OK)
        return selftest_fail("rekey of the receiver");
    return adversary_expect_record(&adversary, type, body, body_len);
}

/* The echo of number i. */
static void make_body(uint8_t body[4], uint32_t i)
{
    const uint8_t bytes[4] = {0x01, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
    memcpy(body, bytes, sizeof bytes);
}

static bool echo_batch(uint32_t first)
{
    uint8_t body[4];
    size_t batch_len = 0;

    for (uint32_t i = first; i < first + BATCH_COUNT; i++) {
        size_t frame_len = 0;
        make_body(body, i);
        if (!seal(DSB_RECORD_DATA, body, sizeof body, batch + batch_len, &frame_len))
            return false;
        batch_len += frame_len;
    }
    if (!adversary_send(&adversary, batch, batch_len))
        return false;
    for (uint32_t i = first; i < first + BATCH_COUNT; i++) {
        make_body(body, i);
        if (!expect(DSB_RECORD_DATA, body, sizeof body))
            return false;
    }
    return true;
}

static bool close_session(void)
{
    uint8_t frame[RECORD_FRAME_MAX];
    size_t frame_len = 0;
    return seal(DSB_RECORD_CLOSE, NULL, 0, frame, &frame_len) &&
           adversary_send(&adversary, frame, frame_len) && expect(DSB_RECORD_CLOSE, NULL, 0);
}

bool dsoftbus_rekey(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool passed = dsoftbus_find(selftest) && adversary_connect(&adversary, selftest) &&
                  adversary_authenticate(&adversary, &plan);

    for (uint32_t i = 0; i < ECHO_COUNT && passed; i += BATCH_COUNT)
        passed = echo_batch(i);
    passed = passed && close_session();
    adversary_leave(&adversary);
    if (!passed || !dsoftbus_find(selftest)) /* it has told of the end by now */
        return selftest_fail("dsoftbus rekey");
    rt_logf("SELFTEST: dsoftbus rekey ok");
    return true;
}
