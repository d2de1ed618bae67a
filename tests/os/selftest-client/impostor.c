/* SPDX-License-Identifier: Apache-2.0 */
/* See impostor.h. Every call tries and returns; what could not be done yet is tried again in
 * IMPOSTOR_TURN_MS. */
#include "impostor.h"

#include "dsoftbus/record.h"
#include "rt/time.h"
#include "stream.h"

#include <string.h>

#define IMPOSTOR_TURN_MS   1
#define IMPOSTOR_FINISH_MS 2000

/* The background has no argument. */
static struct impostor *working;

static void broke(struct impostor *impostor, const char *what)
{
    (void)selftest_fail(what);
    impostor->stage = IMPOSTOR_BROKEN;
}

static bool seal(struct impostor *impostor, enum dsb_record_type type, const uint8_t *body,
                 size_t body_len)
{
    uint8_t plaintext[IMPOSTOR_UNIT_MAX];
    size_t unit_len = 0;

    plaintext[0] = (uint8_t)type;
    if (body_len != 0)
        memcpy(plaintext + DSB_RECORD_TYPE_LEN, body, body_len);
    if (noise_transport_seal(&impostor->transport, plaintext, DSB_RECORD_TYPE_LEN + body_len,
                             impostor->out + DSB_FRAME_HEADER_LEN,
                             IMPOSTOR_UNIT_MAX - DSB_FRAME_HEADER_LEN, &unit_len) != NOISE_OK)
        return false;
    dsb_frame_header(impostor->out, unit_len);
    impostor->out_len = DSB_FRAME_HEADER_LEN + unit_len;
    return true;
}

static bool begin_noise(struct impostor *impostor)
{
    bool is_other = impostor->falsehood == FALSE_KEY || impostor->falsehood == FALSE_KEY_ANSWERS;
    uint8_t prologue[PROLOGUE_MAX];
    uint8_t ephemeral[DSB_KEY_LEN];

    return dsoftbus_random(ephemeral, sizeof ephemeral) &&
           noise_xk_init_responder(
               &impostor->noise, is_other ? &impostor->other_key : &impostor->key, ephemeral,
               prologue, dsoftbus_prologue(prologue, &impostor->id)) == NOISE_OK;
}

/* Without the client's transcript: both sides of a handshake with itself. */
static bool invent_transcript(struct impostor *impostor)
{
    static struct noise_xk_handshake self;
    uint8_t prologue[PROLOGUE_MAX];
    uint8_t ephemeral[DSB_KEY_LEN];
    uint8_t msg1[NOISE_XK_MESSAGE_1_OVERHEAD];
    uint8_t payload[1];
    size_t prologue_len = dsoftbus_prologue(prologue, &impostor->id);
    size_t len = 0;

    bool made =
        begin_noise(impostor) && dsoftbus_random(ephemeral, sizeof ephemeral) &&
        noise_xk_init_initiator(&self, &impostor->key, impostor->other_key.public_key, ephemeral,
                                prologue, prologue_len) == NOISE_OK &&
        noise_xk_write(&self, NULL, 0, msg1, sizeof msg1, &len) == NOISE_OK &&
        noise_xk_read(&impostor->noise, msg1, len, payload, sizeof payload, &len) == NOISE_OK;
    noise_xk_wipe(&self);
    return made;
}

/* Reads message 1. True when message 2 is to be written. */
static bool read_msg1(struct impostor *impostor, const uint8_t *unit, size_t unit_len)
{
    uint8_t payload[IMPOSTOR_UNIT_MAX];
    size_t payload_len = 0;
    bool is_other = impostor->falsehood == FALSE_KEY || impostor->falsehood == FALSE_KEY_ANSWERS;

    if (memcmp(impostor->client_ephemeral, unit, DSB_KEY_LEN) == 0) {
        broke(impostor, "two sessions with the same message 1");
        return false;
    }
    memcpy(impostor->client_ephemeral, unit, DSB_KEY_LEN);
    enum noise_result result =
        noise_xk_read(&impostor->noise, unit, unit_len, payload, sizeof payload, &payload_len);
    if ((result == NOISE_OK) == is_other)
        broke(impostor, "message 1 is not for the key that was meant");
    if (impostor->stage == IMPOSTOR_BROKEN)
        return false;
    if (impostor->falsehood == FALSE_KEY_ANSWERS && !invent_transcript(impostor))
        broke(impostor, "impostor's transcript");
    return impostor->falsehood != FALSE_KEY && impostor->stage != IMPOSTOR_BROKEN;
}

