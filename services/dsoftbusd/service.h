/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peers can use of this device: a service has a name, and for each stream that a peer opens to
 * it an object of its own in the session. Built in are `echo` and `info`; the others are published
 * by applications (endpoint.h).
 */
#ifndef DSOFTBUSD_SERVICE_H
#define DSOFTBUSD_SERVICE_H

#include "dsoftbus/stream_record.h"

struct served;

struct service {
    const char *name; /* name_len bytes */
    size_t name_len;
    bool offered_to_all; /* to each peer whose line of the trust store has no list */
    bool needs_no_right; /* to each peer, whatever its line's list names */
    /* A permitted peer's new stream. DSB_RESET_NONE: taken, now or later; else what answers it. */
    enum dsb_reset_code (*begin)(const struct service *service, struct served *served);
    /* Something became possible on it: bytes, room, an end. */
    void (*turn)(struct served *served);
    /* Its session is over, and `served` means nothing any more; NULL: nothing to do. */
    void (*gone)(struct served *served);
};

/* Offers it, until it is taken away; its name must not be offered already. It is borrowed. False:
 * there are SERVICE_MAX. */
DSB_MUST_CHECK bool service_add(const struct service *service);
void service_remove(const struct service *service);

/* NULL: nobody offers it. */
const struct service *service_find(const char *name, size_t name_len);

/* The one at this place, in no order; NULL behind the last. */
const struct service *service_at(size_t idx);

extern const struct service service_echo, service_info, service_revocations;

/* Whose `info` it is, an id that stays, and what tells since when it runs, in seconds. */
struct dsb_device_id;
void service_info_init(const struct dsb_device_id *own_id, uint64_t (*uptime_s)(void));

#endif
