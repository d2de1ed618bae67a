/* SPDX-License-Identifier: Apache-2.0 */
/* SymmetricState, section 5.2, with the HKDF of section 4.3. */
#include "noise/symmetric.h"

#include <string.h>

static const uint8_t protocol_name[] = "Noise_XK_25519_ChaChaPoly_BLAKE2s";
#define PROTOCOL_NAME_LEN (sizeof protocol_name - 1)
_Static_assert(PROTOCOL_NAME_LEN > NOISE_HASH_LEN, "h starts as a hash of the name, not the name");

/* HMAC-HASH (RFC 2104). `out` may be `data`. */
static void hmac(uint8_t out[NOISE_HASH_LEN], const uint8_t key[NOISE_HASH_LEN],
                 const uint8_t *data, size_t data_len)
{
    uint8_t pad[NOISE_CRYPTO_BLOCK_LEN];
    uint8_t inner[NOISE_HASH_LEN];

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < NOISE_HASH_LEN; i++)
        pad[i] ^= key[i];
    noise_blake2s(inner, pad, sizeof pad, data, data_len);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    noise_blake2s(out, pad, sizeof pad, inner, sizeof inner);
    noise_wipe(pad, sizeof pad);
    noise_wipe(inner, sizeof inner);
}

/* HKDF(ck, input, 2). `out1` may be `ck`. */
static void hkdf(uint8_t out1[NOISE_HASH_LEN], uint8_t out2[NOISE_HASH_LEN],
                 const uint8_t ck[NOISE_HASH_LEN], const uint8_t *input, size_t input_len)
{
    uint8_t temp_key[NOISE_HASH_LEN];
    uint8_t block[NOISE_HASH_LEN + 1];

    hmac(temp_key, ck, input, input_len);
    block[0] = 1;
    hmac(out1, temp_key, block, 1);
    memcpy(block, out1, NOISE_HASH_LEN);
    block[NOISE_HASH_LEN] = 2;
    hmac(out2, temp_key, block, sizeof block);
    noise_wipe(temp_key, sizeof temp_key);
    noise_wipe(block, sizeof block);
}

void noise_symmetric_init(struct noise_symmetric *ss)
{
    memset(ss, 0, sizeof *ss);
    noise_blake2s(ss->h, protocol_name, PROTOCOL_NAME_LEN, NULL, 0);
    memcpy(ss->ck, ss->h, NOISE_HASH_LEN);
}

void noise_symmetric_mix_hash(struct noise_symmetric *ss, const uint8_t *data, size_t data_len)
{
    noise_blake2s(ss->h, ss->h, NOISE_HASH_LEN, data, data_len);
}

void noise_symmetric_mix_key(struct noise_symmetric *ss, const uint8_t input[NOISE_KEY_LEN])
{
    uint8_t temp_k[NOISE_HASH_LEN];

    hkdf(ss->ck, temp_k, ss->ck, input, NOISE_KEY_LEN);
    noise_cipher_init(&ss->cipher, temp_k);
    noise_wipe(temp_k, sizeof temp_k);
}

enum noise_result noise_symmetric_encrypt(struct noise_symmetric *ss, const uint8_t *plaintext,
                                          size_t plaintext_len, uint8_t *out)
{
    enum noise_result result =
        noise_cipher_encrypt(&ss->cipher, ss->h, NOISE_HASH_LEN, plaintext, plaintext_len, out);

    if (result == NOISE_OK)
        noise_symmetric_mix_hash(ss, out, plaintext_len + NOISE_TAG_LEN);
    return result;
}

enum noise_result noise_symmetric_decrypt(struct noise_symmetric *ss, const uint8_t *sealed,
                                          size_t sealed_len, uint8_t *out)
{
    enum noise_result result =
        noise_cipher_decrypt(&ss->cipher, ss->h, NOISE_HASH_LEN, sealed, sealed_len, out);

    if (result == NOISE_OK)
        noise_symmetric_mix_hash(ss, sealed, sealed_len);
    return result;
}

void noise_symmetric_split(const struct noise_symmetric *ss, struct noise_cipher *first,
                           struct noise_cipher *second)
{
    uint8_t temp_k1[NOISE_HASH_LEN];
    uint8_t temp_k2[NOISE_HASH_LEN];

    hkdf(temp_k1, temp_k2, ss->ck, NULL, 0);
    noise_cipher_init(first, temp_k1);
    noise_cipher_init(second, temp_k2);
    noise_wipe(temp_k1, sizeof temp_k1);
    noise_wipe(temp_k2, sizeof temp_k2);
}
