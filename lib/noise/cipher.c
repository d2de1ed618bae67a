/* SPDX-License-Identifier: Apache-2.0 */
/* CipherState, sections 4.2 and 5.1, with the ChaChaPoly functions of section 12.3. */
#include "noise/cipher.h"

#include <string.h>

/* Compilers make one store of it; a loop's single bytes would keep the cipher's load waiting. */
static void put_word(uint8_t out[4], uint32_t word)
{
    out[0] = (uint8_t)word;
    out[1] = (uint8_t)(word >> 8);
    out[2] = (uint8_t)(word >> 16);
    out[3] = (uint8_t)(word >> 24);
}

/* 32 zero bits, then n in 64 bits, little-endian. */
static void encode_nonce(uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], uint64_t n)
{
    put_word(nonce, 0);
    put_word(nonce + 4, (uint32_t)n);
    put_word(nonce + 8, (uint32_t)(n >> 32));
}

void noise_cipher_init(struct noise_cipher *c, const uint8_t k[NOISE_KEY_LEN])
{
    memcpy(c->k, k, NOISE_KEY_LEN);
    c->n = 0;
}

enum noise_result noise_cipher_encrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                       const uint8_t *plaintext, size_t plaintext_len, uint8_t *out)
{
    uint8_t nonce[NOISE_CRYPTO_NONCE_LEN];

    if (c->n == NOISE_NONCE_RESERVED)
        return NOISE_ERR_NONCE;
    encode_nonce(nonce, c->n);
    noise_aead_seal(out, c->k, nonce, ad, ad_len, plaintext, plaintext_len);
    c->n++;
    return NOISE_OK;
}

enum noise_result noise_cipher_decrypt(struct noise_cipher *c, const uint8_t *ad, size_t ad_len,
                                       const uint8_t *sealed, size_t sealed_len, uint8_t *out)
{
    uint8_t nonce[NOISE_CRYPTO_NONCE_LEN];

    if (c->n == NOISE_NONCE_RESERVED)
        return NOISE_ERR_NONCE;
    encode_nonce(nonce, c->n);
    if (noise_aead_open(out, c->k, nonce, ad, ad_len, sealed, sealed_len) != 0)
        return NOISE_ERR_AUTH;
    c->n++;
    return NOISE_OK;
}

void noise_cipher_rekey(struct noise_cipher *c)
{
    static const uint8_t zeros[NOISE_KEY_LEN];
    uint8_t nonce[NOISE_CRYPTO_NONCE_LEN];
    uint8_t sealed[NOISE_KEY_LEN + NOISE_TAG_LEN];

    encode_nonce(nonce, NOISE_NONCE_RESERVED);
    noise_aead_seal(sealed, c->k, nonce, NULL, 0, zeros, sizeof zeros);
    memcpy(c->k, sealed, NOISE_KEY_LEN);
    noise_wipe(sealed, sizeof sealed);
}
