/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a build without the fast packages. */
#include "noise/crypto_provider.h"

const struct noise_provider noise_providers[] = {
    {"sodium", 0, &noise_curve_sodium, &noise_aead_sodium},
};
const size_t noise_providers_count = sizeof noise_providers / sizeof noise_providers[0];

uint32_t noise_cpu_features(void)
{
    return 0;
}
