/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes of which each is about to multiply with its ephemeral key, and their multiplications
 * made together: where a processor can make several at once, that is less work. For nodes with many
 * peers, on hosts.
 *
 *     message 1 is next    ->  es of who dials
 *     message 1 is there   ->  ee, which message 2 needs
 *     message 2 is there   ->  ee
 *     message 3 is there   ->  se; its sealed static key is opened for that, and will be again
 *
 * Whether a handshake was here changes its cost and nothing else: each step is made, and each
 * message is judged, when it is read.
 */
#ifndef NOISE_AHEAD_H
#define NOISE_AHEAD_H

#include "noise/noise_xk.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NOISE_AHEAD_MAX 16

/* Zeroed: none yet. The handshakes stay where they are, and untouched, until noise_ahead_run. */
struct noise_ahead {
    size_t count;
    struct noise_xk_handshake *handshakes[NOISE_AHEAD_MAX];
    uint8_t points[NOISE_AHEAD_MAX][NOISE_KEY_LEN];
};

/* A handshake that is about to read `message`, or to write message 1. One that foresees nothing, of
 * which the message is forged, or for which there is no room is left out. */
void noise_ahead_add(struct noise_ahead *ahead, struct noise_xk_handshake *hs,
                     const uint8_t *message, size_t message_len);

/* Multiplies for all of them, and forgets them. Each keeps its result, for that point alone and for
 * once, until it is used, fails or is split. */
void noise_ahead_run(struct noise_ahead *ahead);

#ifdef __cplusplus
}
#endif

#endif
