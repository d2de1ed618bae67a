/* SPDX-License-Identifier: Apache-2.0 */
/* Linked in front of keystored's multiplication: at one point keystored ends in the middle of its
 * answer, as by a fault in it. */
#include "noise/crypto.h"
#include "rt/log.h"
#include "tests/os/system/modes.h"

#include <string.h>

int __real_noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t point[NOISE_CRYPTO_KEY_LEN]);
int __wrap_noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t point[NOISE_CRYPTO_KEY_LEN]);

int __wrap_noise_x25519(uint8_t out[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t scalar[NOISE_CRYPTO_KEY_LEN],
                        const uint8_t point[NOISE_CRYPTO_KEY_LEN])
{
    static const uint8_t deadly[NOISE_CRYPTO_KEY_LEN] = {SELFTEST_DEADLY_POINT_BYTE};

    if (memcmp(point, deadly, sizeof deadly) == 0)
        rt_panic("keystored: at the deadly point", -1);
    return __real_noise_x25519(out, scalar, point);
}
