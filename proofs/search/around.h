/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around dsoftbusd's endpoint in a search: sessions without keys, everything trusted.
 */
#ifndef AROUND_H
#define AROUND_H

#include "far.h"
#include "session.h"

extern struct session sessions[FAR_COUNT];
extern const struct dsb_device_id ids[2];

/* The first thing that did not hold. */
extern const char *fault;
void must(bool holds, const char *what);

/* A session's, which nobody looks into. */
struct dsb_link *link_of(unsigned which);
/* What the peer says arrives. */
void pass(unsigned which, enum far_word word);
/* A session ends, if there is one, and another begins. */
void begin(unsigned which);

#endif
