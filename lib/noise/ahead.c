/* SPDX-License-Identifier: Apache-2.0 */
/* A handshake is only looked at, but for the one place in which it keeps what was made for it. */
#include "noise/ahead.h"

#include <string.h>

#define SEALED_KEY_LEN (NOISE_KEY_LEN + NOISE_TAG_LEN)

/* The peer's static key in message 3. The cipher is a copy: the nonce moves when it is read. */
static bool open_static(const struct noise_xk_handshake *hs, const uint8_t *message,
                        uint8_t point[NOISE_KEY_LEN])
{
    struct noise_cipher cipher = hs->symmetric.cipher;
    enum noise_result result = noise_cipher_decrypt(&cipher, hs->symmetric.h, NOISE_HASH_LEN,
                                                    message, SEALED_KEY_LEN, point);

    noise_wipe(&cipher, sizeof cipher);
    return result == NOISE_OK;
}

static bool foresee(const struct noise_xk_handshake *hs, const uint8_t *message, size_t message_len,
                    uint8_t point[NOISE_KEY_LEN])
{
    switch (hs->state) {
    case NOISE_XK_WRITE_1:
        memcpy(point, hs->rs, NOISE_KEY_LEN);
        return true;
    case NOISE_XK_READ_1:
    case NOISE_XK_READ_2:
        if (message_len < NOISE_XK_MESSAGE_1_OVERHEAD) /* 2's is the same */
            return false;
        memcpy(point, message, NOISE_KEY_LEN); /* e */
        return true;
    case NOISE_XK_READ_3:
        return message_len >= NOISE_XK_MESSAGE_3_OVERHEAD && open_static(hs, message, point);
    default:
        return false;
    }
}

void noise_ahead_add(struct noise_ahead *ahead, struct noise_xk_handshake *hs,
                     const uint8_t *message, size_t message_len)
{
    if (ahead->count == NOISE_AHEAD_MAX ||
        !foresee(hs, message, message_len, ahead->points[ahead->count]))
        return;
    ahead->handshakes[ahead->count++] = hs;
}

void noise_ahead_run(struct noise_ahead *ahead)
{
    uint8_t shared[NOISE_AHEAD_MAX][NOISE_KEY_LEN];
    const uint8_t *scalars[NOISE_AHEAD_MAX];

    for (size_t i = 0; i < ahead->count; i++)
        scalars[i] = ahead->handshakes[i]->e;
    noise_x25519_several(shared, scalars, (const uint8_t(*)[NOISE_KEY_LEN])ahead->points,
                         ahead->count);
    for (size_t i = 0; i < ahead->count; i++) {
        memcpy(ahead->handshakes[i]->known.point, ahead->points[i], NOISE_KEY_LEN);
        memcpy(ahead->handshakes[i]->known.shared, shared[i], NOISE_KEY_LEN);
    }
    noise_wipe(shared, sizeof shared);
    noise_wipe(ahead, sizeof *ahead);
}
