/* SPDX-License-Identifier: Apache-2.0 */
/* One row for each device of a root, one list for each root. */
#include "dsoftbus/vouched.h"

#include "dsoftbus/service_list.h"

#include <string.h>

/* Names nothing, and is not empty: an empty list would be none. */
#define NO_SERVICE ","

static bool is_of_root(const uint8_t key[DSB_ROOT_KEY_LEN], const uint8_t root[DSB_ROOT_KEY_LEN])
{
    return memcmp(key, root, DSB_ROOT_KEY_LEN) == 0;
}

static struct dsb_vouched_row *find_row(const struct dsb_trust_store *store,
                                        const uint8_t root[DSB_ROOT_KEY_LEN],
                                        const struct dsb_device_id *id)
{
    struct dsb_vouched *vouched = store->vouched;

    for (size_t i = 0; i < vouched->count; i++)
        if (dsb_device_id_equal(&vouched->rows[i].entry.id, id) &&
            is_of_root(vouched->rows[i].word.root, root))
            return &vouched->rows[i];
    return NULL;
}

/* A new one, or one that nobody vouches for any more; NULL: there is no room. */
static struct dsb_vouched_row *free_row(const struct dsb_trust_store *store)
{
    struct dsb_vouched *vouched = store->vouched;

    if (vouched->count < vouched->capacity)
        return &vouched->rows[vouched->count++];
    for (size_t i = 0; i < vouched->count; i++) {
        struct dsb_vouched_row *row = &vouched->rows[i];
        if (dsb_trust_store_find_root(store, row->word.root, &row->entry.id) == NULL)
            return row;
    }
    return NULL;
}

static struct dsb_vouched_list *find_list(const struct dsb_vouched *vouched,
                                          const uint8_t root[DSB_ROOT_KEY_LEN])
{
    for (size_t i = 0; i < vouched->list_count; i++)
        if (is_of_root(vouched->lists[i].list.root, root))
            return &vouched->lists[i];
    return NULL;
}

uint64_t dsb_vouched_list_serial(const struct dsb_vouched *vouched,
                                 const uint8_t root[DSB_ROOT_KEY_LEN])
{
    const struct dsb_vouched_list *list = find_list(vouched, root);
    return list != NULL ? list->list.serial : 0;
}

/* As free_row(). */
static struct dsb_vouched_list *free_list(const struct dsb_trust_store *store)
{
    struct dsb_vouched *vouched = store->vouched;

    if (vouched->list_count < vouched->list_capacity)
        return &vouched->lists[vouched->list_count++];
    for (size_t i = 0; i < vouched->list_count; i++)
        if (!dsb_trust_store_has_root(store, vouched->lists[i].list.root))
            return &vouched->lists[i];
    return NULL;
}

static bool is_revoked(const struct dsb_vouched *vouched, const struct dsb_attestation *word,
                       const struct dsb_device_id *id)
{
    uint64_t serial = word->serial; /* first: clang's analyser then knows that there is a word */
    const struct dsb_vouched_list *list = find_list(vouched, word->root);
    return list != NULL && serial < dsb_revocations_first_good(&list->list, id);
}

/* --- what is found ---------------------------------------------------------------------------- */

static void add_name(struct dsb_trust_entry *entry, const char *name, size_t name_len)
{
    if (entry->services_len != 0)
        entry->services[entry->services_len++] = ',';
    memcpy(entry->services + entry->services_len, name, name_len);
    entry->services_len += (uint8_t)name_len;
}

/* Those of the attestation's list that the root's line has, too; where only one has a list, it. */
static void set_services(struct dsb_vouched_row *row, const struct dsb_trust_root *root)
{
    struct dsb_trust_entry *entry = &row->entry;
    const struct dsb_attestation *word = &row->word;
    const char *name = word->services, *end = word->services + word->services_len;

    memset(entry->services, 0, sizeof entry->services);
    entry->services_len = word->services_len == 0 ? root->services_len : 0;
    if (word->services_len == 0)
        memcpy(entry->services, root->services, root->services_len);
    for (size_t len; name < end; name += len + 1) {
        const char *comma = memchr(name, ',', (size_t)(end - name));
        len = (size_t)((comma != NULL ? comma : end) - name);
        if (root->services_len == 0 ||
            dsb_service_list_has(root->services, root->services_len, name, len))
            add_name(entry, name, len);
    }
    if (word->services_len != 0 && entry->services_len == 0)
        add_name(entry, NO_SERVICE, sizeof NO_SERVICE - 1);
}

