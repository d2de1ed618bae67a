/* SPDX-License-Identifier: Apache-2.0 */
/* The handle: a socket, what was asked on it, and what came while nobody waited for it. */
#ifndef NODE_CLIENT_BUS_H
#define NODE_CLIENT_BUS_H

#include "node/client/packet.h"

struct asked {
    enum packet_asked what;
    uint64_t tag;
};

struct dsbc {
    int fd;
    enum dsbc_result broken; /* DSBC_OK while the handle is of use */
    struct asked asked[DSBC_ASKED_MAX];
    unsigned asked_first;
    unsigned asked_count;
    struct dsbc_event aside[DSBC_ASIDE_MAX];
    unsigned aside_first;
    unsigned aside_count;
    char text[DSBC_TEXT_SIZE];
};

/* Sets what dsbc_text() says, and returns `result`. */
enum dsbc_result bus_fail(struct dsbc *bus, enum dsbc_result result, const char *text);

/* Sends one line and notes what its answer will look like. */
DSBC_MUST_CHECK enum dsbc_result bus_ask(struct dsbc *bus, enum packet_asked what, uint64_t tag,
                                         const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Reads one packet, waiting at most timeout_ms; events that were set aside are not looked at. */
DSBC_MUST_CHECK enum dsbc_result bus_read(struct dsbc *bus, struct dsbc_event *event,
                                          int timeout_ms);

/* Keeps an event for dsbc_next(). */
DSBC_MUST_CHECK enum dsbc_result bus_set_aside(struct dsbc *bus, const struct dsbc_event *event);

/* The oldest event that was kept; false when there is none. */
bool bus_take_aside(struct dsbc *bus, struct dsbc_event *event);

#endif
