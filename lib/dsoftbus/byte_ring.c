/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of bytes. Its end is computed without a sum that could overflow: cap may be any uint32_t.
 */
#include "dsoftbus/byte_ring.h"

#include <string.h>

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

void dsb_byte_ring_init(struct dsb_byte_ring *ring, uint8_t *bytes, uint32_t cap)
{
    *ring = (struct dsb_byte_ring){.bytes = bytes, .cap = cap};
}

void dsb_byte_ring_clear(struct dsb_byte_ring *ring)
{
    ring->first = 0;
    ring->len = 0;
}

uint8_t *dsb_byte_ring_room(struct dsb_byte_ring *ring, size_t *room_len)
{
    size_t end = (size_t)ring->first + ring->len;

    if (end >= ring->cap) {
        end -= ring->cap;
        *room_len = (size_t)ring->cap - ring->len;
    } else {
        *room_len = ring->cap - end;
    }
    return ring->bytes + end;
}

void dsb_byte_ring_added(struct dsb_byte_ring *ring, size_t len)
{
    ring->len += (uint32_t)len;
}

const uint8_t *dsb_byte_ring_front(const struct dsb_byte_ring *ring, size_t *len)
{
    *len = lesser(ring->len, (size_t)ring->cap - ring->first);
    return ring->bytes + ring->first;
}

void dsb_byte_ring_drop(struct dsb_byte_ring *ring, size_t len)
{
    size_t to_end_len = (size_t)ring->cap - ring->first;

    ring->first = len < to_end_len ? ring->first + (uint32_t)len : (uint32_t)(len - to_end_len);
    ring->len -= (uint32_t)len;
    if (ring->len == 0)
        ring->first = 0; /* the next bytes are in one piece again */
}

size_t dsb_byte_ring_put(struct dsb_byte_ring *ring, const uint8_t *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t room_len;
        uint8_t *room = dsb_byte_ring_room(ring, &room_len);
        size_t part_len = lesser(room_len, len - done);

        if (part_len == 0)
            break;
        memcpy(room, bytes + done, part_len);
        dsb_byte_ring_added(ring, part_len);
        done += part_len;
    }
    return done;
}

size_t dsb_byte_ring_get(struct dsb_byte_ring *ring, uint8_t *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t front_len;
        const uint8_t *front = dsb_byte_ring_front(ring, &front_len);
        size_t part_len = lesser(front_len, len - done);

        if (part_len == 0)
            break;
        memcpy(bytes + done, front, part_len);
        dsb_byte_ring_drop(ring, part_len);
        done += part_len;
    }
    return done;
}
