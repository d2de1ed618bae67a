/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPace over ristretto255 with SHA-512. Sections are those of draft-irtf-cfrg-cpace-13.
 *
 *     g  = map(H(generator string of code, ci and sid))           7.1, 8.3
 *     Ya = ya * g  ->                       <-  Yb = yb * g       6.2
 *     K  = ya * Yb  =  yb * Ya
 *     key = H("CPaceRistretto255_ISK", sid, K, Ya, ADa, Yb, ADb)
 */
#include "dsoftbus/cpace.h"

#include "noise/crypto.h"

#include <sodium/crypto_core_ristretto255.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_scalarmult_ristretto255.h>
#include <string.h>

#define HASH_BLOCK_LEN 128 /* s_in_bytes of SHA-512 */

static const struct dsb_cpace_text domain = {"CPaceRistretto255", 17};
static const struct dsb_cpace_text domain_key = {"CPaceRistretto255_ISK", 21};

_Static_assert(crypto_core_ristretto255_BYTES == DSB_CPACE_SHARE_LEN, "a share is one element");
_Static_assert(crypto_core_ristretto255_NONREDUCEDSCALARBYTES == DSB_CPACE_RANDOM_LEN, "scalar");
_Static_assert(crypto_hash_sha512_BYTES == DSB_CPACE_KEY_LEN, "ISK");

/* prepend_len: LEB128, the low seven bits first; returns how many bytes. */
static size_t encode_len(uint8_t out[10], size_t len)
{
    size_t n = 0;
    while (len >= 0x80) {
        out[n++] = (uint8_t)(0x80 | (len & 0x7f));
        len >>= 7;
    }
    out[n++] = (uint8_t)len;
    return n;
}

static void hash(crypto_hash_sha512_state *state, const void *bytes, size_t len)
{
    if (len > 0)
        (void)crypto_hash_sha512_update(state, bytes, len);
}

/* One member of an lv_cat: its length, then itself. */
static void hash_lv(crypto_hash_sha512_state *state, const void *bytes, size_t len)
{
    uint8_t prefix[10];
    hash(state, prefix, encode_len(prefix, len));
    hash(state, bytes, len);
}

/* So many zeroes that the code fills the hash's first block, and its length does not show in the
 * time. */
static size_t pad_len(size_t code_len)
{
    uint8_t prefix[10];
    size_t used = 1 + encode_len(prefix, code_len) + code_len + 1 + domain.len;
    return used < HASH_BLOCK_LEN ? HASH_BLOCK_LEN - used : 0;
}

static void generator(uint8_t g[crypto_core_ristretto255_BYTES],
                      const struct dsb_cpace_input *input)
{
    static const uint8_t zeroes[HASH_BLOCK_LEN];
    crypto_hash_sha512_state state;
    uint8_t digest[crypto_hash_sha512_BYTES];

    (void)crypto_hash_sha512_init(&state);
    hash_lv(&state, domain.bytes, domain.len);
    hash_lv(&state, input->code.bytes, input->code.len);
    hash_lv(&state, zeroes, pad_len(input->code.len));
    hash_lv(&state, input->ci.bytes, input->ci.len);
    hash_lv(&state, input->sid.bytes, input->sid.len);
    (void)crypto_hash_sha512_final(&state, digest);
    (void)crypto_core_ristretto255_from_hash(g, digest);
    noise_wipe(digest, sizeof digest);
    noise_wipe(&state, sizeof state);
}

void dsb_cpace_begin(struct dsb_cpace *run, const struct dsb_cpace_input *input,
                     uint8_t random[DSB_CPACE_RANDOM_LEN])
{
    uint8_t g[crypto_core_ristretto255_BYTES];

    crypto_core_ristretto255_scalar_reduce(run->scalar, random);
    noise_wipe(random, DSB_CPACE_RANDOM_LEN);
    generator(g, input);
    /* It fails for the neutral element alone: a scalar of zero, or a hash that maps to it. The
     * share is then that element's encoding, which the other side refuses. */
    if (crypto_scalarmult_ristretto255(run->share, run->scalar, g) != 0)
        memset(run->share, 0, sizeof run->share);
    noise_wipe(g, sizeof g);
}

static void derive_key(uint8_t key[DSB_CPACE_KEY_LEN], const struct dsb_cpace_input *input,
                       const uint8_t k[crypto_core_ristretto255_BYTES],
                       const struct dsb_cpace_side *initiator,
                       const struct dsb_cpace_side *responder)
{
    crypto_hash_sha512_state state;

    (void)crypto_hash_sha512_init(&state);
    hash_lv(&state, domain_key.bytes, domain_key.len);
    hash_lv(&state, input->sid.bytes, input->sid.len);
    hash_lv(&state, k, crypto_core_ristretto255_BYTES);
    hash_lv(&state, initiator->share, DSB_CPACE_SHARE_LEN);
    hash_lv(&state, initiator->ad.bytes, initiator->ad.len);
    hash_lv(&state, responder->share, DSB_CPACE_SHARE_LEN);
    hash_lv(&state, responder->ad.bytes, responder->ad.len);
    (void)crypto_hash_sha512_final(&state, key);
    noise_wipe(&state, sizeof state);
}

enum dsb_status dsb_cpace_end(struct dsb_cpace *run, const struct dsb_cpace_input *input,
                              const uint8_t peer_share[DSB_CPACE_SHARE_LEN],
                              const struct dsb_cpace_side *initiator,
                              const struct dsb_cpace_side *responder,
                              uint8_t key[DSB_CPACE_KEY_LEN])
{
    uint8_t k[crypto_core_ristretto255_BYTES];
    enum dsb_status status = DSB_OK;

    /* scalar_mult_vfy: not decodable, or the neutral element. */
    if (crypto_scalarmult_ristretto255(k, run->scalar, peer_share) != 0) {
        memset(key, 0, DSB_CPACE_KEY_LEN);
        status = DSB_INVALID;
    } else {
        derive_key(key, input, k, initiator, responder);
    }
    noise_wipe(k, sizeof k);
    noise_wipe(run, sizeof *run);
    return status;
}
