/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What handshake and transport share: limits, errors, the static key.
 *
 * Noise_XK_25519_ChaChaPoly_BLAKE2s, Noise Protocol Framework revision 34. The library keeps no
 * globals, allocates nothing, does no I/O, reads no clock. All state is the caller's.
 */
#ifndef NOISE_NOISE_H
#define NOISE_NOISE_H

#include "noise/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NOISE_MUST_CHECK NOISE_CRYPTO_MUST_CHECK

#define NOISE_KEY_LEN     NOISE_CRYPTO_KEY_LEN  /* DHLEN, and the cipher key (sections 4.1, 4.2) */
#define NOISE_HASH_LEN    NOISE_CRYPTO_HASH_LEN /* HASHLEN (section 4.3) */
#define NOISE_TAG_LEN     NOISE_CRYPTO_TAG_LEN
#define NOISE_MESSAGE_MAX 65535 /* bytes of any Noise message (section 3) */

/* Plaintext bytes that fit one transport message. */
#define NOISE_PLAINTEXT_MAX (NOISE_MESSAGE_MAX - NOISE_TAG_LEN)

enum noise_result {
    NOISE_OK = 0,
    NOISE_ERR_STATE,     /* not this call's turn, or the object is unused, spent or wiped */
    NOISE_ERR_FAILED,    /* this handshake failed before */
    NOISE_ERR_EPHEMERAL, /* the ephemeral bytes are all zero: missing, or handed over twice */
    NOISE_ERR_LENGTH,    /* the message is, or would become, too short or longer than 65535 bytes */
    NOISE_ERR_BUFFER,    /* the caller's output buffer is too small, or overlaps the input */
    NOISE_ERR_DH,        /* a DH gave all zero: the peer's point is one of low order */
    NOISE_ERR_AUTH,      /* a tag did not verify: altered message, wrong key, wrong prologue */
    NOISE_ERR_NONCE,     /* n has reached 2^64-1: nothing more can be sealed or opened */
    NOISE_ERR_HOLDER,    /* who holds the static key gave no answer; the peer did nothing wrong */
};

/*
 * A static key: the public half and "do DH with it", so that the private half may live elsewhere.
 * `dh` writes private * peer to `out` and returns 0, all zero for a peer of low order, which the
 * handshake then refuses; non-zero when it cannot or will not. It is asked once in a handshake. The
 * struct must outlive every handshake that was given it.
 */
struct noise_static_key {
    uint8_t public_key[NOISE_KEY_LEN];
    int (*dh)(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN]);
    void *ctx;
};

/*
 * Makes a static key whose private half is in this process. `private_key` stays the caller's, must
 * outlive `key`, and is the caller's to wipe; it is only read.
 */
void noise_static_key_init(struct noise_static_key *key, uint8_t private_key[NOISE_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
