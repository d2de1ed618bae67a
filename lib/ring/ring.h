/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of bytes with one producer and one consumer: free-running positions, a power-of-two size.
 *
 * Within one process a ring is its bytes and two positions. Between two processes the bytes lie in
 * memory that both have mapped, and each has a struct ring of its own. It works with its own
 * positions alone; of the other it reads one position at a time, once, and believes what can be:
 * a producer that has put no more than there is room, a consumer that has got no more than there
 * is. What cannot be is no news. So whatever the other side writes, and whenever, no byte outside
 * of the ring is touched; it can change the bytes, which are its own stream's.
 *
 *     producer                              consumer
 *     ring_hear_got(&ring);                 ring_hear_put(&ring);
 *     ring_put(&ring, bytes, len);          ring_get(&ring, bytes, len);
 *     ring_tell_put(&ring);                 ring_tell_got(&ring);
 *
 * Who is to be woken, and when, is its users' business. */
#ifndef RING_RING_H
#define RING_RING_H

#include "proto/ring.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
    uint8_t *bytes;
    uint32_t size_len;                /* a power of two, at most 2^31 */
    uint32_t put_pos;                 /* bytes ever put, modulo 2^32 */
    uint32_t got_pos;                 /* bytes ever got */
    struct ring_positions *positions; /* shared with the other process; NULL: there is none */
};

/* An empty ring; shared positions are where they are, see ring_tell_put(), ring_tell_got(). */
static inline void ring_init(struct ring *ring, uint8_t *bytes, uint32_t size_len,
                             struct ring_positions *positions)
{
    *ring = (struct ring){.bytes = bytes, .size_len = size_len, .positions = positions};
}

static inline uint32_t ring_used_len(const struct ring *ring)
{
    return ring->put_pos - ring->got_pos;
}

static inline uint32_t ring_free_len(const struct ring *ring)
{
    return ring->size_len - ring_used_len(ring);
}

/* `len` is at most ring_free_len(). */
void ring_put(struct ring *ring, const void *bytes, uint32_t len);
/* `len` is at most ring_used_len(). */
void ring_get(struct ring *ring, void *bytes, uint32_t len);

static inline uint8_t *ring_at(const struct ring *ring, uint32_t pos)
{
    return &ring->bytes[pos & (ring->size_len - 1)];
}

/* From position `pos` on, at most `len` bytes that lie in one piece: returns how many. */
static inline uint32_t ring_piece_len(const struct ring *ring, uint32_t pos, uint32_t len)
{
    uint32_t to_end_len = ring->size_len - (pos & (ring->size_len - 1));

    return len < to_end_len ? len : to_end_len;
}

/* What the other side has put, or got, since it was last heard: bytes, 0 also for a position that
 * cannot be. */
uint32_t ring_hear_put(struct ring *ring);
uint32_t ring_hear_got(struct ring *ring);

/* To the other side: all bytes that were put are there; all that were got may be overwritten. */
static inline void ring_tell_put(const struct ring *ring)
{
    __atomic_store_n(&ring->positions->put_pos, ring->put_pos, __ATOMIC_RELEASE);
}
static inline void ring_tell_got(const struct ring *ring)
{
    __atomic_store_n(&ring->positions->got_pos, ring->got_pos, __ATOMIC_RELEASE);
}

#endif
