/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices this one accepts, and the Noise static key of each: one id, one key, one to one. And
 * which of this device's services each may use.
 *
 * It is the only source of truth about who a peer is. On disk (see text.h for the rules):
 *
 *     dsoftbus-trust 3
 *     # the lab
 *     sensor-7.lab 8f40…64 hexadecimal digits…1c
 *     gateway.lab 51c4…64 hexadecimal digits…9f echo,log
 *     phone.lab paired:77aa…64 hexadecimal digits…02
 *     *.plant-a root:d75a…64 hexadecimal digits…1a log,clock
 *
 * A line with a list of services permits exactly those. A line without permits those that this
 * device offers to every trusted peer. `paired:` says that the line was made by pairing. `root:`
 * says who vouches for ids: for this one, for all that end so, or (`*`) for any; see vouched.h.
 * Files of versions 1 (no list, no mark) and 2 (no mark) are read, too.
 *
 * Loading refuses the device's own id and own key (so a session with oneself cannot be), a second
 * entry for an id or a key, and keys that no device can have for its own (key.h). A file with one
 * wrong line is refused whole.
 */
#ifndef DSOFTBUS_TRUST_STORE_H
#define DSOFTBUS_TRUST_STORE_H

#include "dsoftbus/attestation.h"
#include "dsoftbus/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_TRUST_SERVICES_MAX     16  /* names in a list */
#define DSB_TRUST_SERVICES_LEN_MAX 255 /* bytes of a list, its commas included */

struct dsb_trust_entry {
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN];
    uint8_t services_len;                      /* bytes; 0: no list */
    char services[DSB_TRUST_SERVICES_LEN_MAX]; /* names, a comma between; bytes after it are zero */
    bool is_paired;                            /* made by pairing; for people */
};

/* Who may vouch for devices, by attestations (attestation.h), and for which. */
struct dsb_trust_root {
    uint8_t key[DSB_ROOT_KEY_LEN];
    bool is_suffix;          /* ids that end in '.' and `id`, or any when that is empty */
    struct dsb_device_id id; /* else this one */
    uint8_t services_len;
    char services[DSB_TRUST_SERVICES_LEN_MAX];
};

struct dsb_vouched;

/* entries is the caller's array. An all-zero store is a valid empty one: it trusts nobody. */
struct dsb_trust_store {
    struct dsb_trust_entry *entries;
    size_t count;
    size_t capacity;              /* items that entries has room for */
    struct dsb_trust_root *roots; /* NULL: a file that names one is refused */
    size_t root_count;
    size_t root_capacity;
    struct dsb_vouched *vouched; /* what roots have said (vouched.h); NULL: nothing is heard */
};

/* An empty store over the caller's array, which must outlive it. Who takes roots sets `roots`,
 * `root_capacity` and `vouched` behind it. */
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

/* The entry for an id or for a public key; NULL when there is none: a line's, or else one that a
 * root of the store vouches for, until the next dsb_vouched_ call. Compares public data only. */
const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *store,
                                                      const struct dsb_device_id *id);
const struct dsb_trust_entry *dsb_trust_store_find_key(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_KEY_LEN]);

/* Of these, the store's lines alone. */
const struct dsb_trust_entry *dsb_trust_store_line_of_id(const struct dsb_trust_store *store,
                                                         const struct dsb_device_id *id);
const struct dsb_trust_entry *dsb_trust_store_line_of_key(const struct dsb_trust_store *store,
                                                          const uint8_t key[DSB_KEY_LEN]);

/* Does the store have this id with this key? */
bool dsb_trust_store_has(const struct dsb_trust_store *store, const struct dsb_device_id *id,
                         const uint8_t key[DSB_KEY_LEN]);

/*
 * May this peer use this service of ours? offered_to_all: the publisher offers it to every trusted
 * peer, which is what a line without a list permits. False for NULL: who has no entry may nothing.
 */
bool dsb_trust_entry_allows(const struct dsb_trust_entry *entry, const void *service,
                            size_t service_len, bool offered_to_all);

/* The root of this key that may vouch for the id; NULL: none may. */
const struct dsb_trust_root *dsb_trust_store_find_root(const struct dsb_trust_store *store,
                                                       const uint8_t key[DSB_ROOT_KEY_LEN],
                                                       const struct dsb_device_id *id);
/* May any root of the store vouch for the id? */
bool dsb_trust_store_covers(const struct dsb_trust_store *store, const struct dsb_device_id *id);
/* Is this key of any root? */
bool dsb_trust_store_has_root(const struct dsb_trust_store *store,
                              const uint8_t key[DSB_ROOT_KEY_LEN]);

/* The first line of a trust store file, with its line feed. */
#define DSB_TRUST_HEADER "dsoftbus-trust 3\n"

/* Large enough for any line that dsb_trust_entry_format writes. */
#define DSB_TRUST_LINE_MAX                                                                         \
    (DSB_DEVICE_ID_MAX + 1 + 7 + 2 * DSB_KEY_LEN + 1 + DSB_TRUST_SERVICES_LEN_MAX + 1)

/* Writes the entry's line, with its line feed, to out; returns its length in bytes. */
size_t dsb_trust_entry_format(char out[DSB_TRUST_LINE_MAX], const struct dsb_trust_entry *entry);

#ifdef __cplusplus
}
#endif

#endif
