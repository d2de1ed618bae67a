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

/* Who reads message 1 to 3, and who wrote it. */
static struct side *reader(unsigned number)
{
    return number == 2 ? &a : &b;
}

static struct side *writer(unsigned number)
{
    return number == 2 ? &b : &a;
}

/* It is written, and nothing of it has come. */
static void until_message(unsigned number)
{
    start();
    assert_true(dsb_link_foresees(&a.link));
    assert_false(dsb_link_foresees(&b.link));
    for (unsigned i = 1; i <= number; i++) {
        expect(writer(i), DSB_LINK_EVENT_NONE);
        if (i < number)
            (void)move(writer(i), reader(i), ALL);
    }
}

static enum dsb_link_event_type read_event(unsigned number)
{
    return number == 3 ? DSB_LINK_EVENT_AUTHENTICATED : DSB_LINK_EVENT_NONE;
}

/* While the message is there as a whole, and no longer than it is. */
static void what_multiplies_is_foreseen(void **state)
{
    (void)state;
    for (unsigned number = 1; number <= 3; number++) {
        for (uint8_t lie = 0; lie < 2; lie++) {
            until_message(number);
            struct side *from = writer(number), *to = reader(number);
            size_t whole_len = DSB_FRAME_HEADER_LEN + (size_t)from->out[1];
            from->out[0] = lie == 1 ? 0x7f : 0; /* longer than any message */
            while (move(from, to, 1) == 1) {
                bool is_whole = lie == 0 && to->link.in_len == whole_len;
                assert_int_equal(dsb_link_foresees(&to->link), is_whole);
                (void)dsb_link_look_ahead(&to->link, &ahead);
                assert_int_equal(ahead.count, is_whole);
            }
            assert_false(dsb_link_foresees(&from->link));
            expect(to, lie == 1 ? DSB_LINK_EVENT_FAILED : read_event(number));
            assert_false(dsb_link_foresees(&to->link));
            memset(&ahead, 0, sizeof ahead);
        }
    }
}

/* The static key is asked for the peer's ephemeral point, which messages 1 and 2 begin with. */
static void the_static_keys_point_is_told(void **state)
{
    (void)state;
    start();
    assert_null(dsb_link_look_ahead(&a.link, &ahead));
    assert_null(dsb_link_look_ahead(&b.link, &ahead));
    assert_int_equal(ahead.count, 1); /* who dials */
    noise_ahead_run(&ahead);
    for (unsigned number = 1; number <= 3; number++) {
        struct side *to = reader(number);
        expect(writer(number), DSB_LINK_EVENT_NONE);
        (void)move(writer(number), to, ALL);
        const uint8_t *point = dsb_link_look_ahead(&to->link, &ahead);
        assert_ptr_equal(point, number == 3 ? NULL : to->in + DSB_FRAME_HEADER_LEN);
        assert_int_equal(ahead.count, 1);
        noise_ahead_run(&ahead);
        if (number < 3)
            continue;
        expect(&b, DSB_LINK_EVENT_AUTHENTICATED);
        assert_ok(dsb_link_open(&b.link, NOW_MS));
        (void)move(&b, &a, ALL);
        expect(&a, DSB_LINK_EVENT_AUTHENTICATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_multiplies_is_foreseen),
        cmocka_unit_test(the_static_keys_point_is_told),
    };
    return noise_init() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
