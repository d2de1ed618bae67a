/* SPDX-License-Identifier: Apache-2.0 */
/* Copies across the ring's end, and what is believed of the other side. */
#include "ring/ring.h"

#include <string.h>

void ring_put(struct ring *ring, const void *bytes, uint32_t len)
{
    uint32_t first_len = ring_piece_len(ring, ring->put_pos, len);

    memcpy(ring_at(ring, ring->put_pos), bytes, first_len);
    if (len > first_len)
        memcpy(ring->bytes, (const uint8_t *)bytes + first_len, len - first_len);
    ring->put_pos += len;
}

void ring_get(struct ring *ring, void *bytes, uint32_t len)
{
    uint32_t first_len = ring_piece_len(ring, ring->got_pos, len);

    memcpy(bytes, ring_at(ring, ring->got_pos), first_len);
    if (len > first_len)
        memcpy((uint8_t *)bytes + first_len, ring->bytes, len - first_len);
    ring->got_pos += len;
}

uint32_t ring_hear_put(struct ring *ring)
{
    uint32_t put_pos = __atomic_load_n(&ring->positions->put_pos, __ATOMIC_ACQUIRE);
    uint32_t more_len = put_pos - ring->put_pos;

    if (more_len > ring_free_len(ring))
        return 0;
    ring->put_pos = put_pos;
    return more_len;
}

uint32_t ring_hear_got(struct ring *ring)
{
    uint32_t got_pos = __atomic_load_n(&ring->positions->got_pos, __ATOMIC_ACQUIRE);
    uint32_t more_len = got_pos - ring->got_pos;

    if (more_len > ring_used_len(ring))
        return 0;
    ring->got_pos = got_pos;
    return more_len;
}
