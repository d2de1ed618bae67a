/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's key under valgrind, marked undefined from the random bytes to the signature, and again
 * from the digits of its file: valgrind then reports each branch and each memory index that depends
 * on it.
 *
 * Public by design: the public key, a signature, whether a file is well-formed, and what lines its
 * text has: the digits become secret where they are decoded.
 */
#include "dsoftbus/lines.h"
#include "node/base/secret.h"
#include "node/store/root_key.h"
#include "support/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 1024

/* The linker turns every call of NAME into __wrap_NAME; __real_NAME is the library's. */
void __real_random_bytes(uint8_t *out, size_t len);
void __wrap_random_bytes(uint8_t *out, size_t len);
bool __real_confdir_write(const struct confdir *dir, const char *name, const char *text,
                          size_t text_len, enum confdir_write how, struct error *e);
bool __wrap_confdir_write(const struct confdir *dir, const char *name, const char *text,
                          size_t text_len, enum confdir_write how, struct error *e);
bool __real_dsb_hex_decode(uint8_t key[32], const struct dsb_word *word);
bool __wrap_dsb_hex_decode(uint8_t key[32], const struct dsb_word *word);

static unsigned secrets_made;

void __wrap_random_bytes(uint8_t *out, size_t len)
{
    __real_random_bytes(out, len);
    make_secret(out, len);
    secrets_made++;
}

/* The file may hold the secret; the one in memory stays one. */
bool __wrap_confdir_write(const struct confdir *dir, const char *name, const char *text,
                          size_t text_len, enum confdir_write how, struct error *e)
{
    char copy[TEXT_MAX];

    memcpy(copy, text, text_len);
    make_public(copy, text_len);
    return __real_confdir_write(dir, name, copy, text_len, how, e);
}

bool __wrap_dsb_hex_decode(uint8_t key[32], const struct dsb_word *word)
{
    char digits[64];

    memcpy(digits, word->text, sizeof digits);
    make_secret(digits, sizeof digits);
    bool good = __real_dsb_hex_decode(key, &(struct dsb_word){digits, word->len});
    make_public(&good, sizeof good);
    secrets_made++;
    return good;
}

static void must(bool good, const char *what)
{
    if (!good) {
        printf("%s failed\n", what);
        exit(1);
    }
}

/* Texts shorter and longer than a block of the hash. */
static void sign(struct root_key *root)
{
    static const size_t lengths[] = {0, 1, 55, 200, TEXT_MAX};
    uint8_t text[TEXT_MAX], signature[DSB_SIGNATURE_LEN];

    memset(text, 'x', sizeof text);
    make_public(root->public_key, sizeof root->public_key);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        root_key_sign(root, signature, text, lengths[i]);
        make_public(signature, sizeof signature);
        must(dsb_signature_verify(signature, text, lengths[i], root->public_key), "signature");
    }
}

void run_with_secrets(void)
{
    char dir[] = "/tmp/constant-time-root.XXXXXX", path[sizeof dir + 8];
    struct root_key root;
    struct error e;

    must(mkdtemp(dir) != NULL, "folder");
    (void)snprintf(path, sizeof path, "%s/root", dir);
    must(root_key_new(&root, path, &e), "new");
    sign(&root);
    root_key_close(&root);
    must(root_key_open(&root, path, &e), "open");
    must(secrets_made == 2, "secrets");
    sign(&root);
    must(unlinkat(root.dir.fd, root.name, 0) == 0, "unlink");
    root_key_close(&root);
    must(rmdir(dir) == 0, "rmdir");
}
