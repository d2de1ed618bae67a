/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides of a handshake for the tests, brought to any point of it. */
#ifndef TESTS_NOISE_PAIR_H
#define TESTS_NOISE_PAIR_H

#include "noise/noise_xk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a test fills an output buffer with, to see what was written. */
#define CANARY 0xa5

struct side {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

struct pair {
    struct side init, resp;
    uint8_t message[3][NOISE_MESSAGE_MAX]; /* as written, by number */
    size_t message_len[3];
    size_t messages_count; /* how many were written and read */
};

#define PAIR_PROLOGUE_LEN 4
extern const uint8_t pair_prologue[PAIR_PROLOGUE_LEN]; /* "test" */

/* Fixed keys, that prologue, nothing exchanged yet. */
void pair_begin(struct pair *p);

/* Writes message number `i` (0 to 2) into p->message[i], with a payload of payload_len patterned
 * bytes. */
void pair_write(struct pair *p, size_t i, size_t payload_len);

/* Writes and reads messages until `count` have passed, then writes none. */
void pair_run(struct pair *p, size_t count, size_t payload_len);

/* A whole handshake and Split on both sides. */
void pair_connect(struct pair *p);

/* The side that writes, or reads, message number `i`. */
struct side *pair_writer(struct pair *p, size_t i);
struct side *pair_reader(struct pair *p, size_t i);

/* Reads `message` on `hs` into a canary buffer: asserts `expected`, no plaintext, wiped keys, and
 * that every later call reports the failure. */
void assert_rejects(struct noise_xk_handshake *hs, const uint8_t *message, size_t message_len,
                    enum noise_result expected);

/* A handshake ends with `expected` on either side where it asks `dh`, the holder of its static
 * key. */
void assert_key_holder_rejected(struct pair *p,
                                int (*dh)(void *ctx, uint8_t out[NOISE_KEY_LEN],
                                          const uint8_t peer[NOISE_KEY_LEN]),
                                enum noise_result expected);

/* All bytes but `state` are zero. */
void assert_wiped(const struct noise_xk_handshake *hs, enum noise_xk_state state);

void assert_failed_for_good(struct noise_xk_handshake *hs);

/* The first len bytes are all `value`. */
void assert_filled(const uint8_t *data, uint8_t value, size_t len);

/* A fresh ephemeral for test number `seed`. */
void fill_ephemeral(uint8_t out[NOISE_KEY_LEN], uint8_t seed);

#endif
