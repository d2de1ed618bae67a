/* SPDX-License-Identifier: Apache-2.0 */
/* A root's key, from its file to locked memory and nowhere else. */
#include "node/store/root_key.h"

#include "dsoftbus/lines.h"
#include "node/base/secret.h"
#include "node/store/text_fault.h"

#include <errno.h>
#include <sodium/crypto_sign.h>
#include <string.h>
#include <unistd.h>

#define FORMAT "dsoftbus-root"

static const struct dsb_format file_format = {FORMAT, 1, 1};
#define FIELD "private"

/* Whatever holds the key or its digits; wiped as a whole. */
struct root_secret {
    uint8_t seed[DSB_ROOT_KEY_LEN];
    uint8_t key[crypto_sign_SECRETKEYBYTES]; /* seed and public half */
    size_t text_len;
    char text[1024]; /* a person may have added comments */
};

/* DIR/NAME; without a slash, the directory is ".". */
static bool split_path(struct root_key *root, char dir[PATH_MAX], const char *path, struct error *e)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t dir_len = slash != NULL ? (size_t)(slash - path) : 0;
    if (*name == '\0' || strlen(name) > ROOT_NAME_MAX || dir_len >= PATH_MAX)
        return error_set(e, EXIT_USAGE, "\"%s\" names no file", path);
    memcpy(dir, path, dir_len);
    dir[dir_len] = '\0';
    if (dir_len == 0)
        strcpy(dir, slash != NULL ? "/" : ".");
    strcpy(root->name, name);
    return true;
}

static bool prepare(struct root_key *root, char dir[PATH_MAX], const char *path, struct error *e)
{
    memset(root, 0, sizeof *root);
    root->dir.fd = -1;
    if (!split_path(root, dir, path, e))
        return false;
    root->secret = secret_alloc(sizeof *root->secret, e);
    return root->secret != NULL;
}

/* The public half, and the form that signing wants. */
static void derive(struct root_key *root)
{
    crypto_sign_seed_keypair(root->public_key, root->secret->key, root->secret->seed);
}

static void format(struct root_secret *secret)
{
    static const char head[] = FORMAT " 1\n" FIELD " ";
    memcpy(secret->text, head, sizeof head - 1);
    dsb_hex_encode(secret->text + sizeof head - 1, secret->seed);
    secret->text_len = sizeof head - 1 + (size_t)2 * DSB_ROOT_KEY_LEN;
    secret->text[secret->text_len++] = '\n';
}

bool root_key_new(struct root_key *root, const char *path, struct error *e)
{
    char dir[PATH_MAX];
    bool ok = prepare(root, dir, path, e);
    if (ok) {
        random_bytes(root->secret->seed, DSB_ROOT_KEY_LEN);
        derive(root);
        format(root->secret);
        ok = confdir_create(&root->dir, dir, e) && confdir_lock(&root->dir, e) &&
             confdir_write(&root->dir, root->name, root->secret->text, root->secret->text_len,
                           CONFDIR_NEW, e);
    }
    if (!ok)
        root_key_close(root);
    return ok;
}

struct reading {
    uint8_t *seed;
    bool has_seed;
};

static enum dsb_text_fault take_field(void *ctx, const struct dsb_line *line)
{
    struct reading *r = ctx;
    if (!dsb_word_is(&line->words[0], FIELD))
        return DSB_TEXT_UNKNOWN_FIELD;
    if (r->has_seed)
        return DSB_TEXT_DUPLICATE_FIELD;
    r->has_seed = true;
    return dsb_hex_decode(r->seed, &line->words[1]) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
}

enum dsb_text_fault root_key_parse(uint8_t seed[DSB_ROOT_KEY_LEN], const char *text,
                                   size_t text_len, size_t *line)
{
    struct reading r = {.seed = seed};
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};
    enum dsb_text_fault fault = dsb_lines_read(&lines, &file_format, take_field, &r);
    *line = lines.number;
    if (fault == DSB_TEXT_NO_FAULT && !r.has_seed)
        fault = DSB_TEXT_MISSING_FIELD;
    if (fault != DSB_TEXT_NO_FAULT)
        secret_wipe(seed, DSB_ROOT_KEY_LEN);
    return fault;
}

static bool read_file(struct root_key *root, struct error *e)
{
    struct root_secret *secret = root->secret;
    struct dsb_text_error at;
    if (!confdir_read(&root->dir, root->name, secret->text, sizeof secret->text, &secret->text_len,
                      e))
        return false;
    at.fault = root_key_parse(secret->seed, secret->text, secret->text_len, &at.line);
    return at.fault == DSB_TEXT_NO_FAULT ||
           text_fault_set(e, &root->dir, root->name, &at, secret->text, secret->text_len);
}

bool root_key_open(struct root_key *root, const char *path, struct error *e)
{
    char dir[PATH_MAX];
    bool ok = prepare(root, dir, path, e);
    if (ok && access(dir, F_OK) != 0)
        ok = error_set(e, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    ok =
        ok && confdir_open(&root->dir, dir, e) && confdir_lock(&root->dir, e) && read_file(root, e);
    if (ok)
        derive(root);
    else
        root_key_close(root);
    return ok;
}

void root_key_sign(const struct root_key *root, uint8_t signature[DSB_SIGNATURE_LEN],
                   const uint8_t *text, size_t text_len)
{
    crypto_sign_detached(signature, NULL, text, text_len, root->secret->key);
}

void root_key_close(struct root_key *root)
{
    secret_wipe_dead_stack();
    secret_free(root->secret, sizeof *root->secret);
    root->secret = NULL;
    if (root->dir.fd >= 0)
        confdir_close(&root->dir);
}
