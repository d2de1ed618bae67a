/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium's group, as cpace.c uses it: a promise of the driver's. */
#ifndef SODIUM_CRYPTO_SCALARMULT_RISTRETTO255_H
#define SODIUM_CRYPTO_SCALARMULT_RISTRETTO255_H

int crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n,
                                   const unsigned char *p);

#endif
