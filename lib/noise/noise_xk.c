/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noise XK. Each step bears its token:
 *
 *     XK:
 *       <- s
 *       ...
 *       -> e, es
 *       <- e, ee
 *       -> s, se
 */
#include "noise/noise_xk.h"

#include <string.h>

_Static_assert(sizeof(struct noise_xk_handshake) <= 400, "handshake state");

static bool is_zero(const uint8_t key[NOISE_KEY_LEN])
{
    static const uint8_t zeros[NOISE_KEY_LEN];

    return noise_equal(key, zeros);
}

/* The one place where a handshake fails: nothing secret stays. */
static enum noise_result fail(struct noise_xk_handshake *hs, enum noise_result reason)
{
    noise_wipe(hs, sizeof *hs);
    hs->state = NOISE_XK_FAILED;
    return reason;
}

/* The answer to a call out of turn. A spent or unused object stays what it is: it holds no keys. */
static enum noise_result refuse(struct noise_xk_handshake *hs)
{
    switch (hs->state) {
    case NOISE_XK_FAILED:
        return NOISE_ERR_FAILED;
    case NOISE_XK_UNUSED:
    case NOISE_XK_SPENT:
        return NOISE_ERR_STATE;
    default:
        return fail(hs, NOISE_ERR_STATE);
    }
}

/* Do the two share a byte? Writing one would then change the other before it was read. */
static bool overlap(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    uintptr_t a_at = (uintptr_t)a, b_at = (uintptr_t)b;

    return a_len != 0 && b_len != 0 && a_at < b_at + b_len && b_at < a_at + a_len;
}

/* Initialize (section 5.3) up to the pre-message, which mixes the responder's static key. */
static enum noise_result init(struct noise_xk_handshake *hs, enum noise_xk_state state,
                              const struct noise_static_key *s,
                              const uint8_t responder_public[NOISE_KEY_LEN],
                              uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                              size_t prologue_len)
{
    noise_wipe(hs, sizeof *hs);
    if (is_zero(ephemeral))
        return fail(hs, NOISE_ERR_EPHEMERAL);
    memcpy(hs->e, ephemeral, NOISE_KEY_LEN);
    noise_wipe(ephemeral, NOISE_KEY_LEN);
    hs->s = s;
    noise_symmetric_init(&hs->symmetric);
    noise_symmetric_mix_hash(&hs->symmetric, prologue, prologue_len);
    noise_symmetric_mix_hash(&hs->symmetric, responder_public, NOISE_KEY_LEN); /* <- s */
    hs->is_initiator = state == NOISE_XK_WRITE_1;
    hs->state = state;
    return NOISE_OK;
}

enum noise_result noise_xk_init_initiator(struct noise_xk_handshake *hs,
                                          const struct noise_static_key *s,
                                          const uint8_t responder_public[NOISE_KEY_LEN],
                                          uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                                          size_t prologue_len)
{
    enum noise_result result =
        init(hs, NOISE_XK_WRITE_1, s, responder_public, ephemeral, prologue, prologue_len);

    if (result == NOISE_OK)
        memcpy(hs->rs, responder_public, NOISE_KEY_LEN);
    return result;
}

enum noise_result noise_xk_init_responder(struct noise_xk_handshake *hs,
                                          const struct noise_static_key *s,
                                          uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                                          size_t prologue_len)
{
    return init(hs, NOISE_XK_READ_1, s, s->public_key, ephemeral, prologue, prologue_len);
}

/* DH(e, peer): taken, once, where it is known. 0, or -1 for a point of low order. */
static int dh_ephemeral(struct noise_xk_handshake *hs, uint8_t shared[NOISE_KEY_LEN],
                        const uint8_t peer[NOISE_KEY_LEN])
{
    if (!noise_equal(hs->known.point, peer))
        return noise_x25519(shared, hs->e, peer);
    memcpy(shared, hs->known.shared, NOISE_KEY_LEN);
    noise_wipe(&hs->known, sizeof hs->known);
    return is_zero(shared) ? -1 : 0;
}

/* ee, and es or se on the side that holds the ephemeral: MixKey(DH(e, peer)). */
static enum noise_result mix_dh_ephemeral(struct noise_xk_handshake *hs,
                                          const uint8_t peer[NOISE_KEY_LEN])
{
    enum noise_result result = NOISE_OK;
    uint8_t shared[NOISE_KEY_LEN];

    if (dh_ephemeral(hs, shared, peer) != 0)
        result = NOISE_ERR_DH;
    else
        noise_symmetric_mix_key(&hs->symmetric, shared);
    noise_wipe(shared, sizeof shared);
    return result;
}

/* es or se on the side that holds the static key: MixKey(DH(s, peer)). Its holder is not trusted to
 * have refused an all-zero result. */
