/* SPDX-License-Identifier: Apache-2.0 */
/* The two cipher states after Split (section 5.2), which live in one place. */
#include "noise/transport.h"

_Static_assert(sizeof(struct noise_transport) <= 128, "transport state");

enum noise_result noise_transport_seal(struct noise_transport *t, const uint8_t *plaintext,
                                       size_t plaintext_len, uint8_t *message, size_t message_size,
                                       size_t *message_len)
{
    enum noise_result result;

    if (!noise_transport_is_live(t))
        return NOISE_ERR_STATE;
    if (plaintext_len > NOISE_PLAINTEXT_MAX)
        return NOISE_ERR_LENGTH;
    if (message_size < plaintext_len + NOISE_TAG_LEN)
        return NOISE_ERR_BUFFER;
    result = noise_cipher_encrypt(&t->send, NULL, 0, plaintext, plaintext_len, message);
    if (result == NOISE_OK)
        *message_len = plaintext_len + NOISE_TAG_LEN;
    return result;
}

enum noise_result noise_transport_open(struct noise_transport *t, const uint8_t *message,
                                       size_t message_len, uint8_t *plaintext,
                                       size_t plaintext_size, size_t *plaintext_len)
{
    enum noise_result result;

    if (!noise_transport_is_live(t))
        return NOISE_ERR_STATE;
    if (message_len < NOISE_TAG_LEN || message_len > NOISE_MESSAGE_MAX)
        return NOISE_ERR_LENGTH;
    if (plaintext_size < message_len - NOISE_TAG_LEN)
        return NOISE_ERR_BUFFER;
    result = noise_cipher_decrypt(&t->recv, NULL, 0, message, message_len, plaintext);
    if (result == NOISE_OK)
        *plaintext_len = message_len - NOISE_TAG_LEN;
    return result;
}

enum noise_result noise_transport_rekey_send(struct noise_transport *t)
{
    if (!noise_transport_is_live(t))
        return NOISE_ERR_STATE;
    noise_cipher_rekey(&t->send);
    return NOISE_OK;
}

enum noise_result noise_transport_rekey_recv(struct noise_transport *t)
{
    if (!noise_transport_is_live(t))
        return NOISE_ERR_STATE;
    noise_cipher_rekey(&t->recv);
    return NOISE_OK;
}

void noise_transport_move(struct noise_transport *to, struct noise_transport *from)
{
    bool live = noise_transport_is_live(from);

    *to = *from;
    to->self = live ? to : NULL;
    noise_transport_wipe(from);
}

void noise_transport_wipe(struct noise_transport *t)
{
    noise_wipe(t, sizeof *t);
}
