/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust store files: what is read is one to one, without ourselves, and is written back readably,
 * whose roots and marks too. Who takes no roots takes the same files but those that name one.
 */
#include "dsoftbus/lines.h"
#include "dsoftbus/stream_record.h"
#include "dsoftbus/trust_store.h"
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#define ENTRIES_MAX 16
#define ROOTS_MAX   4
#define LINES_MAX   (ENTRIES_MAX + ROOTS_MAX)

/* A list permits its own names and no other; without one it is for the publisher to say. */
static void check_services(const struct dsb_trust_entry *entry)
{
    unsigned names = entry->services_len != 0;

    for (size_t first = 0, at = 0; at <= entry->services_len && names != 0; at++) {
        if (at < entry->services_len && entry->services[at] != ',')
            continue;
        CHECK(at > first && dsb_service_name_is_valid(entry->services + first, at - first));
        CHECK(dsb_trust_entry_allows(entry, entry->services + first, at - first, false));
        names += at < entry->services_len;
        first = at + 1;
    }
    CHECK(names <= DSB_TRUST_SERVICES_MAX);
    CHECK(dsb_trust_entry_allows(entry, "NONE", 4, true) == (names == 0));
    CHECK(!dsb_trust_entry_allows(entry, "NONE", 4, false));
}

/* A root's line, as a person would write it. */
static size_t write_root(char out[DSB_TRUST_LINE_MAX], const struct dsb_trust_root *root)
{
    char digits[2 * DSB_ROOT_KEY_LEN];
    const char *pattern = !root->is_suffix ? "" : root->id.len == 0 ? "*" : "*.";

    dsb_hex_encode(digits, root->key);
    return (size_t)snprintf(out, DSB_TRUST_LINE_MAX, "%s%.*s root:%.64s%s%.*s\n", pattern,
                            root->id.len, root->id.text, digits, root->services_len == 0 ? "" : " ",
                            root->services_len, root->services);
}

/* It may speak for the ids that its pattern says, and its list is one as in a device's line. */
static void check_root(const struct dsb_trust_store *store, const struct dsb_trust_root *root)
{
    struct dsb_trust_entry entry = {.services_len = root->services_len};
    struct dsb_device_id id = root->id;

    memcpy(entry.services, root->services, sizeof entry.services);
    check_services(&entry);
    CHECK(dsb_trust_store_has_root(store, root->key));
    if (root->is_suffix && root->id.len + 2 <= DSB_DEVICE_ID_MAX) {
        const char *end = root->id.len == 0 ? "0" : root->id.text;

        id.len = root->id.len == 0 ? 3 : (uint8_t)(root->id.len + 2);
        memcpy(id.text, "0.", 2);
        memcpy(id.text + 2, end, (size_t)id.len - 2);
    }
    if (!root->is_suffix || id.len != root->id.len)
        CHECK(dsb_trust_store_find_root(store, root->key, &id) != NULL);
}

static void check_store(const struct dsb_trust_store *store, const struct dsb_identity *own)
{
    for (size_t i = 0; i < store->count; i++) {
        const struct dsb_trust_entry *entry = &store->entries[i];

        CHECK(dsb_trust_store_find_id(store, &entry->id) == entry);
        CHECK(dsb_trust_store_find_key(store, entry->key) == entry);
        CHECK(!dsb_device_id_equal(&entry->id, &own->id));
        CHECK(memcmp(entry->key, own->key.public_key, DSB_KEY_LEN) != 0);
        check_services(entry);
    }
}

static bool has_text(const char *data, size_t size, const char *text)
{
    for (size_t at = 0; at + strlen(text) <= size; at++)
        if (memcmp(data + at, text, strlen(text)) == 0)
            return true;
    return false;
}

/* Only a file of version 3 has marks, and only a star makes a pattern. */
static void check_marks(const struct dsb_trust_store *store, const char *data, size_t size)
{
    bool has_marks = has_text(data, size, "dsoftbus-trust 3\n");

    for (size_t i = 0; i < store->count; i++)
        CHECK(!store->entries[i].is_paired || (has_marks && has_text(data, size, " paired:")));
    for (size_t i = 0; i < store->root_count; i++)
        CHECK(has_marks && (!store->roots[i].is_suffix || has_text(data, size, "*")));
}

/* As lines, the roots' behind the others: the same store. */
static void check_written(const struct dsb_trust_store *store, const struct dsb_identity *own)
{
    static struct dsb_trust_entry entries[ENTRIES_MAX];
    static struct dsb_trust_root roots[ROOTS_MAX];
    static char text[sizeof DSB_TRUST_HEADER + LINES_MAX * DSB_TRUST_LINE_MAX] = DSB_TRUST_HEADER;
    struct dsb_trust_store again;
    struct dsb_text_error error;
    size_t len = sizeof DSB_TRUST_HEADER - 1;

    for (size_t i = 0; i < store->count; i++)
        len += dsb_trust_entry_format(text + len, &store->entries[i]);
    dsb_trust_store_init(&again, entries, ENTRIES_MAX);
    CHECK(dsb_trust_store_parse(&again, own, text, len, &error) == DSB_OK);
    for (size_t i = 0; i < store->root_count; i++)
        len += write_root(text + len, &store->roots[i]);
    again.roots = roots;
    again.root_capacity = ROOTS_MAX;
    CHECK(dsb_trust_store_parse(&again, own, text, len, &error) == DSB_OK);
    CHECK(again.count == store->count && again.root_count == store->root_count);
    CHECK(memcmp(entries, store->entries, store->count * sizeof entries[0]) == 0);
    CHECK(memcmp(roots, store->roots, store->root_count * sizeof roots[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dsb_trust_entry entries[ENTRIES_MAX];
    static struct dsb_trust_root roots[ROOTS_MAX];
    struct dsb_identity_file file = {.id = {2, "me"}, .private_key = {0x42}};
    struct dsb_identity own;
    struct dsb_trust_store store;
    struct dsb_text_error error;

    CHECK(dsb_identity_init(&own, &file) == DSB_OK);
    dsb_trust_store_init(&store, entries, ENTRIES_MAX);
    bool is_good = dsb_trust_store_parse(&store, &own, (const char *)data, size, &error) == DSB_OK;
    CHECK(is_good == (error.fault == DSB_TEXT_NO_FAULT));
    bool names_root = error.fault == DSB_TEXT_NO_ROOTS;
    store.roots = roots;
    store.root_capacity = ROOTS_MAX;
    if (dsb_trust_store_parse(&store, &own, (const char *)data, size, &error) != DSB_OK) {
        CHECK(error.fault != DSB_TEXT_NO_FAULT && store.count == 0 && store.root_count == 0);
        CHECK(!is_good);
        return 0;
    }
    CHECK(is_good == (store.root_count == 0) && names_root == !is_good);
    check_store(&store, &own);
    check_marks(&store, (const char *)data, size);
    for (size_t i = 0; i < store.root_count; i++)
        check_root(&store, &roots[i]);
    check_written(&store, &own);
    return 0;
}
