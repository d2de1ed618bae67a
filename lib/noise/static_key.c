/* SPDX-License-Identifier: Apache-2.0 */
/* A static key whose private half is held by this process. */
#include "noise/noise.h"

static int local_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    if (noise_x25519(out, ctx, peer) != 0)
        noise_wipe(out, NOISE_KEY_LEN); /* a point of low order, not a holder that fails */
    return 0;
}

void noise_static_key_init(struct noise_static_key *key, uint8_t private_key[NOISE_KEY_LEN])
{
    noise_x25519_base(key->public_key, private_key);
    key->dh = local_dh;
    key->ctx = private_key;
}
