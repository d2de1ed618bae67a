/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of lib/dsoftbus/byte_ring.c, which is included unchanged: positions stay within the
 * memory, room and front are pieces of it that hold exactly what is free and what is used, and no
 * count is lost.
 */
#include "promises.h"

/*@ terminates \true;
    assigns \nothing;
    ensures \result == (a < b ? a : b); */
static size_t lesser(size_t a, size_t b);

/*@ requires is_ring(ring) && \valid(room_len) && \separated(room_len, ring);
    terminates \true;
    assigns *room_len, \result \from ring->bytes, ring->first, ring->len, ring->cap;
    ensures is_ring(ring) && *room_len <= ring->cap - ring->len;
    ensures *room_len == 0 <==> ring->len == ring->cap;
    ensures \exists integer at; 0 <= at && at + *room_len <= ring->cap && \result == ring->bytes +
   at; */
uint8_t *dsb_byte_ring_room(struct dsb_byte_ring *ring, size_t *room_len);

/*@ requires is_ring(ring) && len <= ring->cap - ring->len;
    terminates \true;
    assigns ring->len;
    ensures is_ring(ring) && ring->len == \old(ring->len) + len; */
void dsb_byte_ring_added(struct dsb_byte_ring *ring, size_t len);

/*@ requires is_ring((struct dsb_byte_ring *)ring) && \valid(len) && \separated(len, ring);
    terminates \true;
    assigns *len, \result \from ring->bytes, ring->first;
    ensures *len <= ring->len && ring->first + *len <= ring->cap;
    ensures *len == 0 <==> ring->len == 0;
    ensures \result == ring->bytes + ring->first; */
const uint8_t *dsb_byte_ring_front(const struct dsb_byte_ring *ring, size_t *len);

/*@ requires is_ring(ring) && len <= ring->len;
    terminates \true;
    assigns ring->first, ring->len;
    ensures is_ring(ring) && ring->len == \old(ring->len) - len; */
void dsb_byte_ring_drop(struct dsb_byte_ring *ring, size_t len);

/*@ requires is_ring(ring) && (len == 0 || \valid(bytes + (0 .. len - 1)));
    requires \separated(ring, bytes + (0 .. len - 1));
    requires \separated(ring->bytes + (0 .. ring->cap - 1), bytes + (0 .. len - 1));
    terminates \true;
    assigns ring->first, ring->len, bytes[0 .. len - 1];
    ensures is_ring(ring) && \result <= len && ring->len == \old(ring->len) - \result;
    ensures \result < len ==> ring->len == 0; */
size_t dsb_byte_ring_get(struct dsb_byte_ring *ring, uint8_t *bytes, size_t len);

#include "copies.h"
#include <string.h>
#define memcpy copy_bytes

#include "../../lib/dsoftbus/byte_ring.c"