/* The row's device, as long as its root may vouch for it. */
static const struct dsb_trust_entry *entry_of(const struct dsb_trust_store *store,
                                              struct dsb_vouched_row *row)
{
    const struct dsb_trust_root *root =
        dsb_trust_store_find_root(store, row->word.root, &row->entry.id);

    if (root == NULL || is_revoked(store->vouched, &row->word, &row->entry.id))
        return NULL;
    set_services(row, root);
    return &row->entry;
}

const struct dsb_trust_entry *dsb_vouched_find_id(const struct dsb_trust_store *store,
                                                  const struct dsb_device_id *id)
{
    const struct dsb_trust_entry *entry = NULL;

    for (size_t i = 0; store->vouched != NULL && entry == NULL && i < store->vouched->count; i++)
        if (dsb_device_id_equal(&store->vouched->rows[i].entry.id, id))
            entry = entry_of(store, &store->vouched->rows[i]);
    return entry;
}

/* NULL, too, when a line, or another root, has the id by another key. */
static const struct dsb_trust_entry *entry_of_key(const struct dsb_trust_store *store,
                                                  struct dsb_vouched_row *row)
{
    const struct dsb_trust_entry *entry = entry_of(store, row);

    return entry != NULL && dsb_trust_store_find_id(store, &entry->id) == entry ? entry : NULL;
}

const struct dsb_trust_entry *dsb_vouched_find_key(const struct dsb_trust_store *store,
                                                   const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *entry = NULL;

    for (size_t i = 0; store->vouched != NULL && entry == NULL && i < store->vouched->count; i++)
        if (memcmp(store->vouched->rows[i].entry.key, key, DSB_KEY_LEN) == 0)
            entry = entry_of_key(store, &store->vouched->rows[i]);
    return entry;
}

/* --- what is heard ---------------------------------------------------------------------------- */

static bool is_pinned(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                      const uint8_t key[DSB_KEY_LEN])
{
    return dsb_trust_store_line_of_id(store, id) != NULL ||
           dsb_trust_store_line_of_key(store, key) != NULL;
}

/* Of another device that a root vouches for. */
static bool is_anothers(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                        const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *entry = dsb_vouched_find_key(store, key);
    return entry != NULL && !dsb_device_id_equal(&entry->id, id);
}

/* What can be told without the signature; *row is the id's, NULL when it has none. */
static enum dsb_vouched_result judge(const struct dsb_trust_store *store,
                                     const struct dsb_identity *own, const struct dsb_device_id *id,
                                     const uint8_t key[DSB_KEY_LEN],
                                     const struct dsb_attestation *attestation,
                                     struct dsb_vouched_row **row)
{
    if (store->vouched == NULL || dsb_trust_store_find_root(store, attestation->root, id) == NULL)
        return DSB_VOUCHED_UNKNOWN_ROOT;
    if (is_pinned(store, id, key))
        return DSB_VOUCHED_PINNED;
    if (dsb_device_id_equal(id, &own->id) || memcmp(key, own->key.public_key, DSB_KEY_LEN) == 0 ||
        is_anothers(store, id, key))
        return DSB_VOUCHED_BAD_KEY;
    if (is_revoked(store->vouched, attestation, id))
        return DSB_VOUCHED_REVOKED;
    *row = find_row(store, attestation->root, id);
    if (*row != NULL && (attestation->serial < (*row)->word.serial ||
                         (attestation->serial == (*row)->word.serial &&
                          memcmp((*row)->entry.key, key, DSB_KEY_LEN) != 0)))
        return DSB_VOUCHED_OLD_SERIAL;
    return DSB_VOUCHED_OK;
}

