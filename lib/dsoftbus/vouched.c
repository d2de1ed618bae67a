/* SPDX-License-Identifier: Apache-2.0 */
/* One row for each id that a root has spoken of, with its key or without. */
#include "dsoftbus/vouched.h"

#include "dsoftbus/service_list.h"

#include <string.h>

/* Names nothing, and is not empty: an empty list would be none. */
#define NO_SERVICE ","

static struct dsb_vouched_row *find_row(const struct dsb_trust_store *store,
                                        const uint8_t root[DSB_ROOT_KEY_LEN],
                                        const struct dsb_device_id *id)
{
    struct dsb_vouched *vouched = store->vouched;

    for (size_t i = 0; i < vouched->count; i++)
        if (dsb_device_id_equal(&vouched->rows[i].entry.id, id) &&
            memcmp(vouched->rows[i].root, root, DSB_ROOT_KEY_LEN) == 0)
            return &vouched->rows[i];
    return NULL;
}

/* NULL: there is no room. */
static struct dsb_vouched_row *add_row(const struct dsb_trust_store *store,
                                       const uint8_t root[DSB_ROOT_KEY_LEN],
                                       const struct dsb_device_id *id)
{
    struct dsb_vouched *vouched = store->vouched;

    if (vouched->count == vouched->capacity)
        return NULL;
    struct dsb_vouched_row *row = &vouched->rows[vouched->count++];
    *row = (struct dsb_vouched_row){.entry.id = *id};
    memcpy(row->root, root, DSB_ROOT_KEY_LEN);
    return row;
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
    const char *name = row->services, *end = row->services + row->services_len;

    memset(entry->services, 0, sizeof entry->services);
    entry->services_len = row->services_len == 0 ? root->services_len : 0;
    if (row->services_len == 0)
        memcpy(entry->services, root->services, root->services_len);
    for (size_t len; name < end; name += len + 1) {
        const char *comma = memchr(name, ',', (size_t)(end - name));
        len = (size_t)((comma != NULL ? comma : end) - name);
        if (root->services_len == 0 ||
            dsb_service_list_has(root->services, root->services_len, name, len))
            add_name(entry, name, len);
    }
    if (row->services_len != 0 && entry->services_len == 0)
        add_name(entry, NO_SERVICE, sizeof NO_SERVICE - 1);
}

/* The row's device, as long as its root may vouch for it. */
static const struct dsb_trust_entry *entry_of(const struct dsb_trust_store *store,
                                              struct dsb_vouched_row *row)
{
    const struct dsb_trust_root *root = dsb_trust_store_find_root(store, row->root, &row->entry.id);

    if (root == NULL || row->serial == 0 || row->serial < row->first_good)
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

const struct dsb_trust_entry *dsb_vouched_find_key(const struct dsb_trust_store *store,
                                                   const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *entry = NULL;

    for (size_t i = 0; store->vouched != NULL && entry == NULL && i < store->vouched->count; i++)
        if (memcmp(store->vouched->rows[i].entry.key, key, DSB_KEY_LEN) == 0)
            entry = entry_of(store, &store->vouched->rows[i]);
    /* A line, or another root, may have the id by another key. */
    return entry != NULL && dsb_trust_store_find_id(store, &entry->id) == entry ? entry : NULL;
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
    *row = find_row(store, attestation->root, id);
    if (*row != NULL && attestation->serial < (*row)->first_good)
        return DSB_VOUCHED_REVOKED;
    if (*row != NULL && (attestation->serial < (*row)->serial ||
                         (attestation->serial == (*row)->serial &&
                          memcmp((*row)->entry.key, key, DSB_KEY_LEN) != 0)))
        return DSB_VOUCHED_OLD_SERIAL;
    return DSB_VOUCHED_OK;
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
    if (!dsb_attestation_verify(attestation, id, key))
        return DSB_VOUCHED_BAD_SIGNATURE;
    if (dsb_public_key_fault(key) != DSB_TEXT_NO_FAULT)
        return DSB_VOUCHED_BAD_KEY;
    if (row == NULL)
        row = add_row(store, attestation->root, id);
    if (row == NULL)
        return DSB_VOUCHED_FULL;
    row->serial = attestation->serial;
    row->services_len = attestation->services_len;
    memcpy(row->services, attestation->services, sizeof row->services);
    memcpy(row->entry.key, key, DSB_KEY_LEN);
    return DSB_VOUCHED_OK;
}

enum dsb_vouched_result dsb_vouched_revoke(const struct dsb_trust_store *store,
                                           const uint8_t root[DSB_ROOT_KEY_LEN],
                                           const struct dsb_device_id *id, uint64_t first_good)
{
    if (store->vouched == NULL || !dsb_trust_store_has_root(store, root))
        return DSB_VOUCHED_UNKNOWN_ROOT;
    struct dsb_vouched_row *row = find_row(store, root, id);
    if (row == NULL)
        row = add_row(store, root, id);
    if (row == NULL)
        return DSB_VOUCHED_FULL;
    if (row->first_good < first_good)
        row->first_good = first_good;
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
    };

    return (size_t)result < sizeof names / sizeof names[0] ? names[result] : "unknown";
}
