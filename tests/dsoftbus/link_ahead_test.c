/* SPDX-License-Identifier: Apache-2.0 */
/* When a link foresees that it will multiply, and what it tells then. */
#include "dsoftbus/link_ahead.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define BUFFER_LEN (2 + PEER_RECV_MAX)
#define ALL        ((size_t)-1)
#define NOW_MS     0

struct side {
    struct dsb_link link;
    uint8_t in[BUFFER_LEN], out[BUFFER_LEN];
};

static struct pair pair;
static struct side a, b;
static struct noise_ahead ahead;

static void start(void)
{
    struct dsb_link_buffers at_a = {a.in, sizeof a.in, a.out, sizeof a.out};
    struct dsb_link_buffers at_b = {b.in, sizeof b.in, b.out, sizeof b.out};
    uint8_t ephemeral[DSB_KEY_LEN];

    pair_start(&pair);
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    assert_ok(dsb_link_connect(&a.link, &pair.a_peer.local, &pair.b_peer.identity.id, ephemeral,
                               &at_a, NOW_MS));
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    assert_ok(dsb_link_accept(&b.link, &pair.b_peer.local, ephemeral, &at_b, NOW_MS));
}

/* Returns how many bytes went. */
static size_t move(struct side *from, struct side *to, size_t max)
{
    size_t len, room;
    const uint8_t *bytes = dsb_link_pending(&from->link, NOW_MS, &len);
    uint8_t *at = dsb_link_room(&to->link, &room);

    len = len < max ? len : max;
    if (len == 0)
        return 0;
    assert_true(len <= room);
    memcpy(at, bytes, len);
    dsb_link_received(&to->link, len);
    dsb_link_sent(&from->link, len, NOW_MS);
    return len;
}

static void expect(struct side *side, enum dsb_link_event_type type)
{
    assert_int_equal(dsb_link_next_event(&side->link, NOW_MS).type, type);
}

/* The responder's message is there. */
static void until_message(unsigned number)
{
    start();
    expect(&a, DSB_LINK_EVENT_NONE);
    if (number == 1)
        return;
    (void)move(&a, &b, ALL);
    expect(&b, DSB_LINK_EVENT_NONE);
    (void)move(&b, &a, ALL);
    expect(&a, DSB_LINK_EVENT_NONE);
}

/* Of a responder, while its message is there as a whole, and no longer than it is. */
static void what_multiplies_is_foreseen(unsigned number)
{
    for (uint8_t lie = 0; lie < 2; lie++) {
        until_message(number);
        size_t unit_len = a.out[1];
        a.out[0] = lie == 1 ? 0x7f : 0; /* longer than any message */
        while (move(&a, &b, 1) == 1) {
            bool is_whole = lie == 0 && b.link.in_len == DSB_FRAME_HEADER_LEN + unit_len;
            assert_int_equal(dsb_link_foresees(&b.link), is_whole);
            (void)dsb_link_look_ahead(&b.link, &ahead);
            assert_int_equal(ahead.count, is_whole);
        }
        assert_false(dsb_link_foresees(&a.link));
        assert_int_equal(dsb_link_next_event(&b.link, NOW_MS).type,
                         lie == 1      ? DSB_LINK_EVENT_FAILED
                         : number == 1 ? DSB_LINK_EVENT_NONE
                                       : DSB_LINK_EVENT_AUTHENTICATED);
        assert_false(dsb_link_foresees(&b.link));
        memset(&ahead, 0, sizeof ahead);
    }
}

static void message_1_is_foreseen(void **state)
{
    (void)state;
    what_multiplies_is_foreseen(1);
}

static void message_3_is_foreseen(void **state)
{
    (void)state;
    what_multiplies_is_foreseen(3);
}

/* Whose key it is asked for with message 3, nobody asks: it is the ephemeral one's alone. */
static void the_static_keys_point_is_told(void **state)
{
    (void)state;
    until_message(1);
    (void)move(&a, &b, ALL);
    assert_ptr_equal(dsb_link_look_ahead(&b.link, &ahead), b.in + DSB_FRAME_HEADER_LEN);
    noise_ahead_run(&ahead);
    expect(&b, DSB_LINK_EVENT_NONE);
    (void)move(&b, &a, ALL);
    assert_null(dsb_link_look_ahead(&a.link, &ahead));
    assert_int_equal(ahead.count, 0);
    expect(&a, DSB_LINK_EVENT_NONE);
    (void)move(&a, &b, ALL);
    assert_null(dsb_link_look_ahead(&b.link, &ahead));
    assert_int_equal(ahead.count, 1);
    noise_ahead_run(&ahead);
    expect(&b, DSB_LINK_EVENT_AUTHENTICATED);
    assert_ok(dsb_link_open(&b.link, NOW_MS));
    (void)move(&b, &a, ALL);
    expect(&a, DSB_LINK_EVENT_AUTHENTICATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_1_is_foreseen),
        cmocka_unit_test(message_3_is_foreseen),
        cmocka_unit_test(the_static_keys_point_is_told),
    };
    return noise_init() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
