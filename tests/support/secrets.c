/* SPDX-License-Identifier: Apache-2.0 */
/* Marks memory for valgrind, and the outcomes that are no secret. */
#include "support/secrets.h"

#include "noise/crypto.h"

#include <valgrind/memcheck.h>

void make_secret(void *data, size_t len)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(data, len);
}

void make_public(const void *data, size_t len)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(data, len);
}

/* The linker turns every call of NAME into __wrap_NAME; __real_NAME is the library's. */
int __real_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point);
int __wrap_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point);
bool __real_noise_equal(const uint8_t *a, const uint8_t *b);
bool __wrap_noise_equal(const uint8_t *a, const uint8_t *b);
int __real_crypto_verify_16(const unsigned char *x, const unsigned char *y);
int __wrap_crypto_verify_16(const unsigned char *x, const unsigned char *y);

int __wrap_noise_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
    int result;

    make_public(point, NOISE_CRYPTO_KEY_LEN);
    result = __real_noise_x25519(out, scalar, point);
    make_public(&result, sizeof result);
    return result;
}

/* Asked whether an ephemeral or a DH is all zero, which ends the handshake. */
bool __wrap_noise_equal(const uint8_t *a, const uint8_t *b)
{
    bool result = __real_noise_equal(a, b);

    make_public(&result, sizeof result);
    return result;
}

/* The tag comparison inside libsodium's open. */
int __wrap_crypto_verify_16(const unsigned char *x, const unsigned char *y)
{
    int result = __real_crypto_verify_16(x, y);

    make_public(&result, sizeof result);
    return result;
}
