/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multiplications made ahead: none, some and all places in use, a handshake in each of its states,
 * and messages at the lengths around its bounds; then all of them run. The crypto seam is its
 * promise (seam.c).
 */
#include "noise/ahead.h"

#include "exact.h"

#include <string.h>

static struct noise_ahead ahead;
static struct noise_xk_handshake handshakes[NOISE_AHEAD_MAX], hs;
static uint8_t sink;

void noise_x25519_several(uint8_t (*out)[NOISE_CRYPTO_KEY_LEN], const uint8_t *const scalars[],
                          const uint8_t (*points)[NOISE_CRYPTO_KEY_LEN], size_t count)
{
    /*@ loop unroll NOISE_AHEAD_MAX + 1; */
    for (size_t i = 0; i < count; i++) {
        /*@ assert scalar: \valid_read(scalars[i] + (0 .. NOISE_CRYPTO_KEY_LEN - 1)); */
        /*@ assert point: \initialized(&points[i][0 .. NOISE_CRYPTO_KEY_LEN - 1]); */
        sink ^= scalars[i][0] ^ points[i][0];
        Frama_C_make_unknown((char *)out[i], NOISE_CRYPTO_KEY_LEN);
    }
}

/* So many handshakes were added. */
static void make(size_t count)
{
    memset(&ahead, 0, sizeof ahead);
    ahead.count = count;
    /*@ loop unroll NOISE_AHEAD_MAX + 1; */
    for (size_t i = 0; i < count; i++) {
        ahead.handshakes[i] = &handshakes[i];
        Frama_C_make_unknown((char *)ahead.points[i], NOISE_KEY_LEN);
    }
}

static void add(enum noise_xk_state state, size_t count, size_t len)
{
    make(count);
    Frama_C_make_unknown((char *)&hs, sizeof hs);
    hs.state = state;
    noise_ahead_add(&ahead, &hs, any_bytes(len), len);
    /*@ assert within: ahead.count <= NOISE_AHEAD_MAX; */
    noise_ahead_run(&ahead);
}

static void of_state(enum noise_xk_state state, size_t count)
{
    add(state, count, 0);
    add(state, count, NOISE_KEY_LEN);
    add(state, count, NOISE_XK_MESSAGE_1_OVERHEAD - 1);
    add(state, count, NOISE_XK_MESSAGE_1_OVERHEAD);
    add(state, count, NOISE_XK_MESSAGE_3_OVERHEAD - 1);
    add(state, count, NOISE_XK_MESSAGE_3_OVERHEAD);
    add(state, count, EXACT_MAX);
}

int main(void)
{
    Frama_C_make_unknown((char *)handshakes, sizeof handshakes);
    /*@ loop unroll 20; */
    for (int state = 0; state <= NOISE_XK_READ_3 + 1; state++) {
        of_state((enum noise_xk_state)state, 0);
        of_state((enum noise_xk_state)state, NOISE_AHEAD_MAX - 1);
        of_state((enum noise_xk_state)state, NOISE_AHEAD_MAX);
    }
    return 0;
}