static void falsify_msg2(struct impostor *impostor, const uint8_t *msg1, size_t msg1_len)
{
    uint8_t *unit = impostor->out + DSB_FRAME_HEADER_LEN;

    switch (impostor->falsehood) {
    case FALSE_MSG2_KEY:
        unit[0] ^= 1;
        break;
    case FALSE_MSG2_TAG:
        impostor->out[impostor->out_len - 1] ^= 1;
        break;
    case FALSE_MSG2_REPLAYED:
        memcpy(impostor->out, impostor->msg2, impostor->msg2_len);
        impostor->out_len = impostor->msg2_len;
        break;
    case FALSE_MSG2_REFLECTED:
        dsb_frame_header(impostor->out, msg1_len);
        memcpy(unit, msg1, msg1_len);
        impostor->out_len = DSB_FRAME_HEADER_LEN + msg1_len;
        break;
    case FALSE_MSG2_LOW_ORDER:
        memset(unit, 0, DSB_KEY_LEN);
        break;
    case FALSE_NOTHING:
        memcpy(impostor->msg2, impostor->out, impostor->out_len);
        impostor->msg2_len = impostor->out_len;
        break;
    default: /* its falsehood is another */
        break;
    }
}

static void answer_msg1(struct impostor *impostor, const uint8_t *unit, size_t unit_len)
{
    static const struct dsb_stream_limits limits = {.window = OWN_WINDOW, .streams_max = 1};
    uint8_t payload[DSB_PAYLOAD2_MAX];
    size_t message_len = 0;

    if (!read_msg1(impostor, unit, unit_len)) {
        if (impostor->stage != IMPOSTOR_BROKEN)
            impostor->stage = IMPOSTOR_GONE;
        return;
    }
    size_t payload_len = dsb_payload2_write(payload, OWN_RECORD_UNIT_MAX, &limits);
    if (noise_xk_write(&impostor->noise, payload, payload_len, impostor->out + DSB_FRAME_HEADER_LEN,
                       IMPOSTOR_UNIT_MAX - DSB_FRAME_HEADER_LEN, &message_len) != NOISE_OK) {
        broke(impostor, "impostor's message 2");
        return;
    }
    dsb_frame_header(impostor->out, message_len);
    impostor->out_len = DSB_FRAME_HEADER_LEN + message_len;
    falsify_msg2(impostor, unit, unit_len);
    impostor->stage = IMPOSTOR_AWAITS_MSG3;
}

/* The other direction's key, as for what the client sends. */
static void swap_directions(struct noise_transport *transport)
{
    struct noise_cipher send = transport->send;
    transport->send = transport->recv;
    transport->recv = send;
}

static bool make_first_record(struct impostor *impostor)
{
    if (impostor->falsehood == FALSE_FIRST_RECORD)
        return seal(impostor, DSB_RECORD_CLOSE, NULL, 0);
    if (impostor->falsehood == FALSE_ACCEPT_REFLECTED)
        swap_directions(&impostor->transport);
    if (!seal(impostor, DSB_RECORD_ACCEPT, NULL, 0))
        return false;
    if (impostor->falsehood == FALSE_NOTHING)
        memcpy(impostor->accept, impostor->out, impostor->out_len);
    if (impostor->falsehood == FALSE_ACCEPT_REPLAYED)
        memcpy(impostor->out, impostor->accept, impostor->out_len);
    if (impostor->falsehood == FALSE_ACCEPT_TAG)
        impostor->out[impostor->out_len - 1] ^= 1;
    return true;
}

