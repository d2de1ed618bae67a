/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of a session share: one pair of ends, and what the last record held. */
#ifndef TESTS_DSOFTBUS_SESSION_PAIR_H
#define TESTS_DSOFTBUS_SESSION_PAIR_H

#include "dsoftbus/raw.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

#define T0 ((uint64_t)PAIR_START_MS)

extern struct pair pair;
extern struct raw raw;
extern struct dsb_session *const a;
extern struct dsb_session *const b;
extern const uint8_t *body;
extern size_t body_len;

/* Set-ups of cmocka: both ends are sessions; nothing is sent yet. */
int authenticate(void **state);
int start(void **state);

/* What `to` meets next, after the session's own records of `from` have come over. */
enum dsb_event pass(struct end *from, struct end *to, uint64_t now_ms);

#endif
