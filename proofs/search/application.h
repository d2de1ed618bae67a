/* SPDX-License-Identifier: Apache-2.0 */
/* An application in a search over dsoftbusd's endpoint: what it knows, and what it can do. */
#ifndef APPLICATION_H
#define APPLICATION_H

#include "endpoint_stream.h"

/* What it knows of a stream. */
struct part {
    bus_handle handle; /* 0: none */
    unsigned which;    /* the peer */
    uint8_t read, written;
    bool waits_read, waits_write;  /* would-block was answered, and nothing told since */
    bool saw_end, ended, finished; /* the peer's FIN; by a reset; by itself */
};

struct application {
    struct part parts[BUS_SHARE_MAX]; /* at the places of their objects */
    bus_handle service;
    bool waits_accept, notified;
};

extern struct application app;

struct bus_object *object_of(bus_handle handle);

/* Begins, after a death or for the first time, and publishes its service. */
void app_start(void);
void app_accept(void);
void app_ready(void);

enum app_step { READ, WRITE, FINISH, CLOSE, APP_STEP_COUNT };
void app_step(struct part *part, enum app_step step);

#endif
