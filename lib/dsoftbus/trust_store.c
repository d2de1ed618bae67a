/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a trust store, from a file or entry by entry, and looks devices up in it. */
#include "dsoftbus/trust_store.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/service_list.h"

#include <string.h>

#define FORMAT  "dsoftbus-trust"
#define VERSION 3

static const struct dsb_format format = {FORMAT, 1, VERSION};

_Static_assert(sizeof DSB_TRUST_HEADER == sizeof(FORMAT " 1\n"), "one name for the format");
_Static_assert(DSB_SERVICE_LIST_MAX == DSB_TRUST_SERVICES_MAX, "the same lists");
_Static_assert(DSB_TRUST_LINE_MAX - 1 <= DSB_TEXT_LINE_MAX, "what is written can be read");

void dsb_trust_store_init(struct dsb_trust_store *store, struct dsb_trust_entry *entries,
                          size_t capacity)
{
    *store = (struct dsb_trust_store){.entries = entries, .capacity = capacity};
}

/* Of the line; store->count when there is none. */
static size_t index_of_id(const struct dsb_trust_store *store, const struct dsb_device_id *id)
{
    size_t i = 0;
    while (i < store->count && !dsb_device_id_equal(&store->entries[i].id, id))
        i++;
    return i;
}

static size_t index_of_key(const struct dsb_trust_store *store, const uint8_t key[DSB_KEY_LEN])
{
    size_t i = 0;
    while (i < store->count && memcmp(store->entries[i].key, key, DSB_KEY_LEN) != 0)
        i++;
    return i;
}

static const struct dsb_trust_entry *line_at(const struct dsb_trust_store *store, size_t i)
{
    return i < store->count ? &store->entries[i] : NULL;
}

const struct dsb_trust_entry *dsb_trust_store_line_of_id(const struct dsb_trust_store *store,
                                                         const struct dsb_device_id *id)
{
    return line_at(store, index_of_id(store, id));
}

const struct dsb_trust_entry *dsb_trust_store_line_of_key(const struct dsb_trust_store *store,
                                                          const uint8_t key[DSB_KEY_LEN])
{
    return line_at(store, index_of_key(store, key));
}

bool dsb_trust_entry_allows(const struct dsb_trust_entry *entry, const void *service,
                            size_t service_len, bool offered_to_all)
{
    if (entry == NULL)
        return false;
    if (entry->services_len == 0)
        return offered_to_all;
    return dsb_service_list_has(entry->services, entry->services_len, service, service_len);
}

enum dsb_text_fault dsb_trust_store_add(struct dsb_trust_store *store,
                                        const struct dsb_identity *own,
                                        const struct dsb_trust_entry *entry)
{
    if (entry->id.len == 0 || entry->id.len > DSB_DEVICE_ID_MAX)
        return DSB_TEXT_BAD_ID;
    if (dsb_device_id_equal(&entry->id, &own->id))
        return DSB_TEXT_OWN_ID;
    if (memcmp(entry->key, own->key.public_key, DSB_KEY_LEN) == 0)
        return DSB_TEXT_OWN_KEY;
    if (index_of_id(store, &entry->id) < store->count)
        return DSB_TEXT_DUPLICATE_ID;
    if (index_of_key(store, entry->key) < store->count)
        return DSB_TEXT_DUPLICATE_KEY;
    enum dsb_text_fault fault = dsb_public_key_fault(entry->key);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    fault = dsb_service_list_fault(entry->services, entry->services_len);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (store->count == store->capacity)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    store->entries[store->count++] = *entry;
    return DSB_TEXT_NO_FAULT;
}

static bool names(const struct dsb_trust_root *root, const struct dsb_device_id *id)
{
    if (!root->is_suffix)
        return dsb_device_id_equal(&root->id, id);
    if (root->id.len == 0)
        return true;
    size_t head_len = (size_t)id->len - root->id.len;
    return id->len > root->id.len + 1u && id->text[head_len - 1] == '.' &&
           memcmp(id->text + head_len, root->id.text, root->id.len) == 0;
}

const struct dsb_trust_root *dsb_trust_store_find_root(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_ROOT_KEY_LEN],
                                                       const struct dsb_device_id *id)
{
    for (size_t i = 0; i < store->root_count; i++)
        if (memcmp(store->roots[i].key, key, DSB_ROOT_KEY_LEN) == 0 && names(&store->roots[i], id))
            return &store->roots[i];
    return NULL;
}

bool dsb_trust_store_covers(const struct dsb_trust_store *store, const struct dsb_device_id *id)
{
    for (size_t i = 0; i < store->root_count; i++)
        if (names(&store->roots[i], id))
            return true;
    return false;
}

