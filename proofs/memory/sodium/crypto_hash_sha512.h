/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium's hash, as cpace.c uses it: its functions are the driver's promises. */
#ifndef SODIUM_CRYPTO_HASH_SHA512_H
#define SODIUM_CRYPTO_HASH_SHA512_H

#define crypto_hash_sha512_BYTES 64U

typedef struct crypto_hash_sha512_state {
    unsigned char bytes[208];
} crypto_hash_sha512_state;

int crypto_hash_sha512_init(crypto_hash_sha512_state *state);
int crypto_hash_sha512_update(crypto_hash_sha512_state *state, const unsigned char *in,
                              unsigned long long in_len);
int crypto_hash_sha512_final(crypto_hash_sha512_state *state, unsigned char *out);

#endif