static enum noise_result mix_dh_static(struct noise_xk_handshake *hs,
                                       const uint8_t peer[NOISE_KEY_LEN])
{
    enum noise_result result = NOISE_OK;
    uint8_t shared[NOISE_KEY_LEN] = {0};

    if (hs->s->dh(hs->s->ctx, shared, peer) != 0)
        result = NOISE_ERR_HOLDER;
    else if (is_zero(shared))
        result = NOISE_ERR_DH;
    else
        noise_symmetric_mix_key(&hs->symmetric, shared);
    noise_wipe(shared, sizeof shared);
    return result;
}

/* Token e, sending. */
static void write_e(struct noise_xk_handshake *hs, uint8_t out[NOISE_KEY_LEN])
{
    noise_x25519_base(out, hs->e);
    noise_symmetric_mix_hash(&hs->symmetric, out, NOISE_KEY_LEN);
}

/* Token e, receiving. */
static void read_e(struct noise_xk_handshake *hs, const uint8_t in[NOISE_KEY_LEN])
{
    memcpy(hs->re, in, NOISE_KEY_LEN);
    noise_symmetric_mix_hash(&hs->symmetric, in, NOISE_KEY_LEN);
}

/* -> e, es */
static enum noise_result write_1(struct noise_xk_handshake *hs, const uint8_t *payload,
                                 size_t payload_len, uint8_t *out)
{
    enum noise_result result;

    write_e(hs, out);                      /* e */
    result = mix_dh_ephemeral(hs, hs->rs); /* es */
    if (result != NOISE_OK)
        return result;
    return noise_symmetric_encrypt(&hs->symmetric, payload, payload_len, out + NOISE_KEY_LEN);
}

static enum noise_result read_1(struct noise_xk_handshake *hs, const uint8_t *in, size_t in_len,
                                uint8_t *payload)
{
    enum noise_result result;

    read_e(hs, in);                     /* e */
    result = mix_dh_static(hs, hs->re); /* es */
    if (result != NOISE_OK)
        return result;
    return noise_symmetric_decrypt(&hs->symmetric, in + NOISE_KEY_LEN, in_len - NOISE_KEY_LEN,
                                   payload);
}

/* <- e, ee */
static enum noise_result write_2(struct noise_xk_handshake *hs, const uint8_t *payload,
                                 size_t payload_len, uint8_t *out)
{
    enum noise_result result;

    write_e(hs, out);                      /* e */
    result = mix_dh_ephemeral(hs, hs->re); /* ee */
    if (result != NOISE_OK)
        return result;
    return noise_symmetric_encrypt(&hs->symmetric, payload, payload_len, out + NOISE_KEY_LEN);
}

static enum noise_result read_2(struct noise_xk_handshake *hs, const uint8_t *in, size_t in_len,
                                uint8_t *payload)
{
    enum noise_result result;

    read_e(hs, in);                        /* e */
    result = mix_dh_ephemeral(hs, hs->re); /* ee */
    if (result != NOISE_OK)
        return result;
    noise_wipe(hs->e, sizeof hs->e); /* the initiator's last use of it */
    return noise_symmetric_decrypt(&hs->symmetric, in + NOISE_KEY_LEN, in_len - NOISE_KEY_LEN,
                                   payload);
}

/* -> s, se: the sealed static key comes first. */
#define SEALED_KEY_LEN (NOISE_KEY_LEN + NOISE_TAG_LEN)

static enum noise_result write_3(struct noise_xk_handshake *hs, const uint8_t *payload,
                                 size_t payload_len, uint8_t *out)
{
    enum noise_result result;

    result = noise_symmetric_encrypt(&hs->symmetric, hs->s->public_key, NOISE_KEY_LEN, out); /* s */
    if (result != NOISE_OK)
        return result;
    result = mix_dh_static(hs, hs->re); /* se */
    if (result != NOISE_OK)
        return result;
    return noise_symmetric_encrypt(&hs->symmetric, payload, payload_len, out + SEALED_KEY_LEN);
}

static enum noise_result read_3(struct noise_xk_handshake *hs, const uint8_t *in, size_t in_len,
                                uint8_t *payload)
{
    enum noise_result result;

    result = noise_symmetric_decrypt(&hs->symmetric, in, SEALED_KEY_LEN, hs->rs); /* s */
    if (result != NOISE_OK)
        return result;
    result = mix_dh_ephemeral(hs, hs->rs); /* se */
    if (result != NOISE_OK)
        return result;
    noise_wipe(hs->e, sizeof hs->e); /* the responder's last use of it */
    return noise_symmetric_decrypt(&hs->symmetric, in + SEALED_KEY_LEN, in_len - SEALED_KEY_LEN,
                                   payload);
}

