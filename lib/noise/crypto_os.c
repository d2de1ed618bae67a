/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OS: libsodium is the seam, there is nothing to choose. What its files ask of the system stands
 * here instead of its utils.c and core.c, which need heap, mmap and abort.
 */
#include "noise/crypto_provider.h"

#include <sodium/core.h>
#include <sodium/utils.h>
#include <string.h>

int noise_init(void)
{
    return 0;
}

int noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                 const uint8_t point[NOISE_CRYPTO_KEY_LEN])
{
    return noise_sodium_x25519(out, scalar, point);
}

void noise_x25519_base(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    noise_sodium_x25519_base(out, scalar);
}

void noise_aead_seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                     const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                     const uint8_t *plaintext, size_t plaintext_len)
{
    noise_sodium_seal(out, key, nonce, ad, ad_len, plaintext, plaintext_len);
}

int noise_aead_open(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                    const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                    const uint8_t *sealed, size_t sealed_len)
{
    return noise_sodium_open(out, key, nonce, ad, ad_len, sealed, sealed_len);
}

void sodium_memzero(void *const pnt, const size_t len)
{
    memset(pnt, 0, len);
    __asm__ volatile("" : : "r"(pnt) : "memory"); /* the compiler must take the zeros for read */
}

/* Of a signature's half, against what it must be: nothing is told by the time. */
int sodium_memcmp(const void *const b1_, const void *const b2_, size_t len)
{
    const uint8_t *a = b1_, *b = b2_;
    uint32_t all_bits = 0;

    for (size_t i = 0; i < len; i++)
        all_bits |= a[i] ^ b[i];
    return (int)(((all_bits - 1) >> 8 & 1) - 1);
}

/* Of a product: nothing is told by the time. */
int sodium_is_zero(const unsigned char *n, const size_t nlen)
{
    uint32_t all_bits = 0;

    for (size_t i = 0; i < nlen; i++)
        all_bits |= n[i];
    return (int)((all_bits - 1) >> 8 & 1);
}

/* Reached only by lengths beyond libsodium's limits, which Noise's 65535 bytes never come near. */
void sodium_misuse(void)
{
    __builtin_trap();
}
