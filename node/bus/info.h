/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in service `info`: lines about this device, then the end. And its other side: the names
 * of another device's services. */
#ifndef NODE_INFO_H
#define NODE_INFO_H

#include "node/bus/bus.h"

#define INFO_SERVICE "info"

/* Takes a stream of the peer's inside of conn_events.incoming. */
void info_serve(struct bus *b, struct conn *c, uint32_t id);

/* Text of an answer, at most; the rest is not read. */
#define INFO_TEXT_MAX 16384

/* A question under way. */
struct info_query {
    struct stream *stream;
    size_t len;
    char text[INFO_TEXT_MAX + 1];
    /* DSB_RESET_NONE: text is whole, lines with line feeds. The query is over. */
    void (*done)(struct info_query *q, uint16_t code);
    void *owner;
};

/* Asks. False when the session has no room for a stream. */
bool info_ask(struct info_query *q, struct conn *c);

/* done does not come any more. */
void info_forget(struct info_query *q);

#endif
