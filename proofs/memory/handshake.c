/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake, from every state on its own: an object of which nothing is known but what the
 * state says (whoever is not over has a `local`), one call of any kind with any bytes, and what it
 * leaves is again such an object. So every order of calls is covered. Noise and the trust store are
 * their promises; so is the reading of payloads, which `contract-payload` shows.
 */
#include "dsoftbus/handshake.h"
#include "any.h"
#include "dsoftbus/payload.h"
#include "dsoftbus/vouched.h"
#include "exact.h"
#include "noise_promise.h"

#include <string.h>

#define dsb_payload2_read            unused_payload2_read
#define dsb_payload3_read            unused_payload3_read
#define dsb_payload_attestation_read unused_attestation_read
#include "dsoftbus/payload.c"
#undef dsb_payload2_read
#undef dsb_payload3_read
#undef dsb_payload_attestation_read

static struct dsb_identity identity;
static struct dsb_trust_entry entry;
static struct dsb_trust_store trust;
static struct dsb_local local;
static struct dsb_handshake hs;
static struct dsb_device_id target;
static uint8_t ephemeral[DSB_KEY_LEN];

static enum dsb_payload_result any_payload(const uint8_t *data, size_t data_len, uint16_t *recv_max,
                                           struct dsb_stream_limits *streams)
{
    if (data_len != 0)
        /*@ assert readable: \valid_read(data + (0 .. data_len - 1)); */
        /*@ assert opened: \initialized(data + (0 .. data_len - 1)); */;
    enum dsb_payload_result result =
        (enum dsb_payload_result)Frama_C_interval(DSB_PAYLOAD_OK, DSB_PAYLOAD_STREAMS);
    if (result == DSB_PAYLOAD_OK) {
        *recv_max = (uint16_t)Frama_C_interval(DSB_RECV_MAX_MIN, DSB_RECV_MAX_MAX);
        Frama_C_make_unknown((char *)streams, sizeof *streams);
    }
    return result;
}

enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams)
{
    return any_payload(data, data_len, recv_max, streams);
}

static void any_id(struct dsb_device_id *id, int len_min)
{
    Frama_C_make_unknown((char *)id, sizeof *id);
    id->len = (uint8_t)Frama_C_interval(len_min, DSB_DEVICE_ID_MAX);
}

enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                          struct dsb_device_id *id, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams)
{
    enum dsb_payload_result result = any_payload(data, data_len, recv_max, streams);

    if (result == DSB_PAYLOAD_OK)
        any_id(id, 1);
    return result;
}

bool dsb_payload_attestation_read(const uint8_t *data, size_t data_len, struct dsb_attestation *out)
{
    if (data_len != 0)
        /*@ assert readable: \valid_read(data + (0 .. data_len - 1)); */;
    Frama_C_make_unknown((char *)out, sizeof *out);
    return Frama_C_interval(0, 1);
}

enum dsb_vouched_result dsb_vouched_take(const struct dsb_trust_store *store,
                                         const struct dsb_identity *own,
                                         const struct dsb_device_id *id,
                                         const uint8_t key[DSB_KEY_LEN],
                                         const struct dsb_attestation *attestation)
{
    (void)store;
    (void)own;
    (void)id;
    (void)key;
    (void)attestation;
    return (enum dsb_vouched_result)Frama_C_interval(DSB_VOUCHED_OK, 100);
}

static const struct dsb_trust_entry *any_entry(const struct dsb_trust_store *store)
{
    return store->count != 0 && Frama_C_interval(0, 1) ? &entry : NULL;
}

const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id)
{
    (void)id;
    return any_entry(store);
}

const struct dsb_trust_entry *dsb_trust_store_find_key(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_KEY_LEN])
{
    /*@ assert readable: \valid_read(key + (0 .. DSB_KEY_LEN - 1)); */
    return any_entry(store);
}

const struct dsb_trust_entry *dsb_trust_store_line_of_key(const struct dsb_trust_store *store,
                                                          const uint8_t key[DSB_KEY_LEN])
{
    return dsb_trust_store_find_key(store, key);
}

bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN])
{
    (void)id;
    (void)key;
    return any_entry(store) != NULL;
}

static bool is_over(enum dsb_handshake_state state)
{
    return state == DSB_HANDSHAKE_UNUSED || state == DSB_HANDSHAKE_FINISHED ||
           state == DSB_HANDSHAKE_FAILED;
}

