/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adversarial cases, by file. Each does its worst to the real dsoftbusd and returns the word
 * for what it saw (docs/testing.md), or NULL, after a word in the log, when it saw anything else.
 */
#ifndef DSOFTBUS_CASES_H
#define DSOFTBUS_CASES_H

#include "selftest.h"

/* case_identity.c: keys and ids */
const char *case_wrong_responder_key(struct selftest *selftest);
const char *case_wrong_responder_id(struct selftest *selftest);
const char *case_unknown_initiator(struct selftest *selftest);
const char *case_claimed_id_of_another(struct selftest *selftest);
const char *case_right_id_wrong_key(struct selftest *selftest);

/* case_handshake.c: bytes of the handshake */
const char *case_bitflip_msg1(struct selftest *selftest);
const char *case_bitflip_msg3(struct selftest *selftest);
const char *case_replayed_transcript(struct selftest *selftest);
const char *case_replayed_msg3(struct selftest *selftest);
const char *case_truncated(struct selftest *selftest);
const char *case_data_before_accept(struct selftest *selftest);

/* case_frame.c: what is no handshake at all */
const char *case_oversize_frame(struct selftest *selftest);
const char *case_zero_length_frame(struct selftest *selftest);
const char *case_plaintext_ping(struct selftest *selftest);
const char *case_challenge_response(struct selftest *selftest);

/* case_record.c: a good session, abused */
const char *case_tampered_record(struct selftest *selftest);
const char *case_replayed_record(struct selftest *selftest);
const char *case_close_without_close(struct selftest *selftest);

/* case_load.c: time and numbers */
const char *case_stalled_handshake(struct selftest *selftest);
const char *case_half_open_flood(struct selftest *selftest);

/* case_discovery.c: packets */
const char *case_forged_announce(struct selftest *selftest);
const char *case_malformed_announces(struct selftest *selftest);

#endif
