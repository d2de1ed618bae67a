/* SPDX-License-Identifier: Apache-2.0 */
/* Trust store files: what is read is one to one, without ourselves, and is written back readably.
 */
#include "dsoftbus/stream_record.h"
#include "dsoftbus/trust_store.h"
#include "fuzz.h"

#include <string.h>

#define ENTRIES_MAX 16

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsb_identity_file file = {.id = {2, "me"}, .private_key = {0x42}};
    struct dsb_identity own;
    struct dsb_trust_entry entries[ENTRIES_MAX], entries_again[ENTRIES_MAX];
    struct dsb_trust_store store, again;
    struct dsb_text_error error;
    char text[sizeof DSB_TRUST_HEADER + ENTRIES_MAX * DSB_TRUST_LINE_MAX] = DSB_TRUST_HEADER;
    size_t len = sizeof DSB_TRUST_HEADER - 1;

    CHECK(dsb_identity_init(&own, &file) == DSB_OK);
    dsb_trust_store_init(&store, entries, ENTRIES_MAX);
    dsb_trust_store_init(&again, entries_again, ENTRIES_MAX);
    if (dsb_trust_store_parse(&store, &own, (const char *)data, size, &error) != DSB_OK) {
        CHECK(error.fault != DSB_TEXT_NO_FAULT && store.count == 0);
        return 0;
    }
    check_store(&store, &own);
    for (size_t i = 0; i < store.count; i++)
        len += dsb_trust_entry_format(text + len, &entries[i]);
    CHECK(dsb_trust_store_parse(&again, &own, text, len, &error) == DSB_OK);
    CHECK(again.count == store.count);
    CHECK(memcmp(entries, entries_again, store.count * sizeof entries[0]) == 0);
    return 0;
}
