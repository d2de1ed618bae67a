/* SPDX-License-Identifier: Apache-2.0 */
/* Speaks Noise and frames by hand to the real dsoftbusd. */
#include "adversary.h"

#include "rt/time.h"
#include "stream.h"

#include <string.h>

/* dsoftbusd answers, or ends a connection, in this time; its own longest wait is its deadline. */
#define PATIENCE_MS (DSB_HANDSHAKE_DEADLINE_MS + 2000)

struct plan plan_honest(void)
{
    return (struct plan){
        .key = &dsoftbus.identity.key,
        .claim = &dsoftbus.identity.id,
        .responder_key = dsoftbus.target->key,
        .responder_id = &dsoftbus.target->id,
    };
}

bool stranger_make(struct stranger *stranger)
{
    if (!dsoftbus_random(stranger->private_key, sizeof stranger->private_key))
        return false;
    noise_static_key_init(&stranger->key, stranger->private_key);
    return true;
}

bool adversary_connect(struct adversary *adversary, struct selftest *selftest)
{
    memset(adversary, 0, sizeof *adversary);
    adversary->selftest = selftest;
    if (stream_connect(selftest, &dsoftbus.address, rt_deadline_ms(PATIENCE_MS),
                       &adversary->stream) != NET_OK) {
        adversary->stream = 0;
        return selftest_fail("adversary connects");
    }
    return true;
}

bool adversary_send(struct adversary *adversary, const void *bytes, size_t bytes_len)
{
    return stream_write(adversary->selftest, adversary->stream, bytes, bytes_len,
                        rt_deadline_ms(PATIENCE_MS)) == NET_OK ||
           selftest_fail("adversary sends");
}

/* Writes the handshake's next message, framed. */
static bool make_message(struct adversary *adversary, const uint8_t *payload, size_t payload_len,
                         uint8_t frame[DSB_HANDSHAKE_OUT_MAX], size_t *frame_len)
{
    size_t message_len = 0;
    if (noise_xk_write(&adversary->noise, payload, payload_len, frame + DSB_FRAME_HEADER_LEN,
                       DSB_HANDSHAKE_OUT_MAX - DSB_FRAME_HEADER_LEN, &message_len) != NOISE_OK)
        return selftest_fail("adversary writes a message");
    dsb_frame_header(frame, message_len);
    *frame_len = DSB_FRAME_HEADER_LEN + message_len;
    return true;
}

bool adversary_make_msg1(struct adversary *adversary, const struct plan *plan)
{
    uint8_t prologue[PROLOGUE_MAX];
    uint8_t ephemeral[DSB_KEY_LEN];
    size_t prologue_len = dsoftbus_prologue(prologue, plan->responder_id);

    return dsoftbus_random(ephemeral, sizeof ephemeral) &&
           noise_xk_init_initiator(&adversary->noise, plan->key, plan->responder_key, ephemeral,
                                   prologue, prologue_len) == NOISE_OK &&
           make_message(adversary, NULL, 0, adversary->msg1, &adversary->msg1_len);
}

/* Waits for one whole unit at the front of in. */
static bool await_unit(struct adversary *adversary, size_t *unit_len)
{
    uint64_t deadline = rt_deadline_ms(PATIENCE_MS);
    enum dsb_frame_result result;

    while ((result = dsb_frame_next(adversary->in, adversary->in_len,
                                    ADVERSARY_IN_MAX - DSB_FRAME_HEADER_LEN, unit_len)) ==
           DSB_FRAME_PARTIAL) {
        size_t read_len = 0;
        if (stream_read(adversary->selftest, adversary->stream, adversary->in + adversary->in_len,
                        ADVERSARY_IN_MAX - adversary->in_len, deadline, &read_len) != NET_OK ||
            read_len == 0)
            return selftest_fail("adversary waits for a unit");
        adversary->in_len += read_len;
    }
    return result == DSB_FRAME_COMPLETE || selftest_fail("adversary reads a unit");
}

static void drop_unit(struct adversary *adversary, size_t unit_len)
{
    size_t used_len = DSB_FRAME_HEADER_LEN + unit_len;
    adversary->in_len -= used_len;
    memmove(adversary->in, adversary->in + used_len, adversary->in_len);
}

bool adversary_read_msg2(struct adversary *adversary)
{
    uint8_t payload[DSB_HANDSHAKE_UNIT_MAX];
    size_t payload_len = 0;
    size_t unit_len = 0;

    if (!await_unit(adversary, &unit_len))
        return false;
    if (noise_xk_read(&adversary->noise, adversary->in + DSB_FRAME_HEADER_LEN, unit_len, payload,
                      sizeof payload, &payload_len) != NOISE_OK)
        return selftest_fail("adversary reads message 2");
    drop_unit(adversary, unit_len);
    return true;
}

