/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices that applications reach. All streams to one share a session, whoever began it; while
 * an application waits and there is none, the device is dialled: where the image says that it is
 * (rights.h), and where announces say so, which cost a try each and prove nothing. One that a root
 * may vouch for, and whose key is not known, is looked for in both until its announce brings that
 * root's word. Between the tries are pauses, ever longer; after DIAL_WAIT_MS nobody waits any more.
 */
#ifndef DSOFTBUSD_PEERS_H
#define DSOFTBUSD_PEERS_H

#include "discovery.h"
#include "proto/bus.h"
#include "table.h"

/* Whom the peers tell: there is a session with this device; none came; somebody came or went. */
struct peers_listener {
    void (*reached)(const struct dsb_device_id *device);
    void (*unreachable)(const struct dsb_device_id *device, enum bus_reason reason);
    void (*changed)(void);
};

/* All are borrowed; `clock` tells milliseconds. */
void peers_init(struct table *table, struct discovery *discovery,
                const struct peers_listener *listener, uint64_t (*clock)(void));

/* The idx-th session with the device that takes streams; NULL: there are not as many. */
struct session *peers_session(const struct dsb_device_id *device, size_t idx);

/* Somebody waits for a session with it: reached or unreachable follows. False: as
 * many are dialled as may be. */
DSB_MUST_CHECK bool peers_dial(const struct dsb_device_id *device);

/* Lines of the trust store, in its order; NULL behind the last. */
const struct dsb_device_id *peers_at(size_t idx);

/* Could there be a session with it? By a line, or by what a root may say. */
bool peers_may_reach(const struct dsb_device_id *device);

/* After the table's turn: who waits for what came of it hears of it, and dials whose time has come
 * go on. True when there is more to do without waiting. */
DSB_MUST_CHECK bool peers_turn(void);
/* When a dial's time comes; DSB_NO_DEADLINE: never. */
uint64_t peers_deadline(void);

#endif
