/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behind the seam: the code that can stand there. libsodium's is on every target. A host build that
 * has the packages knows faster code too, as rows of one table, and takes the first row that the
 * processor can run (THIRD_PARTY.md, docs/architecture.md). Not installed.
 */
#ifndef NOISE_CRYPTO_PROVIDER_H
#define NOISE_CRYPTO_PROVIDER_H

#include "noise/crypto.h"

#pragma GCC visibility push(hidden) /* not for users of the shared library */

/* libsodium, as noise/crypto.h says of the functions without "sodium" in their names. */
int noise_sodium_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t point[NOISE_CRYPTO_KEY_LEN]);
void noise_sodium_x25519_base(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                              const uint8_t scalar[NOISE_CRYPTO_KEY_LEN]);
void noise_sodium_seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad,
                       size_t ad_len, const uint8_t *plaintext, size_t plaintext_len);
int noise_sodium_open(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                      const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                      const uint8_t *sealed, size_t sealed_len);

/* Overwrites what the last call of a library left in the stack below its caller. */
void noise_wipe_dead_stack(void);

/* What the code of a row asks of the processor, and of the system's saving of its registers. */
enum noise_cpu {
    NOISE_CPU_BMI2 = 1 << 0,
    NOISE_CPU_ADX = 1 << 1,
    NOISE_CPU_AVX2 = 1 << 2,
    NOISE_CPU_AES = 1 << 3,         /* AES-NI and PCLMULQDQ: ipsec-mb asks for both */
    NOISE_CPU_AVX512 = 1 << 4,      /* F, DQ, CD, BW, VL */
    NOISE_CPU_AVX512_IFMA = 1 << 5, /* useless without NOISE_CPU_AVX512 */
};

/* `scalar` comes clamped. `multiply` gives zero for a low-order point. */
struct noise_curve {
    void (*multiply)(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                     const uint8_t point[NOISE_CRYPTO_KEY_LEN]);
    void (*base)(uint8_t out[NOISE_CRYPTO_KEY_LEN], const uint8_t scalar[NOISE_CRYPTO_KEY_LEN]);
    /* `lanes` of them, each key behind the one before, in the time of two to three. NULL and 0:
     * there is no such code. */
    void (*multiply_lanes)(uint8_t *out, const uint8_t *scalars, const uint8_t *points,
                           long long lanes);
    size_t lanes; /* NOISE_LANES_MAX at most */
};

#define NOISE_LANES_MAX 8

struct noise_aead {
    int (*start)(void); /* before the first seal; 0, or -1 when it cannot be used */
    void (*seal)(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                 const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                 const uint8_t *plaintext, size_t plaintext_len);
    int (*open)(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                const uint8_t *sealed, size_t sealed_len);
};

extern const struct noise_curve noise_curve_sodium, noise_curve_ifma, noise_curve_avx2,
    noise_curve_mxaa;
extern const struct noise_aead noise_aead_sodium, noise_aead_ipsec_mb_avx512,
    noise_aead_ipsec_mb_avx2;

struct noise_provider {
    const char *name; /* the word of DSB_CRYPTO */
    uint32_t needs;   /* enum noise_cpu */
    const struct noise_curve *curve;
    const struct noise_aead *aead;
};

/* Fastest first; the last one, libsodium alone, needs nothing. */
extern const struct noise_provider noise_providers[];
extern const size_t noise_providers_count;

/* What this processor and system have of enum noise_cpu. */
uint32_t noise_cpu_features(void);

/*
 * The row named `name`, or without a name the first whose needs `features` cover. 0,
 * NOISE_INIT_UNKNOWN when no row has that name, NOISE_INIT_UNFIT when the one that has it needs
 * more.
 */
NOISE_CRYPTO_MUST_CHECK int noise_provider_choose(const struct noise_provider **chosen,
                                                  uint32_t features, const char *name);

/*
 * Puts a row behind the seam; the processor must have what it needs. Not while another thread uses
 * the seam. 0, or NOISE_INIT_FAILED when its library cannot be used.
 */
NOISE_CRYPTO_MUST_CHECK int noise_provider_use(const struct noise_provider *provider);
const struct noise_provider *noise_provider_in_use(void);

#pragma GCC visibility pop

#endif
