/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPace, a password-authenticated key exchange (draft-irtf-cfrg-cpace, suite CPACE-RISTR255-SHA512,
 * initiator-responder order): two sides that know the same code get the same key, and whoever
 * guesses the code learns from one run whether that one guess was right, and no more.
 *
 * The keys are not confirmed: whoever uses one must prove to the other side to have it. Group and
 * hash are libsodium's. All sizes are bytes.
 */
#ifndef DSOFTBUS_CPACE_H
#define DSOFTBUS_CPACE_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_CPACE_SHARE_LEN  32
#define DSB_CPACE_RANDOM_LEN 64
#define DSB_CPACE_KEY_LEN    64

/* Bytes that are somebody else's. */
struct dsb_cpace_text {
    const void *bytes;
    size_t len;
};

/* What both sides must agree on: another code, context or run gives other keys. */
struct dsb_cpace_input {
    struct dsb_cpace_text code; /* PRS: the secret, of little entropy */
    struct dsb_cpace_text ci;   /* who and what it is for */
    struct dsb_cpace_text sid;  /* this run: new each time, made of both sides' randomness */
};

/* One run of one side. A secret: wipe it by noise_wipe when it is given up before the end. */
struct dsb_cpace {
    uint8_t scalar[32];
    uint8_t share[DSB_CPACE_SHARE_LEN]; /* Ya or Yb: to be sent to the other side */
};

/* A side's share, and the data that it sends beside it (ADa, ADb). */
struct dsb_cpace_side {
    const uint8_t *share; /* DSB_CPACE_SHARE_LEN */
    struct dsb_cpace_text ad;
};

/* Begins a run. random is taken and wiped. */
void dsb_cpace_begin(struct dsb_cpace *run, const struct dsb_cpace_input *input,
                     uint8_t random[DSB_CPACE_RANDOM_LEN]);

/*
 * Ends it: the key (ISK), and the run is wiped. One of the sides is this one. DSB_INVALID when
 * peer_share is not the encoding of a group element or is the neutral one: the key is then zero.
 */
DSB_MUST_CHECK enum dsb_status
dsb_cpace_end(struct dsb_cpace *run, const struct dsb_cpace_input *input,
              const uint8_t peer_share[DSB_CPACE_SHARE_LEN], const struct dsb_cpace_side *initiator,
              const struct dsb_cpace_side *responder, uint8_t key[DSB_CPACE_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
