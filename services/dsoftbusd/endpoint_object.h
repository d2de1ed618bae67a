/* SPDX-License-Identifier: Apache-2.0 */
/* What applications hold of dsoftbusd's endpoint. */
#ifndef DSOFTBUSD_ENDPOINT_OBJECT_H
#define DSOFTBUSD_ENDPOINT_OBJECT_H

#include "limits.h"
#include "proto/bus.h"
#include "serve/serve.h"
#include "session.h"

enum kind { KIND_SERVICE = 1, KIND_STREAM = 2, KIND_WATCH = 3 };

struct bus_object {
    struct serve_object object;
    char name[BUS_NAME_LEN_MAX]; /* of a service, offered or asked for */
    /* A service. */
    struct service service;
    /* A stream. */
    const struct bus_object *publisher; /* while it waits for ACCEPT; else NULL */
    struct served *served;              /* NULL: the session is over, or not there yet */
    struct dsb_device_id peer;
    bool is_own;            /* this side opened it */
    bool is_waiting;        /* for a session */
    uint32_t order;         /* of its coming */
    uint32_t service_len;   /* is_own: bytes of name */
    enum bus_reason reason; /* once it is over without being served */
    /* A watch: of each device of the trust store, by its place there, what was told last. */
    uint64_t online_told;
};

/* All of all applications. */
extern struct bus_object endpoint_objects[BUS_CLIENT_MAX * BUS_SHARE_MAX];

/* One of the client's share, all zero behind its head; NULL: the share is used up. */
struct bus_object *endpoint_take(struct serve_client *client, enum kind kind);
/* NULL behind the last. */
struct bus_object *endpoint_object_at(size_t idx);

#endif