/* What may happen in each state; in the states left out, neither writing nor reading. */
struct step {
    size_t overhead_len;
    enum noise_xk_state next;
    enum noise_result (*write)(struct noise_xk_handshake *hs, const uint8_t *payload,
                               size_t payload_len, uint8_t *out);
    enum noise_result (*read)(struct noise_xk_handshake *hs, const uint8_t *in, size_t in_len,
                              uint8_t *payload);
};

static const struct step steps[NOISE_XK_FAILED + 1] = {
    [NOISE_XK_WRITE_1] = {NOISE_XK_MESSAGE_1_OVERHEAD, NOISE_XK_READ_2, write_1, NULL},
    [NOISE_XK_READ_1] = {NOISE_XK_MESSAGE_1_OVERHEAD, NOISE_XK_WRITE_2, NULL, read_1},
    [NOISE_XK_WRITE_2] = {NOISE_XK_MESSAGE_2_OVERHEAD, NOISE_XK_READ_3, write_2, NULL},
    [NOISE_XK_READ_2] = {NOISE_XK_MESSAGE_2_OVERHEAD, NOISE_XK_WRITE_3, NULL, read_2},
    [NOISE_XK_WRITE_3] = {NOISE_XK_MESSAGE_3_OVERHEAD, NOISE_XK_COMPLETE, write_3, NULL},
    [NOISE_XK_READ_3] = {NOISE_XK_MESSAGE_3_OVERHEAD, NOISE_XK_COMPLETE, NULL, read_3},
};

enum noise_result noise_xk_write(struct noise_xk_handshake *hs, const uint8_t *payload,
                                 size_t payload_len, uint8_t *message, size_t message_size,
                                 size_t *message_len)
{
    const struct step *step = &steps[hs->state];
    enum noise_result result;

    if (step->write == NULL)
        return refuse(hs);
    if (payload_len > NOISE_MESSAGE_MAX - step->overhead_len)
        return fail(hs, NOISE_ERR_LENGTH);
    if (message_size < payload_len + step->overhead_len ||
        overlap(payload, payload_len, message, payload_len + step->overhead_len))
        return fail(hs, NOISE_ERR_BUFFER);
    result = step->write(hs, payload, payload_len, message);
    if (result != NOISE_OK)
        return fail(hs, result);
    hs->state = step->next;
    *message_len = payload_len + step->overhead_len;
    return NOISE_OK;
}

enum noise_result noise_xk_read(struct noise_xk_handshake *hs, const uint8_t *message,
                                size_t message_len, uint8_t *payload, size_t payload_size,
                                size_t *payload_len)
{
    const struct step *step = &steps[hs->state];
    enum noise_result result;

    if (step->read == NULL)
        return refuse(hs);
    if (message_len < step->overhead_len || message_len > NOISE_MESSAGE_MAX)
        return fail(hs, NOISE_ERR_LENGTH);
    if (payload_size < message_len - step->overhead_len ||
        overlap(message, message_len, payload, message_len - step->overhead_len))
        return fail(hs, NOISE_ERR_BUFFER);
    result = step->read(hs, message, message_len, payload);
    if (result != NOISE_OK)
        return fail(hs, result);
    hs->state = step->next;
    *payload_len = message_len - step->overhead_len;
    return NOISE_OK;
}

static enum noise_result result_of_getter(const struct noise_xk_handshake *hs)
{
    if (hs->state == NOISE_XK_FAILED)
        return NOISE_ERR_FAILED;
    return hs->state == NOISE_XK_COMPLETE ? NOISE_OK : NOISE_ERR_STATE;
}

enum noise_result noise_xk_remote_static(const struct noise_xk_handshake *hs,
                                         uint8_t out[NOISE_KEY_LEN])
{
    enum noise_result result = result_of_getter(hs);

    if (result == NOISE_OK)
        memcpy(out, hs->rs, NOISE_KEY_LEN);
    return result;
}

enum noise_result noise_xk_handshake_hash(const struct noise_xk_handshake *hs,
                                          uint8_t out[NOISE_HASH_LEN])
{
    enum noise_result result = result_of_getter(hs);

    if (result == NOISE_OK)
        memcpy(out, hs->symmetric.h, NOISE_HASH_LEN);
    return result;
}

enum noise_result noise_xk_split(struct noise_xk_handshake *hs, struct noise_transport *transport)
{
    noise_transport_wipe(transport);
    if (hs->state != NOISE_XK_COMPLETE)
        return refuse(hs);
    if (hs->is_initiator)
        noise_symmetric_split(&hs->symmetric, &transport->send, &transport->recv);
    else
        noise_symmetric_split(&hs->symmetric, &transport->recv, &transport->send);
    transport->self = transport;
    noise_wipe(hs, sizeof *hs);
    hs->state = NOISE_XK_SPENT;
    return NOISE_OK;
}

void noise_xk_wipe(struct noise_xk_handshake *hs)
{
    (void)fail(hs, NOISE_ERR_FAILED);
}
