/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of bytes between two processes: at positions all over it and around its ends, as many
 * bytes as fit, out of and into a buffer that is exactly so long; and whatever the other side says,
 * what is believed of it fits. */
#include "exact.h"
#include <string.h>

/* As C says it: a pointer behind the last byte will do for no bytes, which the analyser's own does
 * not take. */
static void copy(void *to, const void *from, size_t len)
{
    if (len == 0)
        return;
    /*@ assert from: \valid_read((char *)from + (0 .. len - 1)); */
    Frama_C_make_unknown(to, len);
}
#define memcpy copy

#include "../../lib/ring/ring.c"

#define RING_BYTES 8192

static uint8_t ring_bytes[RING_BYTES];
static struct ring_positions positions;
static struct ring ring;

#define STEP_BYTES 509 /* prime, so that each step stands elsewhere in the ring */
#define STEP_COUNT 20

/* The other side has written anything. */
static void hear_anything(uint32_t pos, uint32_t used_len)
{
    ring.got_pos = pos - used_len;
    ring.put_pos = pos;
    positions.put_pos = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    uint32_t put_len = ring_hear_put(&ring);
    /*@ assert put_fits: put_len <= RING_BYTES - used_len; */
    ring.put_pos = pos;
    positions.got_pos = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    uint32_t got_len = ring_hear_got(&ring);
    /*@ assert got_fits: got_len <= used_len; */
}

static void put_and_get(uint32_t pos, uint32_t used_len, uint32_t len)
{
    ring.got_pos = pos - used_len;
    ring.put_pos = pos;
    ring_put(&ring, any_bytes(len), len);
    /*@ assert put: ring.put_pos == (uint32_t)(pos + len); */
    ring.got_pos = pos;
    ring_get(&ring, room(len), len);
    /*@ assert got: ring.got_pos == ring.put_pos; */
}

static void put_everything(uint32_t pos)
{
    put_and_get(pos, 0, RING_BYTES);
    put_and_get(pos, RING_BYTES - 1, 1);
    put_and_get(pos, RING_BYTES, 0);
    put_and_get(pos, RING_BYTES / 2, RING_BYTES / 2);
}

int main(void)
{
    ring_init(&ring, ring_bytes, RING_BYTES, &positions);
    hear_anything(0, 0);
    hear_anything(1, RING_BYTES);
    hear_anything(RING_BYTES / 2, RING_BYTES / 2);
    /* Positions are free-running, up to the end of what they can count and from there on. */
    /*@ loop unroll 5; */
    for (uint32_t at = 0; at < 5; at++) {
        put_everything(at - 2);
        put_everything(RING_BYTES / 2 - 2 + at);
    }
    /*@ loop unroll STEP_COUNT; */
    for (uint32_t at = 0; at < STEP_COUNT; at++)
        put_everything(at * STEP_BYTES);
    return 0;
}