bool adversary_make_msg3(struct adversary *adversary, const struct plan *plan)
{
    uint8_t payload[DSB_PAYLOAD3_MAX];
    size_t payload_len =
        dsb_payload3_write(payload, plan->claim, ADVERSARY_IN_MAX, &dsoftbus.local.streams);
    return make_message(adversary, payload, payload_len, adversary->msg3, &adversary->msg3_len);
}

bool adversary_until_msg3(struct adversary *adversary, const struct plan *plan)
{
    return adversary_make_msg1(adversary, plan) &&
           adversary_send(adversary, adversary->msg1, adversary->msg1_len) &&
           adversary_read_msg2(adversary) && adversary_make_msg3(adversary, plan);
}

bool adversary_authenticate(struct adversary *adversary, const struct plan *plan)
{
    return adversary_until_msg3(adversary, plan) &&
           adversary_send(adversary, adversary->msg3, adversary->msg3_len) &&
           noise_xk_split(&adversary->noise, &adversary->transport) == NOISE_OK &&
           adversary_expect_record(adversary, DSB_RECORD_ACCEPT, NULL, 0);
}

bool adversary_seal(struct adversary *adversary, enum dsb_record_type type, const uint8_t *body,
                    size_t body_len, uint8_t *frame, size_t *frame_len)
{
    uint8_t plaintext[DSB_RECORD_TYPE_LEN + 64];
    size_t message_len = 0;

    if (body_len > sizeof plaintext - DSB_RECORD_TYPE_LEN)
        return selftest_fail("adversary's record is too long");
    plaintext[0] = (uint8_t)type;
    if (body_len != 0)
        memcpy(plaintext + DSB_RECORD_TYPE_LEN, body, body_len);
    if (noise_transport_seal(&adversary->transport, plaintext, DSB_RECORD_TYPE_LEN + body_len,
                             frame + DSB_FRAME_HEADER_LEN, RECORD_FRAME_MAX - DSB_FRAME_HEADER_LEN,
                             &message_len) != NOISE_OK)
        return selftest_fail("adversary seals");
    dsb_frame_header(frame, message_len);
    *frame_len = DSB_FRAME_HEADER_LEN + message_len;
    return true;
}

bool adversary_read_record(struct adversary *adversary, struct dsb_record *record, uint8_t *out)
{
    size_t plaintext_len = 0;
    size_t unit_len = 0;

    if (!await_unit(adversary, &unit_len))
        return false;
    if (noise_transport_open(&adversary->transport, adversary->in + DSB_FRAME_HEADER_LEN, unit_len,
                             out, ADVERSARY_IN_MAX, &plaintext_len) != NOISE_OK ||
        dsb_record_parse(record, out, plaintext_len) != DSB_RECORD_OK)
        return selftest_fail("adversary opens a record");
    drop_unit(adversary, unit_len);
    return true;
}

bool adversary_expect_record(struct adversary *adversary, enum dsb_record_type type,
                             const uint8_t *body, size_t body_len)
{
    uint8_t plaintext[ADVERSARY_IN_MAX];
    struct dsb_record record;

    if (!adversary_read_record(adversary, &record, plaintext))
        return false;
    return (record.type == type && record.body_len == body_len &&
            (body_len == 0 || memcmp(record.body, body, body_len) == 0)) ||
           selftest_fail("adversary reads another record");
}

bool adversary_open_echo(struct adversary *adversary)
{
    static const uint8_t open[] = {0, 0, 0, 1, 4, 'e', 'c', 'h', 'o'};
    static const uint8_t opened[] = {0, 0, 0, 1, 0, 0, 0, 0}; /* no credit beyond the window */
    uint8_t frame[RECORD_FRAME_MAX];
    size_t frame_len = 0;

    return adversary_seal(adversary, DSB_RECORD_OPEN, open, sizeof open, frame, &frame_len) &&
           adversary_send(adversary, frame, frame_len) &&
           adversary_expect_record(adversary, DSB_RECORD_OPENED, opened, sizeof opened);
}

bool adversary_expect_closed(struct adversary *adversary)
{
    size_t read_len = 0;

    if (adversary->in_len != 0)
        return selftest_fail("bytes come before the end");
    switch (stream_read(adversary->selftest, adversary->stream, adversary->in, ADVERSARY_IN_MAX,
                        rt_deadline_ms(PATIENCE_MS), &read_len)) {
    case NET_OK:
        return read_len == 0 || selftest_fail("bytes come before the end");
    case NET_DISCONNECTED:
        return true;
    case NET_TIMED_OUT:
        return selftest_fail("the connection stays open");
    default: /* netstackd refuses the call: that says nothing about dsoftbusd */
        return selftest_fail("the end of the connection cannot be seen");
    }
}

void adversary_leave(struct adversary *adversary)
{
    if (adversary->stream != 0)
        stream_close(adversary->selftest, adversary->stream);
    adversary->stream = 0;
    noise_xk_wipe(&adversary->noise);
    noise_transport_wipe(&adversary->transport);
}
