/* SPDX-License-Identifier: Apache-2.0 */
/* Identity and trust store. A new store takes the old one's place only when all of its text is
 * good. */
#include "node/store/keyring.h"

#include "node/base/secret.h"
#include "node/store/attestation.h"
#include "node/store/said.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One locked block: the file's text while it is read, and the key for as long as the keyring is
 * open. */
struct locked {
    struct dsb_identity_file file;
    char text[DSB_IDENTITY_FILE_MAX * 4]; /* a person may have added comments */
};

static bool read_identity(struct keyring *k, bool allow_test_keys, struct error *e)
{
    struct locked *locked = secret_alloc(sizeof *locked, e);
    struct dsb_text_error at;
    size_t text_len;
    bool ok = false;
    if (locked == NULL)
        return false;
    k->file = &locked->file;
    if (!confdir_read(&k->dir, IDENTITY_FILE, locked->text, sizeof locked->text, &text_len, e))
        ok = false;
    else if (dsb_identity_parse(k->file, locked->text, text_len, &at) != DSB_OK)
        text_fault_set(e, &k->dir, IDENTITY_FILE, &at, locked->text, text_len);
    else if (k->file->bring_up && !allow_test_keys)
        error_set(e, EXIT_CONFIG, "%s/%s: a bring-up test key, not for use (--allow-test-keys)",
                  k->dir.path, IDENTITY_FILE);
    else if (dsb_identity_init(&k->identity, k->file) != DSB_OK)
        error_set(e, EXIT_CONFIG, "%s/%s: the private key is not usable", k->dir.path,
                  IDENTITY_FILE);
    else
        ok = true;
    secret_wipe(locked->text, sizeof locked->text);
    if (!ok) {
        secret_free(locked, sizeof *locked);
        k->file = NULL;
    }
    return ok;
}

static void store_free(struct dsb_trust_store *store)
{
    free(store->entries);
    free(store->roots);
}

/* An empty store with room for every line that the text can hold. */
static bool store_alloc(struct dsb_trust_store *store, const char *text, size_t text_len,
                        struct error *e)
{
    size_t capacity = 1;
    for (size_t i = 0; i < text_len && capacity < KEYRING_TRUST_MAX; i++)
        capacity += text[i] == '\n';
    struct dsb_trust_entry *entries = calloc(capacity, sizeof *entries);
    dsb_trust_store_init(store, entries, capacity);
    store->roots = calloc(KEYRING_ROOT_MAX, sizeof *store->roots);
    store->root_capacity = KEYRING_ROOT_MAX;
    if (entries != NULL && store->roots != NULL)
        return true;
    store_free(store);
    error_set(e, EXIT_LOCAL, "out of memory");
    return false;
}

/* The store has a root that was not in the one before. */
static bool has_new_root(const struct dsb_trust_store *store, const struct dsb_trust_store *before)
{
    bool is_new = false;
    for (size_t i = 0; i < store->root_count; i++)
        is_new = is_new || !dsb_trust_store_has_root(before, store->roots[i].key);
    return is_new;
}

/* The first root makes room for what roots say. */
static bool set_store(struct keyring *k, struct dsb_trust_store *fresh, struct error *e)
{
    bool has_news = has_new_root(fresh, &k->trust);
    if (has_news && k->vouched == NULL)
        k->vouched = said_new(KEYRING_VOUCHED_MAX, KEYRING_ROOT_MAX);
    if (has_news && k->vouched == NULL) {
        store_free(fresh);
        error_set(e, EXIT_LOCAL, "out of memory");
        return false;
    }
    store_free(&k->trust);
    k->trust = *fresh;
    k->trust.vouched = k->vouched;
    if (has_news && k->hears)
        said_load(&k->dir, &k->trust, &k->identity, NULL);
    return true;
}

/* Parses into a new store, and puts it in place of the old one when the whole text is good. */
static bool parse_trust(struct keyring *k, const char *text, size_t text_len, struct error *e)
{
    struct dsb_trust_store fresh;
    struct dsb_text_error at;
    if (!store_alloc(&fresh, text, text_len, e))
        return false;
    if (text_len > 0 &&
        dsb_trust_store_parse(&fresh, &k->identity, text, text_len, &at) != DSB_OK) {
        store_free(&fresh);
        return text_fault_set(e, &k->dir, TRUST_FILE, &at, text, text_len);
    }
    return set_store(k, &fresh, e);
}

bool keyring_trust_text(const struct keyring *k, char **text, size_t *text_len, struct error *e)
{
    *text_len = 0;
    *text = malloc(CONFDIR_FILE_MAX);
    if (*text == NULL)
        return error_set(e, EXIT_LOCAL, "out of memory");
    if (!confdir_exists(&k->dir, TRUST_FILE) ||
        confdir_read(&k->dir, TRUST_FILE, *text, CONFDIR_FILE_MAX, text_len, e))
        return true;
    free(*text);
    *text = NULL;
    return false;
}

bool keyring_reload(struct keyring *k, struct error *e)
{
    char *text;
    size_t text_len;
    if (!keyring_trust_text(k, &text, &text_len, e))
        return false;
    bool ok = parse_trust(k, text, text_len, e);
    free(text);
    return ok;
}

