/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestations' bytes: what is read is written back as it was, as a field of message 3 too; what
 * our root signs of it verifies, and nothing does in which one byte is another: of the attestation,
 * the id, the key. What nobody signed never verifies.
 */
#include "dsoftbus/payload.h"
#include "fuzz.h"

#include <sodium/crypto_sign.h>
#include <string.h>

static uint8_t root_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];

static void make_root(void)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};

    CHECK(crypto_sign_seed_keypair(root_key, secret, seed) == 0);
}

static void check_written(const struct dsb_attestation *word, const uint8_t *data, size_t size)
{
    uint8_t written[DSB_ATTESTATION_MAX];
    uint8_t payload[DSB_PAYLOAD3_MAX + DSB_PAYLOAD_ATTESTATION_MAX];
    const struct dsb_stream_limits limits = {1, 0};
    const struct dsb_device_id id = {1, "a"};
    struct dsb_device_id id_read;
    struct dsb_stream_limits limits_read;
    struct dsb_attestation again;
    uint16_t recv_max;

    CHECK(dsb_attestation_write(written, word) == size && memcmp(written, data, size) == 0);
    size_t len = dsb_payload3_write(payload, &id, DSB_RECV_MAX_MIN, &limits);
    CHECK(!dsb_payload_attestation_read(payload, len, &again));
    len += dsb_payload_attestation_write(payload + len, word);
    CHECK(dsb_payload3_read(payload, len, &id_read, &recv_max, &limits_read) == DSB_PAYLOAD_OK);
    CHECK(dsb_payload_attestation_read(payload, len, &again));
    CHECK(dsb_attestation_write(written, &again) == size && memcmp(written, data, size) == 0);
}

/* at: a byte of the attestation, of the key, of the id. */
static void check_altered(const struct dsb_attestation *word, struct dsb_device_id id,
                          uint8_t key[DSB_KEY_LEN], size_t at, uint8_t flip)
{
    uint8_t bytes[DSB_ATTESTATION_MAX];
    struct dsb_attestation altered = *word;
    size_t len = dsb_attestation_write(bytes, word);

    at %= len + DSB_KEY_LEN + id.len;
    if (at < len)
        bytes[at] ^= flip;
    else if (at < len + DSB_KEY_LEN)
        key[at - len] ^= flip;
    else
        id.text[at - len - DSB_KEY_LEN] ^= (char)flip;
    if (dsb_attestation_read(&altered, bytes, len))
        CHECK(dsb_attestation_verify(&altered, &id, key) == (flip == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsb_attestation word = {.serial = 0};
    const struct dsb_device_id id = {5, "a.lab"};
    uint8_t key[DSB_KEY_LEN], text[DSB_ATTESTATION_SIGNED_MAX];

    if (!dsb_attestation_read(&word, data, size)) {
        CHECK(word.serial == 0 && word.services_len == 0);
        return 0;
    }
    make_root();
    check_written(&word, data, size);
    /* The input's signature says what is altered, and of which key this is. */
    const size_t at = word.signature[0] | (size_t)word.signature[1] << 8;
    const uint8_t flip = word.signature[2];
    memcpy(key, word.signature + 3, sizeof key);
    CHECK(!dsb_attestation_verify(&word, &id, key));
    memcpy(word.root, root_key, sizeof word.root);
    CHECK(!dsb_attestation_verify(&word, &id, key));
    size_t len = dsb_attestation_signed(text, &word, &id, key);
    CHECK(crypto_sign_detached(word.signature, NULL, text, len, secret) == 0);
    check_altered(&word, id, key, at, flip);
    return 0;
}
