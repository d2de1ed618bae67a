/* SPDX-License-Identifier: Apache-2.0 */
/* Transport messages after Split (section 5.3 and 11.3): one key and one counter per direction. */
#ifndef NOISE_TRANSPORT_H
#define NOISE_TRANSPORT_H

#include "noise/cipher.h"
#include "noise/noise.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Made by noise_xk_split. `send.n` and `recv.n` are the numbers of the next message each way and
 * may be read; the rest is the library's. Zeroed memory is a transport that refuses every call, and
 * so is a copy: two that live would use each key and nonce twice. noise_transport_move moves it.
 */
struct noise_transport {
    struct noise_cipher send;
    struct noise_cipher recv;
    const struct noise_transport *self; /* the object itself while it lives */
};

/*
 * Seals one message of at most NOISE_PLAINTEXT_MAX bytes: writes plaintext_len + NOISE_TAG_LEN
 * bytes to `message`, which may be `plaintext` itself, and that length to *message_len. NOISE_OK,
 * or STATE, LENGTH, BUFFER, NONCE; then nothing changed.
 */
NOISE_MUST_CHECK enum noise_result noise_transport_seal(struct noise_transport *t,
                                                        const uint8_t *plaintext,
                                                        size_t plaintext_len, uint8_t *message,
                                                        size_t message_size, size_t *message_len);

/*
 * Opens the next message: writes message_len - NOISE_TAG_LEN bytes to `plaintext`, which may be
 * `message` itself and may be NULL when plaintext_size is 0, and that length to *plaintext_len.
 * NOISE_OK, or STATE, LENGTH, BUFFER, NONCE with nothing changed, or AUTH with the output zeroed
 * and n unmoved: the good message still opens.
 */
NOISE_MUST_CHECK enum noise_result noise_transport_open(struct noise_transport *t,
                                                        const uint8_t *message, size_t message_len,
                                                        uint8_t *plaintext, size_t plaintext_size,
                                                        size_t *plaintext_len);

/*
 * Rekey of one direction (section 11.3): the key changes, n goes on. Both sides must do it before
 * the same message. NOISE_OK, or STATE.
 */
NOISE_MUST_CHECK enum noise_result noise_transport_rekey_send(struct noise_transport *t);
NOISE_MUST_CHECK enum noise_result noise_transport_rekey_recv(struct noise_transport *t);

/* Moves a live transport to `to`, which must not overlap it, and wipes `from`. A dead one moves as
 * a dead one. */
void noise_transport_move(struct noise_transport *to, struct noise_transport *from);

/* False for zeroed, wiped and copied ones. */
static inline bool noise_transport_is_live(const struct noise_transport *t)
{
    return t->self == t;
}

/* Wipes both keys; every later call returns NOISE_ERR_STATE. */
void noise_transport_wipe(struct noise_transport *t);

#ifdef __cplusplus
}
#endif

#endif
