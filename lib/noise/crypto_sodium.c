/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium and libb2, the same on every target. */
#include "noise/crypto_provider.h"

#include <blake2.h>
#include <sodium/crypto_aead_chacha20poly1305.h>
#include <sodium/crypto_scalarmult_curve25519.h>
#include <sodium/crypto_verify_32.h>
#include <sodium/utils.h>
#include <string.h>

_Static_assert(NOISE_CRYPTO_KEY_LEN == crypto_scalarmult_curve25519_BYTES, "X25519 key");
_Static_assert(NOISE_CRYPTO_KEY_LEN == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "AEAD key");
_Static_assert(NOISE_CRYPTO_KEY_LEN == crypto_verify_32_BYTES, "compare");
_Static_assert(NOISE_CRYPTO_NONCE_LEN == crypto_aead_chacha20poly1305_ietf_NPUBBYTES, "AEAD nonce");
_Static_assert(NOISE_CRYPTO_TAG_LEN == crypto_aead_chacha20poly1305_ietf_ABYTES, "AEAD tag");
_Static_assert(NOISE_CRYPTO_HASH_LEN == BLAKE2S_OUTBYTES, "BLAKE2s output");
_Static_assert(NOISE_CRYPTO_BLOCK_LEN == BLAKE2S_BLOCKBYTES, "BLAKE2s block");

int noise_sodium_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t point[NOISE_CRYPTO_KEY_LEN])
{
    /* libsodium refuses some low-order points before it writes: the output is zero then, too. */
    memset(out, 0, NOISE_CRYPTO_KEY_LEN);
    return crypto_scalarmult_curve25519(out, scalar, point) == 0 ? 0 : -1;
}

void noise_sodium_x25519_base(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                              const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    (void)crypto_scalarmult_curve25519_base(out, scalar); /* 0 for every scalar */
}

void noise_sodium_seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad,
                       size_t ad_len, const uint8_t *plaintext, size_t plaintext_len)
{
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plaintext, plaintext_len, ad, ad_len,
                                                    NULL, nonce, key); /* always 0 */
}

int noise_sodium_open(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                      const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                      const uint8_t *sealed, size_t sealed_len)
{
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, sealed_len, ad,
                                                     ad_len, nonce, key);
}

/*
 * libb2 leaves the last block and the digest in its own frames, which lay where this one lies now.
 * The deepest of them with all that it calls is below half of this length.
 */
#define DEAD_STACK_LEN 1024

__attribute__((noinline)) void noise_wipe_dead_stack(void)
{
    uint8_t dead[DEAD_STACK_LEN];

    noise_wipe(dead, sizeof dead);
}

void noise_blake2s(uint8_t out[NOISE_CRYPTO_HASH_LEN], const uint8_t *a, size_t a_len,
                   const uint8_t *b, size_t b_len)
{
    blake2s_state state;

    (void)blake2s_init(&state, NOISE_CRYPTO_HASH_LEN); /* fails only for another output length */
    (void)blake2s_update(&state, a, a_len);
    (void)blake2s_update(&state, b, b_len);
    (void)blake2s_final(&state, out, NOISE_CRYPTO_HASH_LEN);
    noise_wipe(&state, sizeof state);
    noise_wipe_dead_stack();
}

bool noise_equal(const uint8_t a[NOISE_CRYPTO_KEY_LEN], const uint8_t b[NOISE_CRYPTO_KEY_LEN])
{
    return crypto_verify_32(a, b) == 0;
}

void noise_wipe(void *secret, size_t secret_len)
{
    sodium_memzero(secret, secret_len);
}
