/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roots said, kept by stored, as they signed it: what is read from the disk is verified again,
 * so a disk vouches for nobody. Records:
 *
 *     revocations-0 ...   a root's list, its text
 *     vouched-0 ...       VOUCHED_RECORD_MAX devices each: u8 length of the id, id, key (32), u8
 *                         length of the attestation, attestation (attestation.h)
 */
#ifndef DSOFTBUSD_KEPT_H
#define DSOFTBUSD_KEPT_H

#include "dsoftbus/vouched.h"

/* Reads all of it into the store, and waits for a disk for as long as it takes. What does not hold
 * is left out, with a line. Without a disk what roots say is forgotten with this process. */
void kept_init(const struct dsb_trust_store *trust, const struct dsb_identity *own, bool has_disk);

/* Writes what is new. A disk that fails is tried again, and told of once. */
void kept_turn(uint64_t now_ms);

/* When kept_turn must be called, DSB_NO_DEADLINE when never. */
uint64_t kept_deadline(void);

#endif
