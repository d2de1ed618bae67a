/* SPDX-License-Identifier: Apache-2.0 */
/* What libsodium's own calls cost, beside the seam that stands on them. */
#include "bench/noise_bare.h"

#include <sodium.h>

const char *const bare_name = "libsodium AEAD";
static const uint8_t key[32] = {1}, nonce[12];

void bare_seal(uint8_t *out, const uint8_t *in, size_t len)
{
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, in, len, NULL, 0, NULL, nonce, key);
}

bool bare_open(uint8_t *out, const uint8_t *in, size_t len)
{
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, in,
                                                     len + crypto_aead_chacha20poly1305_ietf_ABYTES,
                                                     NULL, 0, nonce, key) == 0;
}