bool dsb_trust_store_has_root(const struct dsb_trust_store *store,
                              const uint8_t key[DSB_ROOT_KEY_LEN])
{
    for (size_t i = 0; i < store->root_count; i++)
        if (memcmp(store->roots[i].key, key, DSB_ROOT_KEY_LEN) == 0)
            return true;
    return false;
}

/* Takes the mark off the front of the word. */
static bool take_mark(struct dsb_word *word, const char *mark)
{
    size_t len = strlen(mark);

    if (word->len < len || memcmp(word->text, mark, len) != 0)
        return false;
    *word = (struct dsb_word){word->text + len, word->len - len};
    return true;
}

static enum dsb_text_fault read_services(char services[DSB_TRUST_SERVICES_LEN_MAX],
                                         uint8_t *services_len, const struct dsb_word *word)
{
    if (word->len > DSB_TRUST_SERVICES_LEN_MAX)
        return DSB_TEXT_TOO_MANY_SERVICES;
    if (word->len != 0)
        memcpy(services, word->text, word->len);
    *services_len = (uint8_t)word->len;
    return DSB_TEXT_NO_FAULT;
}

/* An id, `*.` and the end of one, or `*`. */
static enum dsb_text_fault read_pattern(struct dsb_trust_root *root, struct dsb_word word)
{
    bool is_any = dsb_word_is(&word, "*");

    root->is_suffix = is_any || take_mark(&word, "*.");
    if (is_any)
        return DSB_TEXT_NO_FAULT;
    return dsb_device_id_set(&root->id, word.text, word.len) == DSB_OK ? DSB_TEXT_NO_FAULT
                                                                       : DSB_TEXT_BAD_ID;
}

static enum dsb_text_fault read_root(struct dsb_trust_store *store, const struct dsb_line *line,
                                     const struct dsb_word *key)
{
    struct dsb_trust_root root = {.services_len = 0};
    enum dsb_text_fault fault = read_pattern(&root, line->words[0]);

    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (!dsb_hex_decode(root.key, key))
        return DSB_TEXT_BAD_KEY;
    fault = read_services(root.services, &root.services_len, &line->words[2]);
    if (fault == DSB_TEXT_NO_FAULT)
        fault = dsb_service_list_fault(root.services, root.services_len);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (store->roots == NULL)
        return DSB_TEXT_NO_ROOTS;
    if (store->root_count == store->root_capacity)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    store->roots[store->root_count++] = root;
    return DSB_TEXT_NO_FAULT;
}

struct reading {
    struct dsb_trust_store *store;
    const struct dsb_identity *own;
    struct dsb_lines lines;
};

static enum dsb_text_fault take_trust_line(void *ctx, const struct dsb_line *line)
{
    const struct reading *reading = ctx;
    struct dsb_trust_entry entry = {.services_len = 0};
    struct dsb_word key = line->words[1];
    bool has_marks = reading->lines.version > 2;

    if (reading->lines.version == 1 && line->words[2].len != 0)
        return DSB_TEXT_WORD_COUNT;
    if (has_marks && take_mark(&key, "root:"))
        return read_root(reading->store, line, &key);
    entry.is_paired = has_marks && take_mark(&key, "paired:");
    if (dsb_device_id_set(&entry.id, line->words[0].text, line->words[0].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!dsb_hex_decode(entry.key, &key))
        return DSB_TEXT_BAD_KEY;
    enum dsb_text_fault fault = read_services(entry.services, &entry.services_len, &line->words[2]);
    return fault != DSB_TEXT_NO_FAULT ? fault
                                      : dsb_trust_store_add(reading->store, reading->own, &entry);
}

enum dsb_status dsb_trust_store_parse(struct dsb_trust_store *store, const struct dsb_identity *own,
                                      const char *text, size_t text_len,
                                      struct dsb_text_error *error)
{
    struct reading reading = {
        store, own, {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX}};

    store->count = store->root_count = 0;
    error->fault = dsb_lines_read(&reading.lines, &format, take_trust_line, &reading);
    error->line = error->fault == DSB_TEXT_NO_FAULT ? 0 : reading.lines.number;
    if (error->fault != DSB_TEXT_NO_FAULT) {
        store->count = store->root_count = 0;
        return DSB_INVALID;
    }
    return DSB_OK;
}

size_t dsb_trust_entry_format(char out[DSB_TRUST_LINE_MAX], const struct dsb_trust_entry *entry)
{
    size_t len = entry->id.len;

    memcpy(out, entry->id.text, len);
    out[len++] = ' ';
    if (entry->is_paired) {
        memcpy(out + len, "paired:", 7);
        len += 7;
    }
    dsb_hex_encode(out + len, entry->key);
    len += (size_t)2 * DSB_KEY_LEN;
    if (entry->services_len != 0)
        out[len++] = ' ';
    memcpy(out + len, entry->services, entry->services_len);
    len += entry->services_len;
    out[len++] = '\n';
    return len;
}
