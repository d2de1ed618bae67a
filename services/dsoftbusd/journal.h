/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every line that dsoftbusd writes about sessions (those of a pairing: pairing.c). A line carries
 * no key, nonce, hash, address or time; ids are [a-z0-9.-]. The markers are those of
 * docs/rfcs/RFC-0007: each is the last act of what it reports.
 */
#ifndef DSOFTBUSD_JOURNAL_H
#define DSOFTBUSD_JOURNAL_H

#include "dsoftbus/handshake.h"
#include "dsoftbus/stream_record.h"

void journal_bring_up_keys(void);
void journal_ready(void);
void journal_transport_up(void);

/* A handshake's step was reached. Of each step, as of each reason of journal_refused, so many lines
 * are written in a time (limits.h); journal_tick then tells how often more it happened. */
void journal_step(enum dsb_step step);

/* The session with the bound peer exists. Two lines, the second is `dsoftbusd: auth ok`. */
void journal_authenticated(const struct dsb_device_id *peer);

/* We dialled the peer: it has authenticated itself, and accepted us. */
void journal_dialled(const struct dsb_device_id *peer);

/* No session came of it: what the last try failed by, or that there was no address. */
void journal_dial_failed(const struct dsb_device_id *peer, const char *why);

/* The first application record of a session was opened. */
void journal_session_ok(void);

/* A peer's stream to this service was refused. Held as journal_step's are, by the code. */
void journal_service_refused(const struct dsb_device_id *peer, const char *service,
                             size_t service_len, enum dsb_reset_code code);

/* A peer's list of revocations, of this serial: `taken`, `known`, or why it was refused. */
void journal_list(const struct dsb_device_id *peer, const char *outcome, uint64_t serial);

/* Why a connection ends, written before it is closed. claim may be NULL. */
void journal_refused(enum dsb_reason reason, const struct dsb_device_id *claim);
void journal_ended(enum dsb_reason reason);
void journal_ended_cleanly(void);

/* When journal_tick must be called, DSB_NO_DEADLINE when never; and the lines that were held. */
uint64_t journal_deadline(void);
void journal_tick(void);

/* A discovery packet that is not used; ignored_count counts all of them so far. */
void journal_packet_ignored(const char *why, unsigned ignored_count);

#endif
