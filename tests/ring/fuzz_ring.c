/* SPDX-License-Identifier: Apache-2.0 */
/* One end of a ring, used as its header says, while the other side writes what it likes wherever it
 * can: before each step any position, any byte. Nothing outside of the ring is touched, and what is
 * believed can be. */
#include "ring/ring.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIZE = 32,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input;
static size_t input_len;

static uint8_t take(void)
{
    if (input_len == 0)
        return 0;
    input_len--;
    return *input++;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Near what is there, or anything at all. */
static uint32_t any_near(uint32_t pos)
{
    uint8_t how = take();

    if (how & 1)
        return pos + (how >> 1) - SIZE;
    return (uint32_t)take() << 24 | (uint32_t)take() << 16 | (uint32_t)take() << 8 | how;
}

static void lie(struct ring *ring)
{
    uint8_t how = take();

    if (how & 1)
        ring->positions->put_pos = any_near(ring->positions->put_pos);
    if (how & 2)
        ring->positions->got_pos = any_near(ring->positions->got_pos);
    if (how & 4)
        ring->bytes[take() % SIZE] = take();
}

static void produce(struct ring *ring)
{
    uint8_t bytes[SIZE] = {0};
    uint32_t used_len = ring_used_len(ring);

    uint32_t heard_len = ring_hear_got(ring);
    must(heard_len <= used_len && ring_used_len(ring) == used_len - heard_len);
    uint32_t len = take() % (ring_free_len(ring) + 1);
    ring_put(ring, bytes, len);
    lie(ring);
    ring_tell_put(ring);
}

static void consume(struct ring *ring)
{
    uint8_t bytes[SIZE];
    uint32_t free_len = ring_free_len(ring);

    uint32_t heard_len = ring_hear_put(ring);
    must(heard_len <= free_len && ring_free_len(ring) == free_len - heard_len);
    uint32_t len = take() % (ring_used_len(ring) + 1);
    ring_get(ring, bytes, len);
    lie(ring);
    ring_tell_got(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_len = size;
    struct ring_positions positions = {0};
    struct ring ring;
    uint8_t *bytes = calloc(1, SIZE);
    ring_init(&ring, bytes, SIZE, &positions);
    bool is_producer = take() & 1;
    ring.put_pos = ring.got_pos = any_near(0);
    while (input_len > 0) {
        lie(&ring);
        if (is_producer)
            produce(&ring);
        else
            consume(&ring);
        must(ring_used_len(&ring) <= SIZE);
    }
    free(bytes);
    return 0;
}
