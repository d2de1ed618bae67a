/* SPDX-License-Identifier: Apache-2.0 */
/* One test per reason code, named after it: what the files of these tests share. */
#ifndef TESTS_DSOFTBUS_REASONS_H
#define TESTS_DSOFTBUS_REASONS_H

#include "dsoftbus/raw.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

/* A fresh pair before each test. */
extern struct pair pair;
extern struct raw raw;

extern const uint8_t low_order_key[DSB_KEY_LEN];

#define REASON(name) void reason_##name(void **state __attribute__((unused)))

#define X(name, number, text) REASON(name);
DSB_REASONS(X)
#undef X

/* What is shared by all failures: it is final, keeps its reason, holds no key, and gives nothing to
 * send. */
void assert_handshake_failed(struct end *end, enum dsb_reason reason);

/* Feeds what has arrived; the handshake must fail for this reason. */
void assert_feed_fails(struct end *end, enum dsb_reason reason);

void assert_session_failed(struct end *end, enum dsb_reason reason);

void assert_read_fails(struct end *end, enum dsb_reason reason);

/* Only a unit's length bytes. */
void put_header(struct stream *stream, uint16_t unit_len);

void put_unit(struct stream *stream, const uint8_t *unit, uint16_t unit_len);

#endif
