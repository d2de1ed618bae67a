/* SPDX-License-Identifier: Apache-2.0 */
/* CipherState (section 5.1): a key and the counter n of the next message. Internal to the library.
 */
#ifndef NOISE_CIPHER_H
#define NOISE_CIPHER_H

#include "noise/noise.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 2^64-1 is kept for rekey; 2^64-2 numbers the last message (section 5.1). */
#define NOISE_NONCE_RESERVED UINT64_MAX

struct noise_cipher {
    uint8_t k[NOISE_KEY_LEN];
    uint64_t n;
};

/* InitializeKey(k), always with a key: XK sends nothing before its first MixKey. */
void noise_cipher_init(struct noise_cipher *c, const uint8_t k[NOISE_KEY_LEN]);

/*
 * EncryptWithAd: writes plaintext_len + NOISE_TAG_LEN bytes; `out` may be `plaintext`.
 * NOISE_OK and n moves, or NONCE and nothing changes.
 */
NOISE_MUST_CHECK enum noise_result noise_cipher_encrypt(struct noise_cipher *c, const uint8_t *ad,
                                                        size_t ad_len, const uint8_t *plaintext,
                                                        size_t plaintext_len, uint8_t *out);

/*
 * DecryptWithAd: writes sealed_len - NOISE_TAG_LEN bytes; `out` may be `sealed`. sealed_len must be
 * at least NOISE_TAG_LEN. NOISE_OK and n moves, or NONCE, or AUTH with `out` zeroed; n stays.
 */
NOISE_MUST_CHECK enum noise_result noise_cipher_decrypt(struct noise_cipher *c, const uint8_t *ad,
                                                        size_t ad_len, const uint8_t *sealed,
                                                        size_t sealed_len, uint8_t *out);

/* Rekey: k = REKEY(k) (section 4.2), n stays. */
void noise_cipher_rekey(struct noise_cipher *c);

#ifdef __cplusplus
}
#endif

#endif
