/* SPDX-License-Identifier: Apache-2.0 */
/* The crypto seam as noise/crypto.h promises it about memory: reads and writes its ranges, any
 * values, any result. */
#include "__fc_builtin.h"
#include "noise/crypto.h"

#include <string.h>

static uint8_t sink;

static void write_any(uint8_t *out, size_t len)
{
    if (len != 0)
        Frama_C_make_unknown((char *)out, len);
}

static void read_all(const uint8_t *p, size_t len)
{
    if (len != 0) {
        /*@ assert \valid_read(p + (0 .. len - 1)); */
        /*@ assert \initialized(p + (0 .. len - 1)); */
        sink ^= p[0];
    }
}

int noise_init(void)
{
    return Frama_C_interval(-1, 0);
}

int noise_x25519(uint8_t out[32], const uint8_t scalar[32], const uint8_t point[32])
{
    read_all(scalar, 32);
    read_all(point, 32);
    if (Frama_C_interval(0, 1)) {
        memset(out, 0, 32);
        return -1;
    }
    write_any(out, 32);
    return 0;
}

void noise_x25519_base(uint8_t out[32], const uint8_t scalar[32])
{
    read_all(scalar, 32);
    write_any(out, 32);
}

void noise_aead_seal(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12],
                     const uint8_t *ad, size_t ad_len, const uint8_t *plaintext,
                     size_t plaintext_len)
{
    read_all(key, 32);
    read_all(nonce, 12);
    read_all(ad, ad_len);
    read_all(plaintext, plaintext_len);
    /*@ assert plaintext_len <= 65535 - 16; */
    /*@ assert \valid(out + (0 .. plaintext_len + 16 - 1)); */
    write_any(out, plaintext_len + 16);
}

int noise_aead_open(uint8_t *out, const uint8_t key[32], const uint8_t nonce[12], const uint8_t *ad,
                    size_t ad_len, const uint8_t *sealed, size_t sealed_len)
{
    read_all(key, 32);
    read_all(nonce, 12);
    read_all(ad, ad_len);
    read_all(sealed, sealed_len);
    /*@ assert sealed_len <= 65535; */
    if (sealed_len < 16)
        return -1;
    if (sealed_len > 16) {
        /*@ assert \valid(out + (0 .. sealed_len - 16 - 1)); */
        write_any(out, sealed_len - 16);
    }
    return Frama_C_interval(-1, 0);
}

void noise_blake2s(uint8_t out[32], const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    read_all(a, a_len);
    read_all(b, b_len);
    write_any(out, 32);
}

bool noise_equal(const uint8_t a[32], const uint8_t b[32])
{
    read_all(a, 32);
    read_all(b, 32);
    return Frama_C_interval(0, 1);
}

void noise_wipe(void *secret, size_t len)
{
    memset(secret, 0, len);
}