/* What was verified once is good again. */
static bool is_same(const struct dsb_vouched_row *row, const uint8_t key[DSB_KEY_LEN],
                    const struct dsb_attestation *attestation)
{
    const struct dsb_attestation *word = &row->word;

    return memcmp(row->entry.key, key, DSB_KEY_LEN) == 0 && word->serial == attestation->serial &&
           word->services_len == attestation->services_len &&
           memcmp(word->services, attestation->services, sizeof word->services) == 0 &&
           memcmp(word->signature, attestation->signature, DSB_SIGNATURE_LEN) == 0;
}

enum dsb_vouched_result dsb_vouched_judge(const struct dsb_trust_store *store,
                                          const struct dsb_identity *own,
                                          const struct dsb_device_id *id,
                                          const uint8_t key[DSB_KEY_LEN],
                                          const struct dsb_attestation *attestation)
{
    struct dsb_vouched_row *row = NULL;

    return judge(store, own, id, key, attestation, &row);
}

enum dsb_vouched_result dsb_vouched_take(const struct dsb_trust_store *store,
                                         const struct dsb_identity *own,
                                         const struct dsb_device_id *id,
                                         const uint8_t key[DSB_KEY_LEN],
                                         const struct dsb_attestation *attestation)
{
    struct dsb_vouched_row *row = NULL;
    enum dsb_vouched_result result = judge(store, own, id, key, attestation, &row);

    if (result != DSB_VOUCHED_OK)
        return result;
    if (row != NULL && is_same(row, key, attestation))
        return DSB_VOUCHED_OK;
    if (!dsb_attestation_verify(attestation, id, key))
        return DSB_VOUCHED_BAD_SIGNATURE;
    if (dsb_public_key_fault(key) != DSB_TEXT_NO_FAULT)
        return DSB_VOUCHED_BAD_KEY;
    if (row == NULL)
        row = free_row(store);
    if (row == NULL)
        return DSB_VOUCHED_FULL;
    *row = (struct dsb_vouched_row){.word = *attestation, .entry.id = *id, .is_new = true};
    memcpy(row->entry.key, key, DSB_KEY_LEN);
    store->vouched->change_count++;
    return DSB_VOUCHED_OK;
}

enum dsb_vouched_result dsb_vouched_take_list(const struct dsb_trust_store *store,
                                              const struct dsb_revocations *list)
{
    struct dsb_vouched *vouched = store->vouched;

    if (vouched == NULL || !dsb_trust_store_has_root(store, list->root))
        return DSB_VOUCHED_UNKNOWN_ROOT;
    struct dsb_vouched_list *known = find_list(vouched, list->root);
    if (known != NULL && list->serial <= known->list.serial)
        return DSB_VOUCHED_OLD_SERIAL;
    if (!dsb_revocations_verify(list, vouched->scratch))
        return DSB_VOUCHED_BAD_SIGNATURE;
    if (known == NULL)
        known = free_list(store);
    if (known == NULL)
        return DSB_VOUCHED_FULL;
    known->list = *list;
    known->is_new = true;
    vouched->change_count++;
    return DSB_VOUCHED_OK;
}

const char *dsb_vouched_result_name(enum dsb_vouched_result result)
{
    static const char *const names[] = {
        [DSB_VOUCHED_OK] = "ok",
        [DSB_VOUCHED_UNKNOWN_ROOT] = "unknown-root",
        [DSB_VOUCHED_PINNED] = "pinned",
        [DSB_VOUCHED_BAD_KEY] = "bad-key",
        [DSB_VOUCHED_OLD_SERIAL] = "old-serial",
        [DSB_VOUCHED_REVOKED] = "revoked",
        [DSB_VOUCHED_BAD_SIGNATURE] = "bad-signature",
        [DSB_VOUCHED_FULL] = "full",
        [DSB_VOUCHED_RATE] = "rate",
    };

    return (size_t)result < sizeof names / sizeof names[0] ? names[result] : "unknown";
}
