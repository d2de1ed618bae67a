/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XK picture, with the function that does each step, most of them here:
 *
 *     XK:
 *       <- s                handshake_begin.c: the responder's key, from the trust store
 *       ...
 *       -> e, es            write_msg1 / read_msg1
 *       <- e, ee            write_msg2 / read_msg2      [limits]
 *       -> s, se            write_msg3 / read_msg3      [initiator's id, limits], then bind_peer
 *       <- first record     session.c  / read_accept    ACCEPT
 */
#include "dsoftbus/handshake.h"

#include "dsoftbus/vouched.h"

#include <string.h>

_Static_assert(sizeof(struct dsb_handshake) <= 1024, "a session is at most 1 KiB");

#define PAYLOAD_IN_MAX                                                                             \
    (DSB_HANDSHAKE_UNIT_MAX - NOISE_XK_MESSAGE_2_OVERHEAD) /* the larger of messages 2 and 3 */
#define ACCEPT_UNIT_LEN (DSB_RECORD_OVERHEAD)

/* Every change of state, other than to FAILED, is a step of the picture. */
static void advance(struct dsb_handshake *hs, enum dsb_handshake_state state, enum dsb_step step)
{
    hs->state = state;
    hs->step = (uint8_t)step;
}

static enum dsb_handshake_state fail(struct dsb_handshake *hs, enum dsb_reason reason)
{
    noise_xk_wipe(&hs->noise);
    noise_transport_wipe(&hs->transport);
    hs->local = NULL;
    hs->state = DSB_HANDSHAKE_FAILED;
    hs->reason = reason;
    return hs->state;
}

/* What a failed Noise call means at the message being read. */
static enum dsb_reason noise_reason(enum noise_result result, enum dsb_reason bad_key,
                                    enum dsb_reason decrypt)
{
    switch (result) {
    case NOISE_ERR_DH:
        return bad_key;
    case NOISE_ERR_AUTH:
        return decrypt;
    case NOISE_ERR_HOLDER:
        return DSB_REASON_LOCAL_KEY;
    default:
        return DSB_REASON_LOCAL_CRYPTO;
    }
}

/* Message 1: -> e, es */
static enum dsb_reason read_msg1(struct dsb_handshake *hs, uint8_t *unit, size_t unit_len)
{
    size_t payload_len;
    enum noise_result result = noise_xk_read(&hs->noise, unit, unit_len, NULL, 0, &payload_len);

    if (result != NOISE_OK)
        return noise_reason(result, DSB_REASON_MSG1_BAD_KEY, DSB_REASON_MSG1_DECRYPT);
    advance(hs, DSB_HANDSHAKE_WRITE_MSG2, DSB_STEP_MSG1_READ);
    return DSB_REASON_NONE;
}

static enum dsb_reason payload2_reason(enum dsb_payload_result result)
{
    switch (result) {
    case DSB_PAYLOAD_OK:
        return DSB_REASON_NONE;
    case DSB_PAYLOAD_CRITICAL:
        return DSB_REASON_MSG2_CRITICAL;
    case DSB_PAYLOAD_RECV_MAX:
        return DSB_REASON_MSG2_RECV_MAX;
    case DSB_PAYLOAD_STREAMS:
        return DSB_REASON_MSG2_STREAMS;
    default:
        return DSB_REASON_MSG2_PAYLOAD;
    }
}

/* Message 2: <- e, ee */
static enum dsb_reason read_msg2(struct dsb_handshake *hs, uint8_t *unit, size_t unit_len)
{
    uint8_t payload[PAYLOAD_IN_MAX];
    size_t payload_len;
    enum noise_result result =
        noise_xk_read(&hs->noise, unit, unit_len, payload, sizeof payload, &payload_len);

    if (result != NOISE_OK)
        return noise_reason(result, DSB_REASON_MSG2_BAD_KEY, DSB_REASON_MSG2_DECRYPT);
    enum dsb_reason reason = payload2_reason(
        dsb_payload2_read(payload, payload_len, &hs->peer_recv_max, &hs->peer_streams));
    if (reason == DSB_REASON_NONE)
        advance(hs, DSB_HANDSHAKE_WRITE_MSG3, DSB_STEP_MSG2_READ);
    return reason;
}

static enum dsb_reason payload3_reason(enum dsb_payload_result result)
{
    switch (result) {
    case DSB_PAYLOAD_OK:
        return DSB_REASON_NONE;
    case DSB_PAYLOAD_CRITICAL:
        return DSB_REASON_MSG3_CRITICAL;
    case DSB_PAYLOAD_RECV_MAX:
        return DSB_REASON_MSG3_RECV_MAX;
    case DSB_PAYLOAD_BAD_ID:
        return DSB_REASON_MSG3_BAD_ID;
    case DSB_PAYLOAD_STREAMS:
        return DSB_REASON_MSG3_STREAMS;
    default:
        return DSB_REASON_MSG3_PAYLOAD;
    }
}

/* The handshake messages are complete: takes what only the Noise object knows, and the transport.
 */
static enum dsb_reason split(struct dsb_handshake *hs)
{
    if (noise_xk_handshake_hash(&hs->noise, hs->hash) != NOISE_OK ||
        noise_xk_split(&hs->noise, &hs->transport) != NOISE_OK)
        return DSB_REASON_LOCAL_CRYPTO;
    return DSB_REASON_NONE;
}

static enum dsb_reason vouched_reason(enum dsb_vouched_result result)
{
    switch (result) {
    case DSB_VOUCHED_OK:
        return DSB_REASON_NONE;
    case DSB_VOUCHED_UNKNOWN_ROOT:
        return DSB_REASON_MSG3_ROOT;
    case DSB_VOUCHED_OLD_SERIAL:
        return DSB_REASON_MSG3_SERIAL;
    case DSB_VOUCHED_REVOKED:
        return DSB_REASON_MSG3_REVOKED;
    case DSB_VOUCHED_BAD_SIGNATURE:
        return DSB_REASON_MSG3_SIGNATURE;
    case DSB_VOUCHED_FULL:
        return DSB_REASON_MSG3_FULL;
    default:
        return DSB_REASON_MSG3_UNKNOWN_KEY;
    }
}

/* A key without a line may come with a root's word for it and the id claimed, the first or a newer
 * one. Where one is known already, one that does not hold changes nothing. */
static enum dsb_reason hear_attestation(const struct dsb_handshake *hs,
                                        const uint8_t key[DSB_KEY_LEN], const uint8_t *payload,
                                        size_t payload_len)
{
    struct dsb_attestation attestation;

    if (!dsb_payload_attestation_read(payload, payload_len, &attestation))
        return DSB_REASON_NONE;
    return vouched_reason(
        dsb_vouched_take(hs->local->trust, hs->local->identity, &hs->claim, key, &attestation));
}

/*
 * The rule of this project: the key that message 3 authenticated must be in the trust store, and
 * its id there must be the one that was claimed.
 */
static enum dsb_reason bind_peer(struct dsb_handshake *hs, const uint8_t *payload,
                                 size_t payload_len)
{
    uint8_t key[DSB_KEY_LEN];

    if (noise_xk_remote_static(&hs->noise, key) != NOISE_OK)
        return DSB_REASON_LOCAL_CRYPTO;
    enum dsb_reason reason = DSB_REASON_NONE;
    if (dsb_trust_store_line_of_key(hs->local->trust, key) == NULL)
        reason = hear_attestation(hs, key, payload, payload_len);
    const struct dsb_trust_entry *entry = dsb_trust_store_find_key(hs->local->trust, key);
    if (entry == NULL)
        return reason != DSB_REASON_NONE ? reason : DSB_REASON_MSG3_UNKNOWN_KEY;
    if (!dsb_device_id_equal(&entry->id, &hs->claim))
        return DSB_REASON_MSG3_ID_MISMATCH;
    hs->peer = entry->id;
    memcpy(hs->peer_key, entry->key, sizeof hs->peer_key);
    return DSB_REASON_NONE;
}

/* Message 3: -> s, se */
static enum dsb_reason read_msg3(struct dsb_handshake *hs, uint8_t *unit, size_t unit_len)
{
    uint8_t payload[PAYLOAD_IN_MAX];
    size_t payload_len;
    enum noise_result result =
        noise_xk_read(&hs->noise, unit, unit_len, payload, sizeof payload, &payload_len);

    if (result != NOISE_OK)
        return noise_reason(result, DSB_REASON_MSG3_BAD_KEY, DSB_REASON_MSG3_DECRYPT);
    hs->step = DSB_STEP_MSG3_READ;

    enum dsb_reason reason = payload3_reason(
        dsb_payload3_read(payload, payload_len, &hs->claim, &hs->peer_recv_max, &hs->peer_streams));
    if (reason == DSB_REASON_NONE)
        reason = bind_peer(hs, payload, payload_len);
    if (reason == DSB_REASON_NONE)
        reason = split(hs);
    if (reason == DSB_REASON_NONE)
        advance(hs, DSB_HANDSHAKE_AUTHENTICATED, DSB_STEP_IDENTITY_BOUND);
    return reason;
}

/* The responder's first record. Only it tells the initiator that message 3 was accepted. */
static enum dsb_reason read_accept(struct dsb_handshake *hs, uint8_t *unit, size_t unit_len)
{
    struct dsb_record record;
    size_t plaintext_len;

    if (noise_transport_open(&hs->transport, unit, unit_len, unit, unit_len, &plaintext_len) !=
        NOISE_OK)
        return DSB_REASON_ACCEPT_DECRYPT;
    if (dsb_record_parse(&record, unit, plaintext_len) != DSB_RECORD_OK ||
        record.type != DSB_RECORD_ACCEPT)
        return DSB_REASON_ACCEPT_TYPE;
    if (!dsb_trust_store_has(hs->local->trust, &hs->peer, hs->peer_key))
        return DSB_REASON_LOCAL_REVOKED;
    advance(hs, DSB_HANDSHAKE_AUTHENTICATED, DSB_STEP_ACCEPT_OPENED);
    return DSB_REASON_NONE;
}

/*
 * What each state does with received bytes. `read` is NULL where it is this side's turn to write;
 * `early` is then the reason for bytes that are there already, and otherwise the one for bytes
 * behind the unit.
 */
struct stage {
    enum dsb_reason (*read)(struct dsb_handshake *hs, uint8_t *unit, size_t unit_len);
    size_t unit_min_len;
    size_t unit_max_len;
    enum dsb_reason zero_length;
    enum dsb_reason oversize;
    enum dsb_reason length;
    enum dsb_reason early;
    enum dsb_reason deadline;
    enum dsb_reason truncated;
};

#define READ_STAGE(reader, min, max, m, early_reason)                                              \
    {                                                                                              \
        .read = (reader), .unit_min_len = (min), .unit_max_len = (max),                            \
        .zero_length = DSB_REASON_##m##_ZERO_LENGTH, .oversize = DSB_REASON_##m##_OVERSIZE,        \
        .length = DSB_REASON_##m##_LENGTH, .early = (early_reason),                                \
        .deadline = DSB_REASON_##m##_DEADLINE, .truncated = DSB_REASON_##m##_TRUNCATED             \
    }

/* Nothing can be read; m is the message that the peer owes after ours. */
#define WRITE_STAGE(m, early_reason)                                                               \
    {                                                                                              \
        .early = (early_reason), .deadline = DSB_REASON_##m##_DEADLINE,                            \
        .truncated = DSB_REASON_##m##_TRUNCATED                                                    \
    }

static const struct stage stages[] = {
    [DSB_HANDSHAKE_WRITE_MSG1] = WRITE_STAGE(MSG2, DSB_REASON_MSG2_EARLY),
    [DSB_HANDSHAKE_READ_MSG2] = READ_STAGE(read_msg2, NOISE_XK_MESSAGE_2_OVERHEAD,
                                           DSB_HANDSHAKE_UNIT_MAX, MSG2, DSB_REASON_MSG2_SURPLUS),
    [DSB_HANDSHAKE_WRITE_MSG3] = WRITE_STAGE(ACCEPT, DSB_REASON_MSG2_SURPLUS),
    [DSB_HANDSHAKE_READ_ACCEPT] =
        READ_STAGE(read_accept, ACCEPT_UNIT_LEN, ACCEPT_UNIT_LEN, ACCEPT, DSB_REASON_NONE),
    [DSB_HANDSHAKE_READ_MSG1] =
        READ_STAGE(read_msg1, NOISE_XK_MESSAGE_1_OVERHEAD, NOISE_XK_MESSAGE_1_OVERHEAD, MSG1,
                   DSB_REASON_MSG1_SURPLUS),
    [DSB_HANDSHAKE_WRITE_MSG2] = WRITE_STAGE(MSG3, DSB_REASON_MSG1_SURPLUS),
    [DSB_HANDSHAKE_READ_MSG3] = READ_STAGE(read_msg3, NOISE_XK_MESSAGE_3_OVERHEAD,
                                           DSB_HANDSHAKE_UNIT_MAX, MSG3, DSB_REASON_MSG3_SURPLUS),
};

/* NULL when the handshake is over, one way or the other. */
static const struct stage *stage_of(const struct dsb_handshake *hs)
{
    switch (hs->state) {
    case DSB_HANDSHAKE_UNUSED:
    case DSB_HANDSHAKE_AUTHENTICATED:
    case DSB_HANDSHAKE_FINISHED:
    case DSB_HANDSHAKE_FAILED:
        return NULL;
    default:
        return &stages[hs->state];
    }
}

/* Checks the unit at the front of `in`; *unit_len is 0 while it is not complete. */
static enum dsb_reason check_unit(const struct stage *stage, const uint8_t *in, size_t in_len,
                                  size_t *unit_len)
{
    enum dsb_frame_result result = dsb_frame_next(in, in_len, DSB_HANDSHAKE_UNIT_MAX, unit_len);

    if (result == DSB_FRAME_ZERO_LENGTH)
        return stage->zero_length;
    if (result == DSB_FRAME_OVERSIZE)
        return stage->oversize;
    if (*unit_len != 0 && (*unit_len < stage->unit_min_len || *unit_len > stage->unit_max_len))
        return stage->length;
    if (result == DSB_FRAME_PARTIAL) {
        *unit_len = 0;
        return DSB_REASON_NONE;
    }
    return in_len > DSB_FRAME_HEADER_LEN + *unit_len ? stage->early : DSB_REASON_NONE;
}

const uint8_t *dsb_handshake_foresee(const struct dsb_handshake *hs, const uint8_t *in,
                                     size_t in_len, size_t *message_len)
{
    *message_len = 0;
    if ((hs->state != DSB_HANDSHAKE_READ_MSG1 && hs->state != DSB_HANDSHAKE_READ_MSG2 &&
         hs->state != DSB_HANDSHAKE_READ_MSG3) ||
        check_unit(&stages[hs->state], in, in_len, message_len) != DSB_REASON_NONE ||
        *message_len == 0)
        return NULL;
    return in + DSB_FRAME_HEADER_LEN;
}

enum dsb_handshake_state dsb_handshake_feed(struct dsb_handshake *hs, uint8_t *in, size_t in_len,
                                            uint64_t now_ms, size_t *used_len)
{
    const struct stage *stage;
    size_t unit_len = 0;

    *used_len = 0;
    (void)dsb_handshake_tick(hs, now_ms);
    stage = stage_of(hs);
    if (stage == NULL || in_len == 0)
        return hs->state;
    if (stage->read == NULL)
        return fail(hs, stage->early);
    enum dsb_reason reason = check_unit(stage, in, in_len, &unit_len);
    if (reason == DSB_REASON_NONE && unit_len == 0)
        return hs->state;
    if (reason == DSB_REASON_NONE)
        reason = stage->read(hs, in + DSB_FRAME_HEADER_LEN, unit_len);
    if (reason != DSB_REASON_NONE)
        return fail(hs, reason);
    *used_len = DSB_FRAME_HEADER_LEN + unit_len;
    return hs->state;
}

enum dsb_handshake_state dsb_handshake_end_of_stream(struct dsb_handshake *hs)
{
    const struct stage *stage = stage_of(hs);

    if (stage != NULL)
        return fail(hs, stage->truncated);
    if (hs->state == DSB_HANDSHAKE_AUTHENTICATED)
        return fail(hs, DSB_REASON_SESSION_TRUNCATED);
    return hs->state;
}

/* Writes the next Noise message with this payload behind its length bytes; returns the length of
 * both. */
static size_t write_unit(struct dsb_handshake *hs, const uint8_t *payload, size_t payload_len,
                         uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    size_t unit_len;
    enum noise_result result =
        noise_xk_write(&hs->noise, payload, payload_len, out + DSB_FRAME_HEADER_LEN,
                       DSB_HANDSHAKE_OUT_MAX - DSB_FRAME_HEADER_LEN, &unit_len);

    if (result != NOISE_OK) {
        (void)fail(hs, noise_reason(result, DSB_REASON_LOCAL_CRYPTO, DSB_REASON_LOCAL_CRYPTO));
        return 0;
    }
    dsb_frame_header(out, unit_len);
    return DSB_FRAME_HEADER_LEN + unit_len;
}

static size_t write_msg1(struct dsb_handshake *hs, uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    size_t out_len = write_unit(hs, NULL, 0, out);

    if (out_len != 0)
        advance(hs, DSB_HANDSHAKE_READ_MSG2, DSB_STEP_MSG1_WRITTEN);
    return out_len;
}

static size_t write_msg2(struct dsb_handshake *hs, uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    uint8_t payload[DSB_PAYLOAD2_MAX];
    const struct dsb_local *local = hs->local;
    size_t payload_len = dsb_payload2_write(payload, local->recv_max, &local->streams);
    size_t out_len = write_unit(hs, payload, payload_len, out);

    if (out_len != 0)
        advance(hs, DSB_HANDSHAKE_READ_MSG3, DSB_STEP_MSG2_WRITTEN);
    return out_len;
}

static size_t write_msg3(struct dsb_handshake *hs, uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    uint8_t payload[DSB_PAYLOAD3_MAX + DSB_PAYLOAD_ATTESTATION_MAX];
    const struct dsb_local *local = hs->local;
    size_t payload_len =
        dsb_payload3_write(payload, &local->identity->id, local->recv_max, &local->streams);
    if (local->attestation != NULL)
        payload_len += dsb_payload_attestation_write(payload + payload_len, local->attestation);
    size_t out_len = write_unit(hs, payload, payload_len, out);

    if (out_len == 0)
        return 0;
    enum dsb_reason reason = split(hs);
    if (reason != DSB_REASON_NONE) {
        (void)fail(hs, reason);
        return 0;
    }
    advance(hs, DSB_HANDSHAKE_READ_ACCEPT, DSB_STEP_MSG3_WRITTEN);
    return out_len;
}

size_t dsb_handshake_output(struct dsb_handshake *hs, uint8_t out[DSB_HANDSHAKE_OUT_MAX])
{
    switch (hs->state) {
    case DSB_HANDSHAKE_WRITE_MSG1:
        return write_msg1(hs, out);
    case DSB_HANDSHAKE_WRITE_MSG2:
        return write_msg2(hs, out);
    case DSB_HANDSHAKE_WRITE_MSG3:
        return write_msg3(hs, out);
    default:
        return 0;
    }
}

uint64_t dsb_handshake_deadline(const struct dsb_handshake *hs)
{
    return stage_of(hs) == NULL ? DSB_NO_DEADLINE : hs->deadline_ms;
}

enum dsb_handshake_state dsb_handshake_tick(struct dsb_handshake *hs, uint64_t now_ms)
{
    const struct stage *stage = stage_of(hs);

    if (stage != NULL && now_ms >= hs->deadline_ms)
        return fail(hs, stage->deadline);
    return hs->state;
}

enum dsb_handshake_state dsb_handshake_recheck(struct dsb_handshake *hs)
{
    bool over = hs->state == DSB_HANDSHAKE_FINISHED || hs->state == DSB_HANDSHAKE_FAILED;

    if (!over && hs->peer.len != 0 &&
        !dsb_trust_store_has(hs->local->trust, &hs->peer, hs->peer_key))
        return fail(hs, DSB_REASON_LOCAL_REVOKED);
    return hs->state;
}

void dsb_handshake_abort(struct dsb_handshake *hs, enum dsb_reason reason)
{
    if (hs->state != DSB_HANDSHAKE_FAILED && hs->state != DSB_HANDSHAKE_FINISHED)
        (void)fail(hs, reason);
}

enum dsb_reason dsb_handshake_reason(const struct dsb_handshake *hs)
{
    return hs->reason;
}

const struct dsb_device_id *dsb_handshake_peer(const struct dsb_handshake *hs)
{
    return hs->state == DSB_HANDSHAKE_AUTHENTICATED ? &hs->peer : NULL;
}

const struct dsb_device_id *dsb_handshake_claim(const struct dsb_handshake *hs)
{
    return hs->claim.len == 0 ? NULL : &hs->claim;
}
