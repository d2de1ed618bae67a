/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a row of the table behind the seam, whatever CPUID shows. */
#ifndef TESTS_NOISE_PROVIDER_BY_NAME_H
#define TESTS_NOISE_PROVIDER_BY_NAME_H

#include "noise/crypto_provider.h"

#include <string.h>

static inline bool provider_by_name(const char *name)
{
    const struct noise_provider *row = NULL;

    return noise_init() == 0 && noise_provider_choose(&row, ~0U, name) == 0 &&
           noise_provider_use(row) == 0;
}

#endif
