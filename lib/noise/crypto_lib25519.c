/* SPDX-License-Identifier: Apache-2.0 */
/* lib25519's code for X25519, compiled by cmake/lib25519.cmake under these names. */
#include "noise/crypto_provider.h"

#define MULTIPLY(name) void name(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
#define BASE(name)     void name(uint8_t *out, const uint8_t *scalar)

MULTIPLY(noise_25519_nP_ifma);
MULTIPLY(noise_25519_nP_avx2);
MULTIPLY(noise_25519_nP_mxaa);
void noise_25519_nPbatch_ifma(uint8_t *out, const uint8_t *scalars, const uint8_t *points,
                              long long count);
void noise_25519_nPbatch_avx2(uint8_t *out, const uint8_t *scalars, const uint8_t *points,
                              long long count);
BASE(noise_25519_nG_ifma);
BASE(noise_25519_nG_avx2);
BASE(noise_25519_nG_mxaa);

/*
 * nG gives the Montgomery coordinate when the scalar's top bit is set, which a clamped scalar does
 * not have; the bit is no part of the scalar.
 */
#define WANT_MONTGOMERY 128

static void base(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                 void (*multiply)(uint8_t *out, const uint8_t *scalar))
{
    uint8_t marked[NOISE_CRYPTO_KEY_LEN];

    for (size_t i = 0; i < sizeof marked; i++)
        marked[i] = scalar[i];
    marked[sizeof marked - 1] |= WANT_MONTGOMERY;
    multiply(out, marked);
    noise_wipe(marked, sizeof marked);
}

static void base_ifma(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    base(out, scalar, noise_25519_nG_ifma);
}

static void base_avx2(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    base(out, scalar, noise_25519_nG_avx2);
}

static void base_mxaa(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    base(out, scalar, noise_25519_nG_mxaa);
}

const struct noise_curve noise_curve_ifma = {noise_25519_nP_ifma, base_ifma,
                                             noise_25519_nPbatch_ifma, 8};
const struct noise_curve noise_curve_avx2 = {noise_25519_nP_avx2, base_avx2,
                                             noise_25519_nPbatch_avx2, 4};
const struct noise_curve noise_curve_mxaa = {noise_25519_nP_mxaa, base_mxaa, NULL, 0};
