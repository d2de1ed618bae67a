/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wycheproof DIR: the files x25519_test.json, chacha20_poly1305_test.json and ed25519_test.json of
 * Wycheproof through the crypto seam, and through what verifies signatures. Exit 77 (skipped) when
 * DIR does not have them.
 */
#include "dsoftbus/signature.h"
#include "noise/crypto.h"
#include "vectors/json_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_SKIPPED 77

static const char program[] = "wycheproof";

struct counts {
    size_t passed, failed, left_out;
};

enum outcome { PASSED, FAILED, LEFT_OUT };

/*
 * "acceptable" leaves the choice to us: points on the twist and non-canonical ones are computed as
 * RFC 7748 says, an all-zero shared secret is refused.
 */
static enum outcome run_x25519(const json_t *group, const json_t *test)
{
    uint8_t scalar[NOISE_CRYPTO_KEY_LEN], point[NOISE_CRYPTO_KEY_LEN], shared[NOISE_CRYPTO_KEY_LEN];
    uint8_t out[NOISE_CRYPTO_KEY_LEN];
    static const uint8_t zeros[NOISE_CRYPTO_KEY_LEN];
    bool refused;

    (void)group;
    if (!json_bytes_exact(test, "private", scalar, sizeof scalar) ||
        !json_bytes_exact(test, "public", point, sizeof point) ||
        !json_bytes_exact(test, "shared", shared, sizeof shared))
        return FAILED;
    refused = noise_x25519(out, scalar, point) != 0;
    if (memcmp(shared, zeros, sizeof zeros) == 0)
        return refused ? PASSED : FAILED;
    return !refused && memcmp(out, shared, sizeof shared) == 0 ? PASSED : FAILED;
}

/* Opening gives the message or refuses, and sealing gives the ciphertext, as the result says. */
static bool aead_agrees(const uint8_t *key, const uint8_t *nonce, const struct bytes *ad,
                        const struct bytes *message, const struct bytes *ciphertext,
                        const uint8_t tag[NOISE_CRYPTO_TAG_LEN], bool is_valid)
{
    size_t sealed_len = message->len + NOISE_CRYPTO_TAG_LEN;
    uint8_t *sealed = calloc(1, sealed_len), *opened = calloc(1, message->len + 1);
    bool good = sealed != NULL && opened != NULL && ciphertext->len == message->len;

    if (good) {
        memcpy(sealed, ciphertext->data, ciphertext->len);
        memcpy(sealed + ciphertext->len, tag, NOISE_CRYPTO_TAG_LEN);
        good = (noise_aead_open(opened, key, nonce, ad->data, ad->len, sealed, sealed_len) == 0) ==
               is_valid;
    }
    if (good && is_valid) {
        good = memcmp(opened, message->data, message->len) == 0;
        noise_aead_seal(sealed, key, nonce, ad->data, ad->len, message->data, message->len);
        good = good && memcmp(sealed, ciphertext->data, ciphertext->len) == 0 &&
               memcmp(sealed + ciphertext->len, tag, NOISE_CRYPTO_TAG_LEN) == 0;
    }
    free(sealed);
    free(opened);
    return good;
}

static enum outcome run_aead(const json_t *group, const json_t *test)
{
    const char *result = json_string_value(json_object_get(test, "result"));
    uint8_t key[NOISE_CRYPTO_KEY_LEN], nonce[NOISE_CRYPTO_NONCE_LEN], tag[NOISE_CRYPTO_TAG_LEN];
    struct bytes ad = {0}, message = {0}, ciphertext = {0};
    enum outcome outcome = FAILED;

    /* The seam's nonce is an array of 12 bytes: another size cannot be said through it. */
    if (json_integer_value(json_object_get(group, "ivSize")) != 8 * NOISE_CRYPTO_NONCE_LEN)
        return LEFT_OUT;
    if (result != NULL && json_bytes_exact(test, "key", key, sizeof key) &&
        json_bytes_exact(test, "iv", nonce, sizeof nonce) &&
        json_bytes_exact(test, "tag", tag, sizeof tag) && json_bytes(test, "aad", &ad) &&
        json_bytes(test, "msg", &message) && json_bytes(test, "ct", &ciphertext) &&
        aead_agrees(key, nonce, &ad, &message, &ciphertext, tag, strcmp(result, "valid") == 0))
        outcome = PASSED;
    bytes_free(&ad);
    bytes_free(&message);
    bytes_free(&ciphertext);
    return outcome;
}

/* All that is not "valid" is refused: a second spelling, a half that is cut off or too large. */
static enum outcome run_ed25519(const json_t *group, const json_t *test)
{
    const char *result = json_string_value(json_object_get(test, "result"));
    uint8_t key[DSB_ROOT_KEY_LEN];
    struct bytes text = {0}, signature = {0};
    enum outcome outcome = FAILED;

    if (result != NULL &&
        json_bytes_exact(json_object_get(group, "publicKey"), "pk", key, sizeof key) &&
        json_bytes(test, "msg", &text) && json_bytes(test, "sig", &signature)) {
        bool is_good = signature.len == DSB_SIGNATURE_LEN &&
                       dsb_signature_verify(signature.data, text.data, text.len, key);
        outcome = is_good == (strcmp(result, "valid") == 0) ? PASSED : FAILED;
    }
    bytes_free(&text);
    bytes_free(&signature);
    return outcome;
}

static void run_file(const json_t *root, const char *name,
                     enum outcome (*run)(const json_t *group, const json_t *test),
                     struct counts *counts)
{
    const json_t *group, *test;
    size_t g, t;

    json_array_foreach(json_object_get(root, "testGroups"), g, group)
    {
        json_array_foreach(json_object_get(group, "tests"), t, test)
        {
            enum outcome outcome = run(group, test);

            counts->passed += outcome == PASSED;
            counts->left_out += outcome == LEFT_OUT;
            if (outcome == FAILED) {
                counts->failed++;
                printf("%s: test %d failed\n", name,
                       (int)json_integer_value(json_object_get(test, "tcId")));
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum outcome (*run)(const json_t *group, const json_t *test);
    } files[] = {{"x25519_test.json", run_x25519},
                 {"chacha20_poly1305_test.json", run_aead},
                 {"ed25519_test.json", run_ed25519}};
    bool failed = false, left_out = false;

    if (argc != 2 || noise_init() != 0) {
        fprintf(stderr, "usage: %s DIR\n", program);
        return 2;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct counts counts = {0};
        char path[4096];
        json_t *root;

        snprintf(path, sizeof path, "%s/%s", argv[1], files[i].name);
        if (access(path, F_OK) != 0) {
            printf("%s is not there: left out\n", path);
            left_out = true;
            continue;
        }
        root = json_file_load(program, path);
        if (root == NULL)
            return 2;
        run_file(root, files[i].name, files[i].run, &counts);
        json_decref(root);
        printf("%s: %zu passed, %zu failed, %zu left out (another nonce size)\n", files[i].name,
               counts.passed, counts.failed, counts.left_out);
        failed = failed || counts.failed > 0 || counts.passed == 0;
    }
    if (failed)
        return 1;
    return left_out ? EXIT_SKIPPED : 0;
}
