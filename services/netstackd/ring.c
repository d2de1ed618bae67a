/* SPDX-License-Identifier: Apache-2.0 */
/* Copies across the ring's end. */
#include "ring.h"

#include <string.h>

void ring_put(struct ring *ring, const void *bytes, uint32_t len)
{
    uint32_t first_len = ring_piece_len(ring->put_pos, len);

    memcpy(&ring->bytes[ring->put_pos & RING_IDX_MASK], bytes, first_len);
    memcpy(ring->bytes, (const uint8_t *)bytes + first_len, len - first_len);
    ring->put_pos += len;
}

void ring_get(struct ring *ring, void *bytes, uint32_t len)
{
    uint32_t first_len = ring_piece_len(ring->got_pos, len);

    memcpy(bytes, &ring->bytes[ring->got_pos & RING_IDX_MASK], first_len);
    memcpy((uint8_t *)bytes + first_len, ring->bytes, len - first_len);
    ring->got_pos += len;
}
