/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roots say, between devices (RFC-0010): their lists of revocations come by the service
 * `revocations`, go to each peer that has a session and has not answered them, and end the sessions
 * of who is revoked; all that a root said outlives the machine's power where there is a disk.
 */
#ifndef DSOFTBUSD_FLEET_H
#define DSOFTBUSD_FLEET_H

#include "table.h"

/* Borrows both. has_disk: stored is there; reads what was kept, and waits for it. */
void fleet_init(struct table *table, const struct dsb_trust_store *trust, bool has_disk,
                uint64_t (*now_ms)(void));

/* Follows up what was said since the last turn. */
void fleet_turn(void);

/* When fleet_turn must be called, DSB_NO_DEADLINE when never. */
uint64_t fleet_deadline(void);

#endif
