/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the roots of a trust store have said of devices (RFC-0010): for each id the key with the
 * highest serial, and the first serial that a revocation list leaves good. Found by
 * dsb_trust_store_find_id and _find_key behind the store's own lines, which win.
 *
 * Who keeps it over restarts writes all rows and reads them back; a row counts as long as the store
 * has its root for its id. Nothing enters it but what a root of the store signed.
 */
#ifndef DSOFTBUS_VOUCHED_H
#define DSOFTBUS_VOUCHED_H

#include "dsoftbus/trust_store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dsb_vouched_row {
    uint8_t root[DSB_ROOT_KEY_LEN];
    uint64_t serial;      /* of entry; 0: no key is known */
    uint64_t first_good;  /* what is below it is revoked */
    uint8_t services_len; /* the attestation's list */
    char services[DSB_ATTESTATION_SERVICES_MAX];
    struct dsb_trust_entry entry; /* the id always, the key when there is a serial; its services are
                                     what the root's line permits, too, when it is found */
};

/* rows is the caller's array. All zero but rows and capacity is an empty one. */
struct dsb_vouched {
    struct dsb_vouched_row *rows;
    size_t count;
    size_t capacity; /* items that rows has room for */
};

enum dsb_vouched_result {
    DSB_VOUCHED_OK = 0,
    DSB_VOUCHED_UNKNOWN_ROOT,  /* the store has no such root for this id, or hears none */
    DSB_VOUCHED_PINNED,        /* a line of the store has this id or this key */
    DSB_VOUCHED_BAD_KEY,       /* no device can have the key; or another id has it, or we */
    DSB_VOUCHED_OLD_SERIAL,    /* one with a higher serial came before, or another with the same */
    DSB_VOUCHED_REVOKED,       /* below what the root's list leaves good */
    DSB_VOUCHED_BAD_SIGNATURE, /* not the root's over this id and key */
    DSB_VOUCHED_FULL,          /* no row is left for another id */
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

/*
 * A root revokes all below first_good for this id: the caller has verified that the root said so.
 * OK, UNKNOWN_ROOT, or FULL. What is lower than before changes nothing.
 */
DSB_MUST_CHECK enum dsb_vouched_result dsb_vouched_revoke(const struct dsb_trust_store *store,
                                                          const uint8_t root[DSB_ROOT_KEY_LEN],
                                                          const struct dsb_device_id *id,
                                                          uint64_t first_good);

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
