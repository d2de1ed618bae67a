/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices this one accepts, and the Noise static key of each: one id, one key, one to one.
 *
 * It is the only source of truth about who a peer is. On disk (see text.h for the rules):
 *
 *     dsoftbus-trust 1
 *     # the lab
 *     sensor-7.lab 8f40…64 hexadecimal digits…1c
 *
 * Loading refuses the device's own id and own key (so a session with oneself cannot be), a second
 * entry for an id or a key, and keys that no device can have for its own (key.h). A file with one
 * wrong line is refused whole.
 */
#ifndef DSOFTBUS_TRUST_STORE_H
#define DSOFTBUS_TRUST_STORE_H

#include "dsoftbus/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dsb_trust_entry {
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN];
};

/* entries is the caller's array. An all-zero store is a valid empty one: it trusts nobody. */
struct dsb_trust_store {
    struct dsb_trust_entry *entries;
    size_t count;
    size_t capacity; /* items that entries has room for */
};

/* An empty store over the caller's array, which must outlive it. */
void dsb_trust_store_init(struct dsb_trust_store *store, struct dsb_trust_entry *entries,
                          size_t capacity);

/*
 * Reads a trust store file for the device `own`, in place of what store held. On a fault returns
 * DSB_INVALID, says in *error which line and what, and leaves store empty.
 * Takes time quadratic in the number of entries.
 */
DSB_MUST_CHECK enum dsb_status dsb_trust_store_parse(struct dsb_trust_store *store,
                                                     const struct dsb_identity *own,
                                                     const char *text, size_t text_len,
                                                     struct dsb_text_error *error);

/* One entry under the same rules as a line of the file; DSB_TEXT_NO_FAULT when it was added. */
DSB_MUST_CHECK enum dsb_text_fault dsb_trust_store_add(struct dsb_trust_store *store,
                                                       const struct dsb_identity *own,
                                                       const struct dsb_trust_entry *entry);

/* The entry for an id or for a public key; NULL when there is none. Compares public data only. */
const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id);
const struct dsb_trust_entry *dsb_trust_store_find_key(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_KEY_LEN]);

/* Does the store have this id with this key? */
bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN]);

/* The first line of a trust store file, with its line feed. */
#define DSB_TRUST_HEADER "dsoftbus-trust 1\n"

/* Large enough for any line that dsb_trust_entry_format writes. */
#define DSB_TRUST_LINE_MAX (DSB_DEVICE_ID_MAX + 1 + 2 * DSB_KEY_LEN + 1)

/* Writes the entry's line, with its line feed, to out; returns its length in bytes. */
size_t dsb_trust_entry_format(char out[DSB_TRUST_LINE_MAX], const struct dsb_trust_entry *entry);

#ifdef __cplusplus
}
#endif

#endif
