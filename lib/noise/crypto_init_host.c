/* SPDX-License-Identifier: Apache-2.0 */
/* Host: libsodium chooses among its code for this processor. */
#include "noise/crypto.h"

#include <sodium/core.h>

int noise_init(void)
{
    return sodium_init() < 0 ? -1 : 0; /* 1 when it was called before */
}