bool keyring_replace_trust(struct keyring *k, const char *text, size_t text_len, struct error *e)
{
    return parse_trust(k, text, text_len, e) &&
           confdir_write(&k->dir, TRUST_FILE, text, text_len, CONFDIR_REPLACE, e);
}

/* What is written has the newest version; a line of an older one means the same in it. */
static void renew_header(char *text, size_t text_len)
{
    static const char format[] = "dsoftbus-trust ";
    char *end = text + text_len;
    while (text < end && (*text == '#' || *text == '\n')) {
        char *feed = memchr(text, '\n', (size_t)(end - text));
        text = feed != NULL ? feed + 1 : end;
    }
    if ((size_t)(end - text) >= sizeof DSB_TRUST_HEADER - 1 &&
        memcmp(text, format, sizeof format - 1) == 0)
        memcpy(text, DSB_TRUST_HEADER, sizeof DSB_TRUST_HEADER - 1);
}

bool keyring_append_trust(struct keyring *k, const char *line, size_t line_len, struct error *e)
{
    char *old;
    size_t old_len;
    if (!keyring_trust_text(k, &old, &old_len, e))
        return false;
    size_t header_len = old_len == 0 ? sizeof DSB_TRUST_HEADER - 1 : 0;
    bool ok = false;
    char *text = malloc(header_len + old_len + line_len);
    if (text == NULL || header_len + old_len + line_len > CONFDIR_FILE_MAX) {
        error_set(e, EXIT_LOCAL, "the trust store is full");
    } else {
        memcpy(text, DSB_TRUST_HEADER, header_len);
        memcpy(text + header_len, old, old_len);
        renew_header(text, header_len + old_len);
        memcpy(text + header_len + old_len, line, line_len);
        ok = keyring_replace_trust(k, text, header_len + old_len + line_len, e);
    }
    free(text);
    free(old);
    return ok;
}

void keyring_hear(struct keyring *k, const struct dsb_device_id *only)
{
    k->hears = only == NULL;
    if (k->vouched != NULL)
        said_load(&k->dir, &k->trust, &k->identity, only);
}

/* What the text is, when it is this device's. */
static bool parse_attestation(const struct keyring *k, struct dsb_attested *a, const char *text,
                              size_t text_len, struct error *e)
{
    struct dsb_text_error at;
    at.fault = dsb_attested_parse(a, text, text_len, &at.line);
    if (at.fault != DSB_TEXT_NO_FAULT)
        return text_fault_set(e, &k->dir, ATTESTATION_FILE, &at, text, text_len);
    return (dsb_device_id_equal(&a->id, &k->identity.id) &&
            memcmp(a->key, k->identity.key.public_key, DSB_KEY_LEN) == 0) ||
           error_set(e, EXIT_CONFIG, "%s/%s: it is for another id or key than this device's",
                     k->dir.path, ATTESTATION_FILE);
}

bool keyring_read_attestation(struct keyring *k, struct error *e)
{
    char text[4 * DSB_ATTESTATION_TEXT_MAX]; /* a person may have added comments */
    size_t text_len;
    struct dsb_attested a;
    bool is_there = confdir_exists(&k->dir, ATTESTATION_FILE);
    if (is_there && (!confdir_read(&k->dir, ATTESTATION_FILE, text, sizeof text, &text_len, e) ||
                     !parse_attestation(k, &a, text, text_len, e)))
        return false;
    k->is_attested = is_there;
    if (is_there)
        k->attested = a;
    return true;
}

const struct dsb_attestation *keyring_attestation(const struct keyring *k)
{
    return k->is_attested ? &k->attested.word : NULL;
}

/* A keyring of the new process: the one that it inherits as a copy. */
struct apart {
    struct keyring *k;
    bool allow_test_keys;
};

static const struct dsb_identity_file *read_apart(void *ctx, struct error *e)
{
    const struct apart *apart = ctx;
    return read_identity(apart->k, apart->allow_test_keys, e) ? apart->k->file : NULL;
}

static bool start_apart(struct keyring *k, bool allow_test_keys, struct error *e)
{
    struct apart apart = {k, allow_test_keys};
    return key_process_start(&k->process, read_apart, &apart, e) &&
           key_process_identity(&k->process, &k->identity, e);
}

static bool open_either(struct keyring *k, const char *path, bool allow_test_keys, bool is_apart,
                        struct error *e)
{
    memset(k, 0, sizeof *k);
    k->process.fd = -1;
    if (!confdir_open(&k->dir, path, e))
        return false;
    if ((is_apart ? start_apart(k, allow_test_keys, e) : read_identity(k, allow_test_keys, e)) &&
        keyring_reload(k, e))
        return true;
    keyring_close(k);
    return false;
}

bool keyring_open(struct keyring *k, const char *path, bool allow_test_keys, struct error *e)
{
    return open_either(k, path, allow_test_keys, false, e);
}

bool keyring_open_apart(struct keyring *k, const char *path, bool allow_test_keys, struct error *e)
{
    return open_either(k, path, allow_test_keys, true, e);
}

void keyring_close(struct keyring *k)
{
    key_process_stop(&k->process);
    store_free(&k->trust);
    said_free(k->vouched);
    secret_free(k->file, sizeof(struct locked));
    confdir_close(&k->dir);
    memset(k, 0, sizeof *k);
}
