/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue of bytes in the caller's memory, with its free and its used bytes in pieces that can be
 * written and read in place.
 */
#ifndef DSOFTBUS_BYTE_RING_H
#define DSOFTBUS_BYTE_RING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Read `cap` and `len` freely. */
struct dsb_byte_ring {
    uint8_t *bytes;
    uint32_t cap;   /* bytes */
    uint32_t first; /* index of the oldest byte */
    uint32_t len;   /* bytes in it */
};

void dsb_byte_ring_init(struct dsb_byte_ring *ring, uint8_t *bytes, uint32_t cap);

/* Forgets what is in it. */
void dsb_byte_ring_clear(struct dsb_byte_ring *ring);

/* Where the next bytes go, and in *room_len how many in one piece: 0 when the ring is full. */
uint8_t *dsb_byte_ring_room(struct dsb_byte_ring *ring, size_t *room_len);

/* len bytes, at most *room_len, were put there. */
void dsb_byte_ring_added(struct dsb_byte_ring *ring, size_t len);

/* The oldest bytes, and in *len how many in one piece: 0 when the ring is empty. */
const uint8_t *dsb_byte_ring_front(const struct dsb_byte_ring *ring, size_t *len);

/* Drops len of the oldest bytes, at most ring->len. */
void dsb_byte_ring_drop(struct dsb_byte_ring *ring, size_t len);

/* Copies as many bytes as fit, in or out; returns how many. */
size_t dsb_byte_ring_put(struct dsb_byte_ring *ring, const uint8_t *bytes, size_t len);
size_t dsb_byte_ring_get(struct dsb_byte_ring *ring, uint8_t *bytes, size_t len);

#ifdef __cplusplus
}
#endif

#endif
