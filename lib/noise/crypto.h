/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto seam: every primitive that Noise and the session use, behind one header. The
 * primitives are libsodium's and libb2's, or on a host faster ones of other libraries that give
 * the same answers; none is written here.
 *
 * All functions are free of state, heap and I/O, and run in time independent of secret contents.
 * Sizes are bytes. Outputs may not overlap inputs unless a function says so.
 */
#ifndef NOISE_CRYPTO_H
#define NOISE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOISE_CRYPTO_KEY_LEN   32 /* X25519 keys and shared secrets, AEAD keys */
#define NOISE_CRYPTO_NONCE_LEN 12 /* RFC 8439 section 2.8 */
#define NOISE_CRYPTO_TAG_LEN   16 /* RFC 8439 section 2.5 */
#define NOISE_CRYPTO_HASH_LEN  32 /* BLAKE2s-256 */
#define NOISE_CRYPTO_BLOCK_LEN 64 /* BLAKE2s input block, the B of HMAC (RFC 2104) */

#define NOISE_CRYPTO_MUST_CHECK __attribute__((warn_unused_result))

/* Why noise_init() failed. */
#define NOISE_INIT_FAILED  (-1) /* a library cannot be used */
#define NOISE_INIT_UNKNOWN (-2) /* DSB_CRYPTO names no code that this build has */
#define NOISE_INIT_UNFIT   (-3) /* DSB_CRYPTO names code that this processor cannot run */

/*
 * Chooses the fastest code for this processor. A program calls it once at its start, on a host from
 * the thread that is going to seal most short messages; calling it again does nothing and gives
 * the same answer. 0, or one of the above. On a host the environment's DSB_CRYPTO, which is for
 * tests, names the code instead; a program that runs with more rights than its caller ignores it.
 */
NOISE_CRYPTO_MUST_CHECK int noise_init(void);

/*
 * X25519 (RFC 7748 section 5): out = scalar * point. `scalar` is clamped inside.
 * 0, or -1 when the result is all zero, as it is for every low-order point; `out` is then all zero.
 */
NOISE_CRYPTO_MUST_CHECK int noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                                         const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                                         const uint8_t point[NOISE_CRYPTO_KEY_LEN]);

/*
 * On hosts: out[i] = scalars[i] * points[i] for each of `count`, as noise_x25519 gives it, all zero
 * for a low-order point. Where the processor can multiply several at once, less work than one by
 * one.
 */
void noise_x25519_several(uint8_t (*out)[NOISE_CRYPTO_KEY_LEN], const uint8_t *const scalars[],
                          const uint8_t (*points)[NOISE_CRYPTO_KEY_LEN], size_t count);

/* The public key of `scalar`: scalar * 9. Never fails. */
void noise_x25519_base(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                       const uint8_t scalar[NOISE_CRYPTO_KEY_LEN]);

/*
 * ChaCha20-Poly1305 (RFC 8439 section 2.8). Writes plaintext_len + NOISE_CRYPTO_TAG_LEN bytes to
 * `out`, which may be `plaintext` itself. `ad` may be NULL when ad_len is 0, `plaintext` when
 * plaintext_len is 0.
 */
void noise_aead_seal(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                     const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN], const uint8_t *ad, size_t ad_len,
                     const uint8_t *plaintext, size_t plaintext_len);

/*
 * The inverse. `sealed` is ciphertext and tag; writes sealed_len - NOISE_CRYPTO_TAG_LEN bytes to
 * `out`, which may be `sealed` itself, and may be NULL when that length is 0. 0, or -1 when
 * sealed_len is below NOISE_CRYPTO_TAG_LEN (`out` untouched) or the tag is wrong (`out` zeroed).
 */
NOISE_CRYPTO_MUST_CHECK int noise_aead_open(uint8_t *out, const uint8_t key[NOISE_CRYPTO_KEY_LEN],
                                            const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN],
                                            const uint8_t *ad, size_t ad_len, const uint8_t *sealed,
                                            size_t sealed_len);

/*
 * Unkeyed BLAKE2s-256 (RFC 7693) of `a` followed by `b`. Either may be NULL when its length is 0.
 * `out` may be `a` or `b`.
 */
void noise_blake2s(uint8_t out[NOISE_CRYPTO_HASH_LEN], const uint8_t *a, size_t a_len,
                   const uint8_t *b, size_t b_len);

/* True when both are equal; takes the same time wherever they differ. */
NOISE_CRYPTO_MUST_CHECK bool noise_equal(const uint8_t a[NOISE_CRYPTO_KEY_LEN],
                                         const uint8_t b[NOISE_CRYPTO_KEY_LEN]);

/* Zeroes memory in a way the compiler does not remove. */
void noise_wipe(void *secret, size_t secret_len);

#ifdef __cplusplus
}
#endif

#endif
