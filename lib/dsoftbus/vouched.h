/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the roots of a trust store have said of devices (RFC-0010): for each id the attestation with
 * the highest serial, and each root's last list of revocations. Found by dsb_trust_store_find_id
 * and _find_key behind the store's own lines, which win.
 *
 * Who keeps it over restarts writes what is new, and takes all of it again: nothing enters but what
 * a root of the store signed. What a root said counts as long as the store has it, for that id.
 */
#ifndef DSOFTBUS_VOUCHED_H
#define DSOFTBUS_VOUCHED_H

#include "dsoftbus/revocations.h"
#include "dsoftbus/trust_store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dsb_vouched_row {
    struct dsb_attestation word;  /* the last that counted */
    struct dsb_trust_entry entry; /* its services are what the root's line permits, too, when it is
                                     found */
    bool is_new;                  /* set when it is taken, for who keeps it */
};

struct dsb_vouched_list {
    struct dsb_revocations list;
    bool is_new;
};

/* rows and lists are the caller's arrays. All zero but they and their capacities is an empty one.
 */
struct dsb_vouched {
    struct dsb_vouched_row *rows;
    size_t count;
    size_t capacity; /* items that rows has room for */
    struct dsb_vouched_list *lists;
    size_t list_count;
    size_t list_capacity;
    uint64_t change_count; /* of whatever was new */
    uint8_t scratch[DSB_REVOCATIONS_SIGNED_MAX];
};

enum dsb_vouched_result {
    DSB_VOUCHED_OK = 0,
    DSB_VOUCHED_UNKNOWN_ROOT,  /* the store has no such root for this id, or hears none */
    DSB_VOUCHED_PINNED,        /* a line of the store has this id or this key */
    DSB_VOUCHED_BAD_KEY,       /* no device can have the key; or another id has it, or we */
    DSB_VOUCHED_OLD_SERIAL,    /* one with a higher serial came before, or another with the same */
    DSB_VOUCHED_REVOKED,       /* below what the root's list leaves good */
    DSB_VOUCHED_BAD_SIGNATURE, /* not the root's over this id and key */
    DSB_VOUCHED_FULL,          /* no place is left for another id, or another root's list */
    DSB_VOUCHED_RATE,          /* of hearsay.h: too many were verified just now */
};

/*
 * Takes an attestation for this id and key: entered, or in place of one with a lower serial. The
 * same again is DSB_VOUCHED_OK. The signature is looked at last, and only when all else holds.
 */
DSB_MUST_CHECK enum dsb_vouched_result dsb_vouched_take(const struct dsb_trust_store *store,
                                                        const struct dsb_identity *own,
                                                        const struct dsb_device_id *id,
                                                        const uint8_t key[DSB_KEY_LEN],
                                                        const struct dsb_attestation *attestation);

/* All of that but the signature: OK, and what dsb_vouched_take would say depends on it, on the key
 * as such, and on room. */
DSB_MUST_CHECK enum dsb_vouched_result dsb_vouched_judge(const struct dsb_trust_store *store,
                                                         const struct dsb_identity *own,
                                                         const struct dsb_device_id *id,
                                                         const uint8_t key[DSB_KEY_LEN],
                                                         const struct dsb_attestation *attestation);

/*
 * Takes a root's list in place of its last one: OK when it was new, OLD_SERIAL when one with this
 * serial or a higher one came before, UNKNOWN_ROOT, BAD_SIGNATURE, or FULL: no room for another
 * root. The signature is looked at last.
 */
DSB_MUST_CHECK enum dsb_vouched_result dsb_vouched_take_list(const struct dsb_trust_store *store,
                                                             const struct dsb_revocations *list);

/* The serial of the root's last list that was taken; 0: none. */
uint64_t dsb_vouched_list_serial(const struct dsb_vouched *vouched,
                                 const uint8_t root[DSB_ROOT_KEY_LEN]);

/* "old-serial" and so on; never NULL. */
const char *dsb_vouched_result_name(enum dsb_vouched_result result);

/* For the trust store: NULL when no root of it vouches for such a device. */
const struct dsb_trust_entry *dsb_vouched_find_id(const struct dsb_trust_store *store,
                                                  const struct dsb_device_id *id);
const struct dsb_trust_entry *dsb_vouched_find_key(const struct dsb_trust_store *store,
                                                   const uint8_t key[DSB_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
