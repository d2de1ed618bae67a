/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the library: what the two halves of a session share. Below session.h, whose struct it only
 * names. */
#ifndef DSOFTBUS_SESSION_INTERNAL_H
#define DSOFTBUS_SESSION_INTERNAL_H

#include "dsoftbus/reason.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dsb_session;

/* The one place where a session fails: keeps the reason, wipes the keys. */
void dsb_session_fail(struct dsb_session *session, enum dsb_reason reason);

/* False for a session that is unused, failed, or the copy of one. */
bool dsb_session_is_open(const struct dsb_session *session);

/* The record whose number is n is sealed with a new key. */
bool dsb_session_is_rekey_point(uint64_t n);

#ifdef __cplusplus
}
#endif

#endif
