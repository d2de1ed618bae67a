/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roots have said, kept over restarts as they signed it (dsoftbus-trust(5)):
 *
 *     vouched/lamp-1.plant-a@51c4…16 digits of the root    the device's attestation
 *     revocations/51c4…16 digits of the root               the root's last list
 *
 * Whatever is read is verified again: who can write these files can make the device forget, and
 * nothing more.
 */
#ifndef NODE_SAID_H
#define NODE_SAID_H

#include "dsoftbus/vouched.h"
#include "node/store/confdir.h"

#define VOUCHED_FOLDER     "vouched"
#define REVOCATIONS_FOLDER "revocations"

/* How a root is named in logs and files. */
#define SAID_ROOT_SIZE (16 + 1)
void said_root(char out[SAID_ROOT_SIZE], const uint8_t root[DSB_ROOT_KEY_LEN]);

/* Room for what `rows` devices and `lists` roots are said of; NULL: no memory. */
struct dsb_vouched *said_new(size_t rows, size_t lists);
void said_free(struct dsb_vouched *vouched);

/* Reads both folders, of devices all or `only` one. What does not hold is left out, with a line in
 * the log. Nothing of it is new. */
void said_load(const struct confdir *dir, const struct dsb_trust_store *store,
               const struct dsb_identity *own, const struct dsb_device_id *only);

/* Writes up to write_max of what is new, and says how much is left. False when one cannot be
 * written: it stays new. */
MUST_CHECK bool said_keep(const struct confdir *dir, struct dsb_vouched *vouched, size_t write_max,
                          size_t *left, struct error *e);

#endif