/* All that a handshake in this state can be. */
static void any_handshake(enum dsb_handshake_state state)
{
    memset(&hs, 0, sizeof hs);
    hs.state = state;
    if (state == DSB_HANDSHAKE_UNUSED)
        return;
    hs.reason = (enum dsb_reason)Frama_C_interval(0, 255);
    hs.local = is_over(state) ? NULL : &local;
    any_id(&hs.peer, 0);
    any_id(&hs.claim, 0);
    Frama_C_make_unknown((char *)hs.peer_key, sizeof hs.peer_key);
    Frama_C_make_unknown((char *)&hs.deadline_ms, sizeof hs.deadline_ms);
    hs.initiator = Frama_C_interval(0, 1);
    hs.step = (uint8_t)Frama_C_interval(DSB_STEP_NONE, DSB_STEP_IDENTITY_BOUND);
    hs.step_reported = (uint8_t)Frama_C_interval(DSB_STEP_NONE, hs.step);
}

static void is_handshake(void)
{
    /*@ assert state: DSB_HANDSHAKE_UNUSED <= hs.state <= DSB_HANDSHAKE_FAILED; */
    if (!is_over(hs.state))
        /*@ assert local: hs.local == &local; */;
    /*@ assert peer: hs.peer.len <= DSB_DEVICE_ID_MAX; */
    /*@ assert claim: hs.claim.len <= DSB_DEVICE_ID_MAX; */
}

static void feed(enum dsb_handshake_state state, size_t len)
{
    size_t used_len;
    uint8_t *in = any_bytes(len);

    any_handshake(state);
    noise_promise_first = (uint8_t)Frama_C_interval(0, 255);
    (void)dsb_handshake_feed(&hs, in, len, any_time(), &used_len);
    /*@ assert within: used_len <= len; */
    is_handshake();
}

/* Every length around those that a message has, or a buffer. */
static void feed_lengths(enum dsb_handshake_state state)
{
    /*@ loop unroll 100; */
    for (size_t len = 0; len <= 70; len++)
        feed(state, len);
    feed(state, DSB_HANDSHAKE_IN_MAX - 1);
    feed(state, DSB_HANDSHAKE_IN_MAX);
    feed(state, EXACT_MAX);
}

static void say(enum dsb_handshake_state state)
{
    any_handshake(state);
    size_t said_len = dsb_handshake_output(&hs, room(DSB_HANDSHAKE_OUT_MAX));
    /*@ assert within: said_len <= DSB_HANDSHAKE_OUT_MAX; */
    is_handshake();
}

static void other_calls(enum dsb_handshake_state state)
{
    say(state);
    any_handshake(state);
    (void)dsb_handshake_recheck(&hs);
    is_handshake();
    any_handshake(state);
    (void)dsb_handshake_tick(&hs, any_time());
    is_handshake();
    any_handshake(state);
    (void)dsb_handshake_end_of_stream(&hs);
    is_handshake();
    any_handshake(state);
    dsb_handshake_abort(&hs, DSB_REASON_LOCAL_ABORTED);
    is_handshake();
    any_handshake(state);
    (void)dsb_handshake_deadline(&hs);
    (void)dsb_handshake_reason(&hs);
    (void)dsb_handshake_peer(&hs);
    (void)dsb_handshake_claim(&hs);
    (void)dsb_step_name(dsb_handshake_next_step(&hs));
    is_handshake();
}

/* Where the length of an id decides what is written. */
static void with_id(size_t id_len)
{
    Frama_C_make_unknown((char *)&target, sizeof target);
    Frama_C_make_unknown((char *)ephemeral, sizeof ephemeral);
    target.len = (uint8_t)id_len;
    (void)!dsb_handshake_connect(&hs, &local, &target, ephemeral, any_time());
    is_handshake();
    if (id_len < 1 || id_len > DSB_DEVICE_ID_MAX)
        return; /* this one is a caller's, the other is from a parser */
    Frama_C_make_unknown((char *)ephemeral, sizeof ephemeral);
    identity.id.len = (uint8_t)id_len;
    (void)!dsb_handshake_accept(&hs, &local, ephemeral, any_time());
    is_handshake();
    say(DSB_HANDSHAKE_WRITE_MSG3);
}

int main(void)
{
    any_id(&identity.id, 1);
    Frama_C_make_unknown((char *)identity.key.public_key, NOISE_KEY_LEN);
    any_id(&entry.id, 1);
    Frama_C_make_unknown((char *)entry.key, sizeof entry.key);
    trust.count = Frama_C_unsigned_long_interval(0, 10);
    local.identity = &identity;
    local.trust = &trust;
    local.recv_max = (uint16_t)Frama_C_interval(0, UINT16_MAX);
    Frama_C_make_unknown((char *)&local.streams, sizeof local.streams);
    /*@ loop unroll 100; */
    for (size_t id_len = 0; id_len <= DSB_DEVICE_ID_MAX + 1; id_len++)
        with_id(id_len);
    identity.id.len = DSB_DEVICE_ID_MAX;
    /*@ loop unroll 20; */
    for (int state = DSB_HANDSHAKE_UNUSED; state <= DSB_HANDSHAKE_FAILED; state++) {
        feed_lengths((enum dsb_handshake_state)state);
        other_calls((enum dsb_handshake_state)state);
    }
    return 0;
}
