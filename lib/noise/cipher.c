/* SPDX-License-Identifier: Apache-2.0 */
/* CipherState, sections 4.2 and 5.1, with the ChaChaPoly functions of section 12.3. */
#include "noise/cipher.h"

#include <string.h>

/* 32 zero bits, then n in 64 bits, little-endian. */
static void encode_nonce(uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], uint64_t n)
{
    memset(nonce, 0, 4);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(n >> (8 * i));
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
