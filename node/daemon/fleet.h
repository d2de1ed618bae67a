/* SPDX-License-Identifier: Apache-2.0 */
/* What follows when roots have said something new, in a handshake or by a list: sessions and
 * streams that it does not permit end at once, other peers hear of it, and it is kept. */
#ifndef NODE_FLEET_H
#define NODE_FLEET_H

#include "node/bus/bus.h"

/* Files written in one turn of the loop; sessions have their turn between. What could not be
 * written is tried again after so long, ms, then after twice as long each time, up to the last. */
#define FLEET_WRITE_COUNT 16
#define FLEET_AGAIN_MS    5000
#define FLEET_LAST_MS     640000

struct fleet {
    struct bus *bus;
    struct keyring *keyring;
    uint64_t seen_count; /* of dsb_vouched.change_count */
    uv_timer_t timer;    /* when there is something to write */
    uint64_t again_ms;
};

void fleet_start(struct fleet *f, struct bus *b, struct keyring *k);

/* In each turn of the loop. */
void fleet_turn(struct fleet *f);

/* The trust store is another one: ends what it does not permit. */
void fleet_recheck(struct fleet *f);

/* Writes what is left. */
void fleet_stop(struct fleet *f);

#endif
