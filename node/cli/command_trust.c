/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus trust: edits the store's text, so that a person's comments and order stay, and never
 * writes a bad one. */
#include "node/base/words.h"
#include "node/cli/command.h"
#include "node/cli/device_words.h"
#include "node/cli/trust_list.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum trust_verb { TRUST_ADD, TRUST_LIST, TRUST_REMOVE, TRUST_SHOW, TRUST_VERB_COUNT };

static const struct verb verbs[TRUST_VERB_COUNT] = {[TRUST_ADD] = {"add", "ID KEY [SERVICES]"},
                                                    [TRUST_LIST] = {"list", ""},
                                                    [TRUST_REMOVE] = {"remove", "ID [ROOT]"},
                                                    [TRUST_SHOW] = {"show", ""}};

#define ROOT_MARK "root:"

/* The key's digits behind the mark; NULL: it is no root. */
static const char *root_digits(const char *key_word)
{
    const size_t mark_len = sizeof ROOT_MARK - 1;
    return strncmp(key_word, ROOT_MARK, mark_len) == 0 ? key_word + mark_len : NULL;
}

/* An id, and in a root's line also `*.` and the end of ids, or `*`. */
static bool check_ids(const char *word, bool is_roots, struct error *e)
{
    struct dsb_device_id id;
    if (is_roots && strcmp(word, "*") == 0)
        return true;
    return device_word_id(&id, is_roots && strncmp(word, "*.", 2) == 0 ? word + 2 : word, e);
}

static bool same_root(const struct dsb_trust_root *a, const struct dsb_trust_root *b)
{
    return memcmp(a->key, b->key, sizeof a->key) == 0 && a->is_suffix == b->is_suffix &&
           memcmp(&a->id, &b->id, sizeof a->id) == 0;
}

/* What the store has already. */
static enum dsb_text_fault duplicate_fault(const struct keyring *k,
                                           const struct dsb_trust_store *one)
{
    if (one->count == 1 && dsb_trust_store_line_of_id(&k->trust, &one->entries->id) != NULL)
        return DSB_TEXT_DUPLICATE_ID;
    if (one->count == 1 && dsb_trust_store_line_of_key(&k->trust, one->entries->key) != NULL)
        return DSB_TEXT_DUPLICATE_KEY;
    for (size_t i = 0; one->root_count == 1 && i < k->trust.root_count; i++)
        if (same_root(&k->trust.roots[i], one->roots))
            return DSB_TEXT_DUPLICATE_KEY;
    return DSB_TEXT_NO_FAULT;
}

/*
 * The line goes through the same parser as the file: what it refuses is refused here, with the
 * fault named for what the person typed.
 */
static bool check_line(struct keyring *k, const char *line, size_t line_len, const char *id,
                       size_t services_len, struct error *e)
{
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX];
    struct dsb_trust_entry entry;
    struct dsb_trust_root root;
    struct dsb_trust_store one;
    struct dsb_text_error at;
    memcpy(text, DSB_TRUST_HEADER, sizeof DSB_TRUST_HEADER - 1);
    memcpy(text + sizeof DSB_TRUST_HEADER - 1, line, line_len);
    dsb_trust_store_init(&one, &entry, 1);
    one.roots = &root;
    one.root_capacity = 1;
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;
    if (dsb_trust_store_parse(&one, &k->identity, text, sizeof DSB_TRUST_HEADER - 1 + line_len,
                              &at) != DSB_OK)
        fault = at.fault;
    else if ((one.count == 1 ? entry.services_len : root.services_len) != services_len)
        fault = DSB_TEXT_BAD_SERVICE; /* a line feed in the word */
    else
        fault = duplicate_fault(k, &one);
    if (fault != DSB_TEXT_NO_FAULT)
        return error_set(e, EXIT_CONFIG, "%s not added: %s", id, dsb_text_fault_name(fault));
    return true;
}

