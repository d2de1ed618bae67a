/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends of one ring: every length at every place, positions that wrap, and an end that lies. */
#include "netstackd/testing.h"
#include "ring/ring.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIZE = 8,
};

static uint8_t *bytes; /* exactly SIZE: the sanitizer sees who leaves it */
static struct ring_positions positions;
static struct ring producer, consumer;

/* Both ends have come to `pos`. */
static void begin_at(uint32_t pos)
{
    free(bytes);
    bytes = malloc(SIZE);
    memset(bytes, 0xee, SIZE);
    positions = (struct ring_positions){pos, pos};
    ring_init(&producer, bytes, SIZE, &positions);
    ring_init(&consumer, bytes, SIZE, &positions);
    producer.put_pos = producer.got_pos = consumer.put_pos = consumer.got_pos = pos;
}

static void move(uint32_t len)
{
    uint8_t in[SIZE], out[SIZE + 1] = {0};

    for (uint32_t i = 0; i < len; i++)
        in[i] = (uint8_t)(producer.put_pos + i + 1);
    (void)ring_hear_got(&producer);
    assert_true(ring_free_len(&producer) >= len);
    ring_put(&producer, in, len);
    ring_tell_put(&producer);
    assert_int_equal(ring_hear_put(&consumer), len);
    assert_int_equal(ring_used_len(&consumer), len);
    ring_get(&consumer, out, len);
    ring_tell_got(&consumer);
    assert_memory_equal(in, out, len);
    assert_int_equal(out[len], 0);
}

static void bytes_arrive_whole_at_every_place(void **state)
{
    (void)state;
    for (uint32_t len = 0; len <= SIZE; len++) {
        for (uint32_t at = 0; at < SIZE; at++) {
            begin_at(at);
            for (int i = 0; i < 3; i++)
                move(len);
        }
    }
}

static void positions_wrap(void **state)
{
    (void)state;
    for (uint32_t before = 0; before <= 2 * SIZE; before++) {
        begin_at(0u - before);
        for (uint32_t len = SIZE; len > 0; len--)
            move(len);
    }
}

static void a_full_ring_has_no_room(void **state)
{
    (void)state;
    begin_at(0u - 3);
    ring_put(&producer, "12345678", SIZE);
    assert_int_equal(ring_free_len(&producer), 0);
    ring_tell_put(&producer);
    assert_int_equal(ring_hear_put(&consumer), SIZE);
    assert_int_equal(ring_hear_put(&consumer), 0); /* told once */
    assert_int_equal(ring_free_len(&consumer), 0);
    assert_int_equal(ring_hear_got(&producer), 0);
}

/* What a producer with two bytes in the ring is believed to have put. */
static void no_more_is_put_than_there_is_room(void **state)
{
    (void)state;
    for (uint32_t said = 0; said <= 3 * SIZE; said++) {
        uint32_t pos = 0u - SIZE;
        begin_at(pos);
        positions.put_pos = pos + 2;
        assert_int_equal(ring_hear_put(&consumer), 2);
        positions.put_pos = pos + said;
        bool can_be = said >= 2 && said <= SIZE;
        assert_int_equal(ring_hear_put(&consumer), can_be ? said - 2 : 0);
        assert_int_equal(ring_used_len(&consumer), can_be ? said : 2);
    }
}

/* Of five bytes. */
static void no_more_is_got_than_there_is(void **state)
{
    (void)state;
    for (uint32_t said = 0; said <= 3 * SIZE; said++) {
        uint32_t pos = 0u - 2;
        begin_at(pos);
        ring_put(&producer, "12345", 5);
        positions.got_pos = pos + said;
        bool can_be = said <= 5;
        assert_int_equal(ring_hear_got(&producer), can_be ? said : 0);
        assert_int_equal(ring_used_len(&producer), can_be ? 5 - said : 5);
    }
}

static void a_position_that_goes_back_is_no_news(void **state)
{
    (void)state;
    begin_at(4);
    positions.put_pos = 3;
    assert_int_equal(ring_hear_put(&consumer), 0);
    positions.got_pos = 3;
    assert_int_equal(ring_hear_got(&producer), 0);
    positions.put_pos = 5;
    assert_int_equal(ring_hear_put(&consumer), 1); /* and what follows counts */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_arrive_whole_at_every_place),
        cmocka_unit_test(positions_wrap),
        cmocka_unit_test(a_full_ring_has_no_room),
        cmocka_unit_test(no_more_is_put_than_there_is_room),
        cmocka_unit_test(no_more_is_got_than_there_is),
        cmocka_unit_test(a_position_that_goes_back_is_no_news),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(bytes);
    return failed;
}
