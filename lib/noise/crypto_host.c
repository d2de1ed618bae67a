/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host: the seam over the row of the table that was chosen at the start. What all rows have in
 * common stands here, once: clamping, the refusal of a zero result, and the wiping of the stack
 * that the multiplications leave behind.
 */
#define _GNU_SOURCE /* secure_getenv */
#include "noise/crypto_provider.h"

#include <pthread.h>
#include <sodium/core.h>
#include <stdlib.h>
#include <string.h>

static void sodium_multiply(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                            const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                            const uint8_t point[NOISE_CRYPTO_KEY_LEN])
{
    (void)noise_sodium_x25519(out, scalar, point); /* zero is found below, as in every row */
}

static int sodium_start(void)
{
    return sodium_init() < 0 ? -1 : 0; /* 1 when it was called before */
}

const struct noise_curve noise_curve_sodium = {sodium_multiply, noise_sodium_x25519_base, NULL, 0};
const struct noise_aead noise_aead_sodium = {sodium_start, noise_sodium_seal, noise_sodium_open};

/* libsodium works without a start, by its portable code. */
static const struct noise_provider not_started = {"", 0, &noise_curve_sodium, &noise_aead_sodium};
static const struct noise_provider *provider = &not_started;

int noise_provider_choose(const struct noise_provider **chosen, uint32_t features, const char *name)
{
    for (size_t i = 0; i < noise_providers_count; i++) {
        const struct noise_provider *row = &noise_providers[i];
        bool fits = (row->needs & ~features) == 0;

        if (name == NULL ? !fits : strcmp(name, row->name) != 0)
            continue;
        *chosen = row;
        return fits ? 0 : NOISE_INIT_UNFIT;
    }
    return NOISE_INIT_UNKNOWN;
}

int noise_provider_use(const struct noise_provider *wanted)
{
    if (wanted->aead->start() != 0)
        return NOISE_INIT_FAILED;
    provider = wanted;
    return 0;
}

const struct noise_provider *noise_provider_in_use(void)
{
    return provider;
}

static int init_result;

static void init_once(void)
{
    const struct noise_provider *chosen = NULL;

    /* libsodium compares and wipes, whoever multiplies and seals. */
    init_result = sodium_start();
    if (init_result == 0)
        init_result =
            noise_provider_choose(&chosen, noise_cpu_features(), secure_getenv("DSB_CRYPTO"));
    if (init_result == 0)
        init_result = noise_provider_use(chosen);
}

int noise_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    return pthread_once(&once, init_once) == 0 ? init_result : NOISE_INIT_FAILED;
}

/* RFC 7748 section 5: a multiple of the cofactor, bit 254 set. */
static void clamp(uint8_t clamped[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    memcpy(clamped, scalar, NOISE_CRYPTO_KEY_LEN);
    clamped[0] &= 248;
    clamped[NOISE_CRYPTO_KEY_LEN - 1] &= 127;
    clamped[NOISE_CRYPTO_KEY_LEN - 1] |= 64;
}

int noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                 const uint8_t point[NOISE_CRYPTO_KEY_LEN])
{
    static const uint8_t zero[NOISE_CRYPTO_KEY_LEN];
    uint8_t clamped[NOISE_CRYPTO_KEY_LEN];

    clamp(clamped, scalar);
    provider->curve->multiply(out, clamped, point);
    noise_wipe(clamped, sizeof clamped);
    noise_wipe_dead_stack();
    return noise_equal(out, zero) ? -1 : 0;
}

/* As many as there are lanes, the last one once more in those that are left over. */
static void fill_lanes(const struct noise_curve *curve, uint8_t (*out)[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t *const scalars[],
                       const uint8_t (*points)[NOISE_CRYPTO_KEY_LEN], size_t count)
{
    uint8_t clamped[NOISE_LANES_MAX][NOISE_CRYPTO_KEY_LEN];
    uint8_t in[NOISE_LANES_MAX][NOISE_CRYPTO_KEY_LEN];
    uint8_t shared[NOISE_LANES_MAX][NOISE_CRYPTO_KEY_LEN];

    for (size_t i = 0; i < curve->lanes; i++) {
        size_t one = i < count ? i : count - 1;

        clamp(clamped[i], scalars[one]);
        memcpy(in[i], points[one], NOISE_CRYPTO_KEY_LEN);
    }
    curve->multiply_lanes(shared[0], clamped[0], in[0], (long long)curve->lanes);
    memcpy(out, shared, count * NOISE_CRYPTO_KEY_LEN);
    noise_wipe(clamped, sizeof clamped);
    noise_wipe(shared, sizeof shared);
}

/* What the vector code has in its frames: the ladders of all lanes. */
#define DEAD_LANES_LEN 16384

static __attribute__((noinline)) void wipe_dead_lanes(void)
{
    uint8_t dead[DEAD_LANES_LEN];

    noise_wipe(dead, sizeof dead);
}

void noise_x25519_several(uint8_t (*out)[NOISE_CRYPTO_KEY_LEN], const uint8_t *const scalars[],
                          const uint8_t (*points)[NOISE_CRYPTO_KEY_LEN], size_t count)
{
    const struct noise_curve *curve = provider->curve;
    uint8_t clamped[NOISE_CRYPTO_KEY_LEN];
    size_t done = 0;

    while (curve->multiply_lanes != NULL && count - done > curve->lanes / 2) {
        size_t some = count - done < curve->lanes ? count - done : curve->lanes;
        fill_lanes(curve, out + done, scalars + done, points + done, some);
        done += some;
    }
    for (; done < count; done++) {
        clamp(clamped, scalars[done]);
        curve->multiply(out[done], clamped, points[done]);
    }
    noise_wipe(clamped, sizeof clamped);
    wipe_dead_lanes();
}

void noise_x25519_base(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t scalar[NOISE_CRYPTO_KEY_LEN])
{
    uint8_t clamped[NOISE_CRYPTO_KEY_LEN];

    clamp(clamped, scalar);
    provider->curve->base(out, clamped);
    noise_wipe(clamped, sizeof clamped);
    noise_wipe_dead_stack();
}

void noise_aead_seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                     const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                     const uint8_t *plaintext, size_t plaintext_len)
{
    provider->aead->seal(out, key, nonce, ad, ad_len, plaintext, plaintext_len);
}

int noise_aead_open(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                    const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                    const uint8_t *sealed, size_t sealed_len)
{
    return provider->aead->open(out, key, nonce, ad, ad_len, sealed, sealed_len);
}
