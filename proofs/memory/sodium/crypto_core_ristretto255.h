/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium's group, as cpace.c uses it: its functions are the driver's promises. */
#ifndef SODIUM_CRYPTO_CORE_RISTRETTO255_H
#define SODIUM_CRYPTO_CORE_RISTRETTO255_H

#define crypto_core_ristretto255_BYTES                 32U
#define crypto_core_ristretto255_HASHBYTES             64U
#define crypto_core_ristretto255_SCALARBYTES           32U
#define crypto_core_ristretto255_NONREDUCEDSCALARBYTES 64U

int crypto_core_ristretto255_from_hash(unsigned char *p, const unsigned char *r);
void crypto_core_ristretto255_scalar_reduce(unsigned char *r, const unsigned char *s);

#endif
