/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings each root's last list to the peers that have a session, one list after the other, until
 * they have it: the asking side of the service `revocations`. It ends by itself, since only a list
 * that was new to a device is carried on by it.
 */
#ifndef NODE_GOSSIP_H
#define NODE_GOSSIP_H

#include "node/bus/bus.h"

/* A peer has so long to answer; one that is busy is asked again after a while, ms. */
#define GOSSIP_WAIT_MS  10000
#define GOSSIP_AGAIN_MS 1000

/* This peer is online: what it refused before may be offered again. Not at once, so that a list
 * which a person brings by the same session is not told that there is one already. */
void gossip_begin(struct bus *b, struct peer *p);

/* There may be a new list. */
void gossip_all(struct bus *b);

/* Offers nothing any more; what is under way ends with its session. */
void gossip_stop(struct bus *b);

/* After the loop ended. */
void gossip_free(struct bus *b);

#endif
