/* SPDX-License-Identifier: Apache-2.0 */
/* A byte ring: free-running positions, a power-of-two size. */
#ifndef NETSTACKD_RING_H
#define NETSTACKD_RING_H

#include "proto/net.h"
#include <stddef.h>
#include <stdint.h>

enum {
    RING_BYTES = NET_STREAM_WINDOW_BYTES,
    RING_IDX_MASK = RING_BYTES - 1,
};
_Static_assert((RING_BYTES & RING_IDX_MASK) == 0, "a power of two");

struct ring {
    uint32_t put_pos; /* free-running: bytes ever put, modulo 2^32 */
    uint32_t got_pos; /* bytes ever got */
    uint8_t bytes[RING_BYTES];
};

static inline void ring_clear(struct ring *ring)
{
    ring->put_pos = 0;
    ring->got_pos = 0;
}

static inline uint32_t ring_used_len(const struct ring *ring)
{
    return ring->put_pos - ring->got_pos;
}

static inline uint32_t ring_free_len(const struct ring *ring)
{
    return RING_BYTES - ring_used_len(ring);
}

/* `len` is at most ring_free_len(). */
void ring_put(struct ring *ring, const void *bytes, uint32_t len);
/* `len` is at most ring_used_len(). */
void ring_get(struct ring *ring, void *bytes, uint32_t len);

/* From position `pos` on, at most `len` bytes that lie in one piece: returns how many. */
static inline uint32_t ring_piece_len(uint32_t pos, uint32_t len)
{
    uint32_t to_end_len = RING_BYTES - (pos & RING_IDX_MASK);

    return len < to_end_len ? len : to_end_len;
}

#endif