static void answer_msg3(struct impostor *impostor, const uint8_t *unit, size_t unit_len)
{
    uint8_t payload[IMPOSTOR_UNIT_MAX];
    size_t payload_len = 0;

    if (noise_xk_read(&impostor->noise, unit, unit_len, payload, sizeof payload, &payload_len) !=
            NOISE_OK ||
        noise_xk_split(&impostor->noise, &impostor->transport) != NOISE_OK) {
        broke(impostor, "message 3 to the impostor");
        return;
    }
    impostor->stage =
        impostor->falsehood == FALSE_ACCEPT_NONE ? IMPOSTOR_GONE : IMPOSTOR_IN_SESSION;
    if (impostor->stage == IMPOSTOR_IN_SESSION && !make_first_record(impostor))
        broke(impostor, "impostor's first record");
}

/* One stream is opened to it, and it takes it for one of `echo`. */
static bool answer_as_a_device(struct impostor *impostor, const struct dsb_record *record)
{
    uint8_t opened[DSB_STREAM_ID_LEN + 4] = {0};

    switch (record->type) {
    case DSB_RECORD_PING:
        return seal(impostor, DSB_RECORD_PONG, record->body, record->body_len);
    case DSB_RECORD_OPEN:
        memcpy(opened, record->body, DSB_STREAM_ID_LEN); /* and no credit beyond the window */
        return seal(impostor, DSB_RECORD_OPENED, opened, sizeof opened);
    case DSB_RECORD_CREDIT:
        return true;
    default:
        return seal(impostor, record->type, record->body, record->body_len);
    }
}

static void answer_record(struct impostor *impostor, const uint8_t *unit, size_t unit_len)
{
    uint8_t plaintext[IMPOSTOR_UNIT_MAX];
    struct dsb_record record;
    size_t plaintext_len = 0;

    if (noise_transport_open(&impostor->transport, unit, unit_len, plaintext, sizeof plaintext,
                             &plaintext_len) != NOISE_OK ||
        dsb_record_parse(&record, plaintext, plaintext_len) != DSB_RECORD_OK) {
        broke(impostor, "record to the impostor");
        return;
    }
    if ((record.type == DSB_RECORD_BYTES && impostor->falsehood == FALSE_ECHO) ||
        (record.type == DSB_RECORD_PING && impostor->falsehood == FALSE_PONG))
        plaintext[plaintext_len - 1] ^= 1;
    if (!answer_as_a_device(impostor, &record))
        broke(impostor, "impostor's record");
}

/* Answers the unit at the front of in, if it is whole. True when it was. */
static bool answer(struct impostor *impostor)
{
    uint8_t unit[IMPOSTOR_UNIT_MAX];
    size_t unit_len = 0;

    if (dsb_frame_next(impostor->in, impostor->in_len, IMPOSTOR_UNIT_MAX - DSB_FRAME_HEADER_LEN,
                       &unit_len) != DSB_FRAME_COMPLETE)
        return false;
    memcpy(unit, impostor->in + DSB_FRAME_HEADER_LEN, unit_len);
    impostor->in_len -= DSB_FRAME_HEADER_LEN + unit_len;
    memmove(impostor->in, impostor->in + DSB_FRAME_HEADER_LEN + unit_len, impostor->in_len);
    if (impostor->stage == IMPOSTOR_IN_SESSION) {
        answer_record(impostor, unit, unit_len);
        return true;
    }
    impostor->message_count++;
    if (impostor->stage == IMPOSTOR_AWAITS_MSG1)
        answer_msg1(impostor, unit, unit_len);
    else
        answer_msg3(impostor, unit, unit_len);
    return true;
}

static bool is_connected(const struct impostor *impostor)
{
    return impostor->stage == IMPOSTOR_AWAITS_MSG1 || impostor->stage == IMPOSTOR_AWAITS_MSG3 ||
           impostor->stage == IMPOSTOR_IN_SESSION;
}

