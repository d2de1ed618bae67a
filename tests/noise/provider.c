/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise-provider: the name of the code that stands behind the seam here. Exit 77 when DSB_CRYPTO
 * names what this processor cannot run, 1 for any other failure of noise_init().
 */
#include "noise/crypto_provider.h"

#include <stdio.h>

int main(void)
{
    int result = noise_init();

    if (result == 0 && noise_init() == 0)
        puts(noise_provider_in_use()->name);
    else
        printf("noise_init: %d\n", result);
    return result == 0 ? 0 : result == NOISE_INIT_UNFIT ? 77 : 1;
}