/* services may be NULL: no list. */
static bool trust_add(struct keyring *k, const char *id_word, const char *key_word,
                      const char *services, struct error *e)
{
    char line[DSB_TRUST_LINE_MAX + 1];
    const char *digits = root_digits(key_word);
    size_t services_len = services == NULL ? 0 : strlen(services);
    if (!check_ids(id_word, digits != NULL, e) ||
        !device_word_key(id_word, digits != NULL ? digits : key_word, e))
        return false;
    if (services_len > DSB_TRUST_SERVICES_LEN_MAX)
        return error_set(e, EXIT_CONFIG, "%s not added: %s", id_word,
                         dsb_text_fault_name(DSB_TEXT_TOO_MANY_SERVICES));
    size_t line_len =
        (size_t)snprintf(line, sizeof line, "%s %s%s%s\n", id_word, key_word,
                         services == NULL ? "" : " ", services == NULL ? "" : services);
    return check_line(k, line, line_len, id_word, services_len, e) &&
           keyring_append_trust(k, line, line_len, e);
}

/* Is it a peer's line of this id, or with `root` that root's line for it? */
static bool is_line_of(const char *line, const char *end, const char *id_word, const char *root)
{
    size_t id_len = strlen(id_word), root_len = root == NULL ? 0 : strlen(root);
    if ((size_t)(end - line) <= id_len + 1 + root_len || memcmp(line, id_word, id_len) != 0 ||
        line[id_len] != ' ')
        return false;
    const char *key = line + id_len + 1;
    if (root == NULL)
        return strncmp(key, ROOT_MARK, sizeof ROOT_MARK - 1) != 0;
    return memcmp(key, root, root_len) == 0 && (key[root_len] == ' ' || key[root_len] == '\n');
}

/* Cuts the lines out of the text; returns its new length. */
static size_t cut_lines(char *text, size_t text_len, const char *id_word, const char *root)
{
    char *line = text;
    char *end = text + text_len;
    while (line < end) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next + 1 : end;
        if (is_line_of(line, next, id_word, root)) {
            memmove(line, next, (size_t)(end - next));
            end -= next - line;
        } else {
            line = next;
        }
    }
    return (size_t)(end - text);
}

/* root: as trust_list shows it, or NULL. */
static bool trust_remove(struct keyring *k, const char *id_word, const char *root, struct error *e)
{
    char *text;
    size_t text_len;
    if (root != NULL && root_digits(root) == NULL)
        return error_set(e, EXIT_USAGE, "\"%s\" is no root: root:KEY", root);
    if (!check_ids(id_word, root != NULL, e) || !keyring_trust_text(k, &text, &text_len, e))
        return false;
    size_t left_len = cut_lines(text, text_len, id_word, root);
    bool ok = left_len == text_len ? error_set(e, EXIT_NO_PEER, "%s%s%s is not in %s/%s", id_word,
                                               root == NULL ? "" : " ", root == NULL ? "" : root,
                                               k->dir.path, TRUST_FILE)
                                   : keyring_replace_trust(k, text, left_len, e);
    free(text);
    return ok;
}

bool command_trust(const struct options *o, char **words, int word_count, struct error *e)
{
    struct keyring k;
    struct confdir lock;
    size_t verb;
    bool ok = true;
    if (!words_verb("trust", verbs, TRUST_VERB_COUNT, &verb, words, word_count, e))
        return false;
    /* The lock is taken before the store is read: what is written back is what was read, plus the
     * change. */
    if (!confdir_open(&lock, o->dir, e))
        return false;
    if (verb == TRUST_LIST || verb == TRUST_SHOW || confdir_lock(&lock, e))
        ok = keyring_open(&k, o->dir, o->allow_test_keys, e);
    else
        ok = false;
    if (ok) {
        if (verb == TRUST_ADD)
            ok = trust_add(&k, words[1], words[2], word_count > 3 ? words[3] : NULL, e);
        else if (verb == TRUST_REMOVE)
            ok = trust_remove(&k, words[1], word_count > 2 ? words[2] : NULL, e);
        else if (verb == TRUST_SHOW)
            trust_show(&k);
        else
            trust_list(&k);
        keyring_close(&k);
    }
    confdir_close(&lock);
    return ok;
}
