/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus trust: edits the store's text, so that a person's comments and order stay, and never
 * writes a bad one. */
#include "node/base/words.h"
#include "node/cli/command.h"
#include "node/cli/device_words.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum trust_verb { TRUST_ADD, TRUST_LIST, TRUST_REMOVE, TRUST_VERB_COUNT };

static const struct verb verbs[TRUST_VERB_COUNT] = {[TRUST_ADD] = {"add", "ID KEY [SERVICES]"},
                                                    [TRUST_LIST] = {"list", ""},
                                                    [TRUST_REMOVE] = {"remove", "ID"}};

/*
 * The line goes through the same parser as the file: what it refuses is refused here, with the
 * fault named for what the person typed.
 */
static bool check_entry(struct keyring *k, const char *line, size_t line_len, const char *id,
                        size_t services_len, struct error *e)
{
    char text[sizeof DSB_TRUST_HEADER + DSB_TRUST_LINE_MAX];
    struct dsb_trust_entry entry;
    struct dsb_trust_store one;
    struct dsb_text_error at;
    memcpy(text, DSB_TRUST_HEADER, sizeof DSB_TRUST_HEADER - 1);
    memcpy(text + sizeof DSB_TRUST_HEADER - 1, line, line_len);
    dsb_trust_store_init(&one, &entry, 1);
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;
    if (dsb_trust_store_parse(&one, &k->identity, text, sizeof DSB_TRUST_HEADER - 1 + line_len,
                              &at) != DSB_OK)
        fault = at.fault;
    else if (entry.services_len != services_len)
        fault = DSB_TEXT_BAD_SERVICE; /* a line feed in the word */
    else if (dsb_trust_store_find_id(&k->trust, &entry.id) != NULL)
        fault = DSB_TEXT_DUPLICATE_ID;
    else if (dsb_trust_store_find_key(&k->trust, entry.key) != NULL)
        fault = DSB_TEXT_DUPLICATE_KEY;
    if (fault != DSB_TEXT_NO_FAULT)
        return error_set(e, EXIT_CONFIG, "%s not added: %s", id, dsb_text_fault_name(fault));
    return true;
}

/* services may be NULL: no list. */
static bool trust_add(struct keyring *k, const char *id_word, const char *key_word,
                      const char *services, struct error *e)
{
    struct dsb_device_id id;
    char line[DSB_TRUST_LINE_MAX + 1];
    size_t services_len = services == NULL ? 0 : strlen(services);
    if (!device_word_id(&id, id_word, e))
        return false;
    if (!device_word_key(id_word, key_word, e))
        return false;
    if (services_len > DSB_TRUST_SERVICES_LEN_MAX)
        return error_set(e, EXIT_CONFIG, "%s not added: %s", id_word,
                         dsb_text_fault_name(DSB_TEXT_TOO_MANY_SERVICES));
    size_t line_len =
        (size_t)snprintf(line, sizeof line, "%s %s%s%s\n", id_word, key_word,
                         services == NULL ? "" : " ", services == NULL ? "" : services);
    return check_entry(k, line, line_len, id_word, services_len, e) &&
           keyring_append_trust(k, line, line_len, e);
}

/* Cuts the entry's line out of the text. */
static bool trust_remove(struct keyring *k, const char *id_word, struct error *e)
{
    struct dsb_device_id id;
    char *text;
    size_t text_len;
    if (!device_word_id(&id, id_word, e))
        return false;
    if (dsb_trust_store_find_id(&k->trust, &id) == NULL)
        return error_set(e, EXIT_NO_PEER, "%s is not in %s/%s", id_word, k->dir.path, TRUST_FILE);
    if (!keyring_trust_text(k, &text, &text_len, e))
        return false;
    char *line = text;
    char *end = text + text_len;
    size_t id_len = strlen(id_word);
    while (line < end) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next + 1 : end;
        if ((size_t)(next - line) > id_len && memcmp(line, id_word, id_len) == 0 &&
            line[id_len] == ' ') {
            memmove(line, next, (size_t)(end - next));
            end -= next - line;
        } else {
            line = next;
        }
    }
    bool ok = keyring_replace_trust(k, text, (size_t)(end - text), e);
    free(text);
    return ok;
}

static void trust_list(const struct keyring *k)
{
    char line[DSB_TRUST_LINE_MAX];
    for (size_t i = 0; i < k->trust.count; i++) {
        size_t line_len = dsb_trust_entry_format(line, &k->trust.entries[i]);
        (void)fwrite(line, 1, line_len, stdout);
    }
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
    if (verb == TRUST_LIST || confdir_lock(&lock, e))
        ok = keyring_open(&k, o->dir, o->allow_test_keys, e);
    else
        ok = false;
    if (ok) {
        if (verb == TRUST_ADD)
            ok = trust_add(&k, words[1], words[2], word_count > 3 ? words[3] : NULL, e);
        else if (verb == TRUST_REMOVE)
            ok = trust_remove(&k, words[1], e);
        else
            trust_list(&k);
        keyring_close(&k);
    }
    confdir_close(&lock);
    return ok;
}
