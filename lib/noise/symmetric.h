/* SPDX-License-Identifier: Apache-2.0 */
/* SymmetricState (section 5.2): chaining key, handshake hash, cipher. Internal to the library. */
#ifndef NOISE_SYMMETRIC_H
#define NOISE_SYMMETRIC_H

#include "noise/cipher.h"

#ifdef __cplusplus
extern "C" {
#endif

struct noise_symmetric {
    struct noise_cipher cipher;
    uint8_t ck[NOISE_HASH_LEN];
    uint8_t h[NOISE_HASH_LEN];
};

/* InitializeSymmetric("Noise_XK_25519_ChaChaPoly_BLAKE2s"). */
void noise_symmetric_init(struct noise_symmetric *ss);

/* MixHash: h = HASH(h || data). */
void noise_symmetric_mix_hash(struct noise_symmetric *ss, const uint8_t *data, size_t data_len);

/* MixKey: ck, k = HKDF(ck, input); n = 0. */
void noise_symmetric_mix_key(struct noise_symmetric *ss, const uint8_t input[NOISE_KEY_LEN]);

/*
 * EncryptAndHash: writes plaintext_len + NOISE_TAG_LEN bytes and mixes them into h. NOISE_OK (a
 * handshake's n never comes near its limit), or what noise_cipher_encrypt returns.
 */
NOISE_MUST_CHECK enum noise_result noise_symmetric_encrypt(struct noise_symmetric *ss,
                                                           const uint8_t *plaintext,
                                                           size_t plaintext_len, uint8_t *out);

/*
 * DecryptAndHash: writes sealed_len - NOISE_TAG_LEN bytes (sealed_len is at least NOISE_TAG_LEN).
 * NOISE_OK, or AUTH with `out` zeroed and h unchanged.
 */
NOISE_MUST_CHECK enum noise_result noise_symmetric_decrypt(struct noise_symmetric *ss,
                                                           const uint8_t *sealed, size_t sealed_len,
                                                           uint8_t *out);

/* Split: the two transport ciphers; `first` is the initiator's sending direction. */
void noise_symmetric_split(const struct noise_symmetric *ss, struct noise_cipher *first,
                           struct noise_cipher *second);

#ifdef __cplusplus
}
#endif

#endif