static void hear(struct impostor *impostor, struct net_client *net)
{
    size_t read_len = 0;
    enum net_status status = net_read(net, impostor->stream, impostor->in + impostor->in_len,
                                      IMPOSTOR_UNIT_MAX - impostor->in_len, &read_len);
    if (status == NET_WOULD_BLOCK)
        return;
    impostor->in_len += read_len;
    if (status != NET_OK || read_len == 0)
        impostor->stage = IMPOSTOR_GONE;
}

/* All that it writes is far less than a stream's room. */
static void say(struct impostor *impostor, struct net_client *net)
{
    size_t written_len = 0;
    if (impostor->out_len == 0 || impostor->stage == IMPOSTOR_BROKEN)
        return;
    if (net_write(net, impostor->stream, impostor->out, impostor->out_len, &written_len) !=
            NET_OK ||
        written_len != impostor->out_len)
        broke(impostor, "impostor writes");
    impostor->out_len = 0;
}

static void work(struct selftest *selftest)
{
    struct impostor *impostor = working;

    selftest->background_ticks = rt_deadline_ms(IMPOSTOR_TURN_MS);
    if (impostor->stage == IMPOSTOR_LISTENS &&
        net_accept(&selftest->net, impostor->listener, &impostor->stream, NULL) == NET_OK)
        impostor->stage = begin_noise(impostor) ? IMPOSTOR_AWAITS_MSG1 : IMPOSTOR_BROKEN;
    if (is_connected(impostor))
        hear(impostor, &selftest->net);
    while (is_connected(impostor) && answer(impostor))
        say(impostor, &selftest->net);
    if (impostor->stream != 0 && !is_connected(impostor)) {
        stream_close(selftest, impostor->stream);
        impostor->stream = 0;
    }
}

bool impostor_start(struct impostor *impostor, struct selftest *selftest)
{
    static const struct dsb_device_id id = {.len = 13, .text = "impostor.test"};

    memset(impostor, 0, sizeof *impostor);
    impostor->id = id;
    impostor->address = (struct net_address){.ipv4 = LOOPBACK};
    if (!dsoftbus_random(impostor->private_key, DSB_KEY_LEN) ||
        !dsoftbus_random(impostor->other_private_key, DSB_KEY_LEN))
        return false;
    noise_static_key_init(&impostor->key, impostor->private_key);
    noise_static_key_init(&impostor->other_key, impostor->other_private_key);
    return (net_listen(&selftest->net, &impostor->address, 1, &impostor->listener) == NET_OK &&
            net_local_address(&selftest->net, impostor->listener, &impostor->address) == NET_OK) ||
           selftest_fail("impostor listens");
}

void impostor_expect(struct impostor *impostor, struct selftest *selftest, enum falsehood falsehood)
{
    impostor->falsehood = falsehood;
    impostor->stage = IMPOSTOR_LISTENS;
    impostor->message_count = 0;
    impostor->in_len = 0;
    impostor->out_len = 0;
    working = impostor;
    selftest->background = work;
    selftest->background_ticks = rt_ticks();
}

bool impostor_finish(struct impostor *impostor, struct selftest *selftest)
{
    uint64_t deadline = rt_deadline_ms(IMPOSTOR_FINISH_MS);
    while ((impostor->stage == IMPOSTOR_LISTENS || impostor->stream != 0) &&
           stream_wait(selftest, deadline) && rt_ticks() < deadline)
        continue;
    selftest->background = NULL;
    noise_xk_wipe(&impostor->noise);
    noise_transport_wipe(&impostor->transport);
    return impostor->stage == IMPOSTOR_GONE || selftest_fail("the client does not leave");
}

void impostor_stop(struct impostor *impostor, struct selftest *selftest)
{
    stream_close(selftest, impostor->listener);
    noise_wipe(impostor, sizeof *impostor);
}
