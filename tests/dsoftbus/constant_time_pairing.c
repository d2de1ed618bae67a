/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pairing of two devices under valgrind, with the code and all random bytes marked undefined:
 * valgrind then reports each branch and each memory index that depends on one. How long the code is
 * may be known.
 *
 * Public by design, or to both sides: what is on the wire, the outcome of a tag, whether a share is
 * an element, and an opened id and key.
 */
#include "dsoftbus/pairing.h"
#include "support/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The linker turns every call of NAME into __wrap_NAME; __real_NAME is the library's. */
int __real_noise_aead_open(uint8_t *out, const uint8_t *key, const uint8_t *nonce,
                           const uint8_t *ad, size_t ad_len, const uint8_t *sealed,
                           size_t sealed_len);
int __wrap_noise_aead_open(uint8_t *out, const uint8_t *key, const uint8_t *nonce,
                           const uint8_t *ad, size_t ad_len, const uint8_t *sealed,
                           size_t sealed_len);
int __real_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n,
                                          const unsigned char *p);
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n,
                                          const unsigned char *p);

int __wrap_noise_aead_open(uint8_t *out, const uint8_t *key, const uint8_t *nonce,
                           const uint8_t *ad, size_t ad_len, const uint8_t *sealed,
                           size_t sealed_len)
{
    int result = __real_noise_aead_open(out, key, nonce, ad, ad_len, sealed, sealed_len);

    make_public(&result, sizeof result);
    make_public(out, sealed_len - NOISE_CRYPTO_TAG_LEN);
    return result;
}

/* The point is the peer's share, or the generator, which is secret. libsodium looks whether it is
 * the encoding of an element; of the generator, which it has just encoded, it always is. So that
 * look tells nothing, and it is not checked here. */
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n,
                                          const unsigned char *p)
{
    make_public(p, 32);
    int result = __real_crypto_scalarmult_ristretto255(q, n, p);

    make_public(&result, sizeof result);
    return result;
}

static void must(bool good, const char *what)
{
    if (!good) {
        printf("%s failed\n", what);
        exit(1);
    }
}

static void begin(struct dsb_pairing *run, enum dsb_pairing_role role, const char *name,
                  uint8_t seed)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN], private[DSB_KEY_LEN], key[DSB_KEY_LEN];
    char code[] = "271828";
    struct dsb_device_id id;

    memset(random, seed, sizeof random);
    memset(private, seed, sizeof private);
    noise_x25519_base(key, private);
    must(dsb_device_id_set(&id, name, strlen(name)) == DSB_OK, "id");
    make_secret(random, sizeof random);
    make_secret(code, sizeof code - 1);
    must(dsb_pairing_init(run, role, &id, key, code, sizeof code - 1, random) == DSB_OK, "init");
}

void run_with_secrets(void)
{
    static struct dsb_pairing dialler, listener;
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    enum dsb_pairing_event event = DSB_PAIRING_EVENT_NONE;
    struct dsb_pairing *from = &dialler, *to = &listener;
    size_t len;

    begin(&dialler, DSB_PAIRING_DIALLER, "dialler", 1);
    begin(&listener, DSB_PAIRING_LISTENER, "listener", 2);
    while ((len = dsb_pairing_send(from, message)) != 0) {
        make_public(message, len);
        must(dsb_pairing_wants(to) == len, "turn");
        event = dsb_pairing_receive(to, message);
        struct dsb_pairing *was = from;
        from = to;
        to = was;
    }
    must(event == DSB_PAIRING_EVENT_COMMIT, "pairing");
}
