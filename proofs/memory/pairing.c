/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pairing, from each state of both roles on its own: a run of which only that is known which its
 * state says, a message of exactly the length that it waits for, of any bytes, or room for exactly
 * the one that it has to send; and what is left is again such a run. So every order of calls is
 * covered. CPace is the product's; libsodium's group and hash, and the crypto seam (seam.c), are
 * their promises about memory.
 */
#include "dsoftbus/pairing.h"

#include "any.h"
#include "exact.h"

#include <sodium/crypto_core_ristretto255.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_scalarmult_ristretto255.h>
#include <string.h>

static struct dsb_pairing run;
static struct dsb_device_id id;
static uint8_t key[DSB_KEY_LEN];
static size_t sink;

/* --- promises --------------------------------------------------------------------------------- */

static int writes(unsigned char *out, size_t len)
{
    /*@ assert writable: \valid(out + (0 .. len - 1)); */
    Frama_C_make_unknown((char *)out, len);
    return any_bool() ? 0 : -1;
}

int crypto_core_ristretto255_from_hash(unsigned char *p, const unsigned char *r)
{
    reads(r, crypto_core_ristretto255_HASHBYTES);
    return writes(p, crypto_core_ristretto255_BYTES);
}

void crypto_core_ristretto255_scalar_reduce(unsigned char *r, const unsigned char *s)
{
    reads(s, crypto_core_ristretto255_NONREDUCEDSCALARBYTES);
    (void)writes(r, crypto_core_ristretto255_SCALARBYTES);
}

int crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    reads(n, crypto_core_ristretto255_SCALARBYTES);
    reads(p, crypto_core_ristretto255_BYTES);
    return writes(q, crypto_core_ristretto255_BYTES);
}

int crypto_hash_sha512_init(crypto_hash_sha512_state *state)
{
    return writes(state->bytes, sizeof state->bytes);
}

int crypto_hash_sha512_update(crypto_hash_sha512_state *state, const unsigned char *in,
                              unsigned long long in_len)
{
    reads(state->bytes, sizeof state->bytes);
    reads(in, in_len);
    return writes(state->bytes, sizeof state->bytes);
}

int crypto_hash_sha512_final(crypto_hash_sha512_state *state, unsigned char *out)
{
    reads(state->bytes, sizeof state->bytes);
    return writes(out, crypto_hash_sha512_BYTES);
}

enum dsb_text_fault dsb_public_key_fault(const uint8_t of_key[DSB_KEY_LEN])
{
    reads(of_key, DSB_KEY_LEN);
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

/* --- a run ------------------------------------------------------------------------------------ */

static void any_run(enum dsb_pairing_role role, enum dsb_pairing_state state, size_t code_len,
                    bool has_to_send)
{
    Frama_C_make_unknown((char *)&run, sizeof run);
    run.role = role;
    run.state = state;
    run.fault = (enum dsb_pairing_fault)Frama_C_interval(DSB_PAIRING_NO_FAULT, DSB_PAIRING_KEY);
    run.has_to_send = has_to_send;
    run.id.len = (uint8_t)Frama_C_interval(1, DSB_DEVICE_ID_MAX);
    run.peer_id.len = (uint8_t)Frama_C_interval(0, DSB_DEVICE_ID_MAX);
    run.code_len = code_len;
}

static void is_run(void)
{
    /*@ assert state: DSB_PAIRING_OVER <= run.state <= DSB_PAIRING_DONE; */
    /*@ assert code: run.code_len <= DSB_PAIRING_CODE_MAX; */
    /*@ assert id: run.id.len <= DSB_DEVICE_ID_MAX; */
    /*@ assert peer: run.peer_id.len <= DSB_DEVICE_ID_MAX; */
    sink += dsb_pairing_fault_name(run.fault)[0];
}

static void receive(enum dsb_pairing_role role, enum dsb_pairing_state state, size_t code_len,
                    bool has_to_send)
{
    any_run(role, state, code_len, has_to_send);
    size_t len = dsb_pairing_wants(&run);
    /*@ assert bounded: len <= DSB_PAIRING_MESSAGE_MAX; */
    sink += dsb_pairing_receive(&run, any_bytes(len));
    is_run();
}

/* Bytes of what is sent in each state. */
static const size_t sent_lens[] = {
    [DSB_PAIRING_OVER] = 0,    [DSB_PAIRING_HELLO] = 17,  [DSB_PAIRING_WAIT_HELLO] = 17,
    [DSB_PAIRING_SHARES] = 32, [DSB_PAIRING_PEERS] = 113, [DSB_PAIRING_HAVE] = 16,
    [DSB_PAIRING_DONE] = 16};

static void send(enum dsb_pairing_role role, enum dsb_pairing_state state, bool has_to_send)
{
    any_run(role, state, 1, has_to_send);
    size_t len = dsb_pairing_send(&run, room(sent_lens[state]));
    /*@ assert within: len <= DSB_PAIRING_MESSAGE_MAX; */
    is_run();
}

static void begin(enum dsb_pairing_role role, uint8_t id_len, size_t code_len)
{
    Frama_C_make_unknown((char *)&id, sizeof id);
    id.len = id_len;
    if (dsb_pairing_init(&run, role, &id, key, any_bytes(code_len), code_len,
                         memset(room(DSB_PAIRING_RANDOM_LEN), 1, DSB_PAIRING_RANDOM_LEN)) == DSB_OK)
        is_run();
}

static void of_role(enum dsb_pairing_role role)
{
    begin(role, 0, 1);
    begin(role, 1, 0);
    begin(role, 1, 1);
    begin(role, DSB_DEVICE_ID_MAX, DSB_PAIRING_CODE_MAX);
    begin(role, 1, DSB_PAIRING_CODE_MAX + 1);
    begin(role, 1, EXACT_MAX);
    /*@ loop unroll 10; */
    for (int state = DSB_PAIRING_OVER; state <= DSB_PAIRING_DONE; state++) {
        send(role, (enum dsb_pairing_state)state, false);
        send(role, (enum dsb_pairing_state)state, true);
        receive(role, (enum dsb_pairing_state)state, 1, true);
        receive(role, (enum dsb_pairing_state)state, 1, false);
        receive(role, (enum dsb_pairing_state)state, DSB_PAIRING_CODE_MAX, false);
    }
}

int main(void)
{
    Frama_C_make_unknown((char *)key, sizeof key);
    of_role(DSB_PAIRING_DIALLER);
    of_role(DSB_PAIRING_LISTENER);
    dsb_pairing_wipe(&run);
    is_run();
    sink += dsb_pairing_wait_s(Frama_C_unsigned_int_interval(0, UINT32_MAX));
    return 0;
}
