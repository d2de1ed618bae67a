/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium's. */
#include "dsoftbus/signature.h"

#include <sodium/crypto_sign_ed25519.h>

bool dsb_signature_verify(const uint8_t signature[DSB_SIGNATURE_LEN], const uint8_t *text,
                          size_t text_len, const uint8_t key[DSB_ROOT_KEY_LEN])
{
    return crypto_sign_ed25519_verify_detached(signature, text, text_len, key) == 0;
}
