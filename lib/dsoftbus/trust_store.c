/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a trust store, from a file or entry by entry, and looks devices up in it. */
#include "dsoftbus/trust_store.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/stream_record.h"

#include <string.h>

#define FORMAT  "dsoftbus-trust"
#define VERSION 2

_Static_assert(sizeof DSB_TRUST_HEADER == sizeof(FORMAT " 1\n"), "one name for the format");
_Static_assert(DSB_TRUST_LINE_MAX - 1 <= DSB_TEXT_LINE_MAX, "what is written can be read");

void dsb_trust_store_init(struct dsb_trust_store *store, struct dsb_trust_entry *entries,
                          size_t capacity)
{
    store->entries = entries;
    store->count = 0;
    store->capacity = capacity;
}

const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id)
{
    for (size_t i = 0; i < store->count; i++)
        if (dsb_device_id_equal(&store->entries[i].id, id))
            return &store->entries[i];
    return NULL;
}

const struct dsb_trust_entry *dsb_trust_store_find_key(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_KEY_LEN])
{
    for (size_t i = 0; i < store->count; i++)
        if (memcmp(store->entries[i].key, key, DSB_KEY_LEN) == 0)
            return &store->entries[i];
    return NULL;
}

bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(store, id);

    return entry != NULL && memcmp(entry->key, key, DSB_KEY_LEN) == 0;
}

/* Takes the next name off the list that *rest is what is left of. False: there is none. */
static bool next_service(struct dsb_word *rest, struct dsb_word *name)
{
    if (rest->text == NULL)
        return false;
    const char *comma = memchr(rest->text, ',', rest->len);
    *name = (struct dsb_word){rest->text, comma == NULL ? rest->len : (size_t)(comma - rest->text)};
    *rest = comma == NULL ? (struct dsb_word){NULL, 0}
                          : (struct dsb_word){comma + 1, rest->len - name->len - 1};
    return true;
}

static bool has_service(struct dsb_word list, const void *service, size_t service_len)
{
    struct dsb_word name;

    while (next_service(&list, &name))
        if (name.len == service_len && memcmp(name.text, service, service_len) == 0)
            return true;
    return false;
}

static enum dsb_text_fault services_fault(const struct dsb_trust_entry *entry)
{
    struct dsb_word rest = {entry->services, entry->services_len};
    struct dsb_word name;

    if (entry->services_len == 0)
        return DSB_TEXT_NO_FAULT;
    for (unsigned count = 1; next_service(&rest, &name); count++) {
        if (!dsb_service_name_is_valid(name.text, name.len))
            return DSB_TEXT_BAD_SERVICE;
        if (has_service(rest, name.text, name.len))
            return DSB_TEXT_DUPLICATE_SERVICE;
        if (count > DSB_TRUST_SERVICES_MAX)
            return DSB_TEXT_TOO_MANY_SERVICES;
    }
    return DSB_TEXT_NO_FAULT;
}

bool dsb_trust_entry_allows(const struct dsb_trust_entry *entry, const void *service,
                            size_t service_len, bool offered_to_all)
{
    if (entry == NULL)
        return false;
    if (entry->services_len == 0)
        return offered_to_all;
    return has_service((struct dsb_word){entry->services, entry->services_len}, service,
                       service_len);
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
    if (dsb_trust_store_find_id(store, &entry->id) != NULL)
        return DSB_TEXT_DUPLICATE_ID;
    if (dsb_trust_store_find_key(store, entry->key) != NULL)
        return DSB_TEXT_DUPLICATE_KEY;
    enum dsb_text_fault fault = dsb_public_key_fault(entry->key);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    fault = services_fault(entry);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (store->count == store->capacity)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    store->entries[store->count++] = *entry;
    return DSB_TEXT_NO_FAULT;
}

static enum dsb_text_fault read_entry(struct dsb_trust_store *store, const struct dsb_identity *own,
                                      const struct dsb_line *line)
{
    struct dsb_trust_entry entry = {.services_len = 0};
    const struct dsb_word *services = &line->words[2];

    if (dsb_device_id_set(&entry.id, line->words[0].text, line->words[0].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!dsb_hex_decode(entry.key, &line->words[1]))
        return DSB_TEXT_BAD_KEY;
    if (services->len > DSB_TRUST_SERVICES_LEN_MAX)
        return DSB_TEXT_TOO_MANY_SERVICES;
    if (services->len != 0)
        memcpy(entry.services, services->text, services->len);
    entry.services_len = (uint8_t)services->len;
    return dsb_trust_store_add(store, own, &entry);
}

/* The version says how many words a line may have. */
static enum dsb_text_fault read_header(struct dsb_lines *lines, const struct dsb_line *line)
{
    unsigned version = 0;
    enum dsb_text_fault fault = dsb_line_check_header(line, FORMAT, VERSION, &version);

    lines->words_max = version == 1 ? DSB_WORDS_MIN : DSB_WORDS_MAX;
    return fault;
}

static enum dsb_text_fault read_file(struct dsb_trust_store *store, const struct dsb_identity *own,
                                     struct dsb_lines *lines)
{
    struct dsb_line line;
    bool header = false;
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;

    while (fault == DSB_TEXT_NO_FAULT) {
        switch (dsb_lines_next(lines, &line)) {
        case DSB_LINE_END:
            return header ? DSB_TEXT_NO_FAULT : DSB_TEXT_NO_HEADER;
        case DSB_LINE_COMMENT:
            break;
        case DSB_LINE_WORDS:
            fault = header ? read_entry(store, own, &line) : read_header(lines, &line);
            header = true;
            break;
        case DSB_LINE_FAULT:
            fault = line.fault;
            break;
        }
    }
    return fault;
}

enum dsb_status dsb_trust_store_parse(struct dsb_trust_store *store, const struct dsb_identity *own,
                                      const char *text, size_t text_len,
                                      struct dsb_text_error *error)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};

    store->count = 0;
    error->fault = read_file(store, own, &lines);
    error->line = error->fault == DSB_TEXT_NO_FAULT ? 0 : lines.number;
    if (error->fault != DSB_TEXT_NO_FAULT) {
        store->count = 0;
        return DSB_INVALID;
    }
    return DSB_OK;
}

size_t dsb_trust_entry_format(char out[DSB_TRUST_LINE_MAX], const struct dsb_trust_entry *entry)
{
    size_t len = entry->id.len;

    memcpy(out, entry->id.text, len);
    out[len++] = ' ';
    dsb_hex_encode(out + len, entry->key);
    len += (size_t)2 * DSB_KEY_LEN;
    if (entry->services_len != 0)
        out[len++] = ' ';
    memcpy(out + len, entry->services, entry->services_len);
    len += entry->services_len;
    out[len++] = '\n';
    return len;
}
