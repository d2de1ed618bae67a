/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of lib/ring, which is included unchanged: of any size and at any positions, before and
 * behind the end of what they can count, nothing beside the ring is touched, no count is lost, what
 * is got is what was put there, byte by byte, and what was not yet got stays. Whatever the other
 * process writes as its position, what is believed of it is no more than fits.
 */
#include <stdint.h>

/* What the other process writes is there at any time: a read is anything. */
/*@ terminates \true;
    assigns \nothing; */
uint32_t position(uint32_t *pos);
#define __atomic_load_n(pos, order) position(pos)

/*@ terminates \true;
    assigns *pos; */
void tell_position(uint32_t *pos, uint32_t value);
#define __atomic_store_n(pos, value, order) tell_position(pos, value)

#include "copies.h"
#include <string.h>
#define memcpy copy_bytes

#include "bits.h"
#include "ring/ring.h"

/*@ predicate is_ring{L}(struct ring *ring) =
        \valid(ring) && 0 < ring->size_len <= 0x80000000 && is_power_of_2(ring->size_len) &&
        (uint32_t)(ring->put_pos - ring->got_pos) <= ring->size_len &&
        \valid(ring->bytes + (0 .. ring->size_len - 1)) &&
        \separated(ring, ring->bytes + (0 .. ring->size_len - 1)); */

/*@ logic integer used{L}(struct ring *ring) = (uint32_t)(ring->put_pos - ring->got_pos);
    logic integer index(integer pos, integer size) = pos & (size - 1);
    logic integer ahead(integer index, integer len, integer size) =
        index + len < size ? index + len : index + len - size;
    logic uint8_t nth{L}(uint8_t *bytes, integer size, integer index, integer n) =
        bytes[ahead(index, n, size)]; */

/*@ requires is_ring((struct ring *)ring);
    terminates \true;
    assigns \nothing;
    ensures \result == used((struct ring *)ring); */
static inline uint32_t ring_used_len(const struct ring *ring);

/*@ requires is_ring((struct ring *)ring);
    terminates \true;
    assigns \nothing;
    ensures \result == ring->size_len - used((struct ring *)ring); */
static inline uint32_t ring_free_len(const struct ring *ring);

/*@ requires is_ring((struct ring *)ring);
    terminates \true;
    assigns \result \from ring->bytes, ring->size_len, pos;
    ensures 0 <= index(pos, ring->size_len) < ring->size_len;
    ensures \result == ring->bytes + index(pos, ring->size_len); */
static inline uint8_t *ring_at(const struct ring *ring, uint32_t pos);

/*@ requires is_ring((struct ring *)ring);
    terminates \true;
    assigns \nothing;
    ensures \result <= len && index(pos, ring->size_len) + \result <= ring->size_len;
    ensures \result == len || index(pos, ring->size_len) + \result == ring->size_len; */
static inline uint32_t ring_piece_len(const struct ring *ring, uint32_t pos, uint32_t len);

/*@ requires is_ring(ring) && len <= ring->size_len - used(ring);
    requires len == 0 || \valid_read((uint8_t *)bytes + (0 .. len - 1));
    requires \separated(ring, (uint8_t *)bytes + (0 .. len - 1));
    requires \separated(ring->bytes + (0 .. ring->size_len - 1), (uint8_t *)bytes + (0 .. len - 1));
    terminates \true;
    assigns ring->put_pos, ring->bytes[0 .. ring->size_len - 1];
    ensures is_ring(ring);
    ensures counted: used(ring) == \old(used(ring)) + len;
    ensures behind: index(\old(ring->put_pos), ring->size_len) ==
        ahead(index(ring->got_pos, ring->size_len), \old(used(ring)), ring->size_len);
    ensures put: \forall integer i; 0 <= i < len ==> ((uint8_t *)bytes)[i] ==
        nth(ring->bytes, ring->size_len, index(\old(ring->put_pos), ring->size_len), i);
    ensures kept: \forall integer i; 0 <= i < \old(used(ring)) ==>
        nth(ring->bytes, ring->size_len, index(ring->got_pos, ring->size_len), i) ==
        nth{Pre}(ring->bytes, ring->size_len, index(ring->got_pos, ring->size_len), i); */
void ring_put(struct ring *ring, const void *bytes, uint32_t len);

/*@ requires is_ring(ring) && len <= used(ring);
    requires len == 0 || \valid((uint8_t *)bytes + (0 .. len - 1));
    requires \separated(ring, (uint8_t *)bytes + (0 .. len - 1));
    requires \separated(ring->bytes + (0 .. ring->size_len - 1), (uint8_t *)bytes + (0 .. len - 1));
    terminates \true;
    assigns ring->got_pos, ((uint8_t *)bytes)[0 .. len - 1];
    ensures is_ring(ring);
    ensures counted: used(ring) == \old(used(ring)) - len;
    ensures got: \forall integer i; 0 <= i < len ==> ((uint8_t *)bytes)[i] ==
        nth(ring->bytes, ring->size_len, index(\old(ring->got_pos), ring->size_len), i);
    ensures next: index(ring->got_pos, ring->size_len) ==
        ahead(index(\old(ring->got_pos), ring->size_len), len, ring->size_len); */
void ring_get(struct ring *ring, void *bytes, uint32_t len);

/*@ requires is_ring(ring) && \valid(ring->positions);
    terminates \true;
    assigns ring->put_pos;
    ensures is_ring(ring) && \result <= \old(ring->size_len - used(ring));
    ensures used(ring) == \old(used(ring)) + \result; */
uint32_t ring_hear_put(struct ring *ring);

/*@ requires is_ring(ring) && \valid(ring->positions);
    terminates \true;
    assigns ring->got_pos;
    ensures is_ring(ring) && \result <= \old(used(ring));
    ensures used(ring) == \old(used(ring)) - \result; */
uint32_t ring_hear_got(struct ring *ring);

#include "../../lib/ring/ring.c"
