/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for tests: the same for the same seed, which is not 0, on every machine. Marsaglia,
 * "Xorshift RNGs", 2003; Vigna, "An experimental exploration of Marsaglia's xorshift generators".
 */
#ifndef TESTS_SUPPORT_XORSHIFT_H
#define TESTS_SUPPORT_XORSHIFT_H

#include <stdint.h>

#define XORSHIFT_STAR UINT64_C(0x2545f4914f6cdd1d)

/* The state itself: its upper bits are the better ones. */
static inline uint64_t xorshift64(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline uint64_t xorshift64_star(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * XORSHIFT_STAR;
}

#endif
