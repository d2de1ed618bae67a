/* SPDX-License-Identifier: Apache-2.0 */
/* Multiplications made together, ahead of the messages that need them: nothing but the cost
 * changes, also for messages that lie. */
#include "noise/ahead.h"
#include "noise/pair.h"
#include "vectors/hex.h"
#include "vectors/low_order_points.h"

#include <string.h>

static struct pair plain, p;
static struct noise_ahead ahead;

#define PAYLOAD_LEN 5

/* In the place of a result, to see where one comes from. */
static const uint8_t marked[NOISE_KEY_LEN] = {1};

static void add(struct pair *pair, size_t i)
{
    noise_ahead_add(&ahead, &pair_reader(pair, i)->hs, pair->message[i], pair->message_len[i]);
}

static void foresee(struct pair *pair, size_t i)
{
    add(pair, i);
    assert_int_equal(ahead.count, 1);
    noise_ahead_run(&ahead);
    assert_int_equal(ahead.count, 0);
}

/* Up to message i, which is written but not read. */
static void until_message(struct pair *pair, size_t i)
{
    pair_begin(pair);
    pair_run(pair, i, PAYLOAD_LEN);
    pair_write(pair, i, PAYLOAD_LEN);
}

static void read_written(struct pair *pair, size_t i)
{
    uint8_t got[PAYLOAD_LEN];
    size_t len = 0;

    assert_int_equal(noise_xk_read(&pair_reader(pair, i)->hs, pair->message[i],
                                   pair->message_len[i], got, sizeof got, &len),
                     NOISE_OK);
    pair->messages_count = i + 1;
}

static void messages_and_keys_are_the_same(void **state)
{
    static const uint8_t zero[2 * NOISE_KEY_LEN];

    (void)state;
    pair_begin(&plain);
    pair_run(&plain, 3, PAYLOAD_LEN);
    for (size_t i = 0; i < 3; i++) {
        until_message(&p, i);
        foresee(&p, i);
        assert_memory_not_equal(&pair_reader(&p, i)->hs.known, zero, sizeof zero);
        read_written(&p, i);
        pair_run(&p, 3, PAYLOAD_LEN);
        for (size_t j = 0; j < 3; j++)
            assert_memory_equal(p.message[j], plain.message[j], plain.message_len[j]);
        assert_memory_equal(p.resp.hs.symmetric.ck, plain.resp.hs.symmetric.ck, NOISE_HASH_LEN);
        assert_memory_equal(&pair_reader(&p, i)->hs.known, zero, sizeof zero); /* once */
    }
}

/* es of who dials: nothing has to come for it. */
static void the_first_message_is_the_same(void **state)
{
    (void)state;
    pair_begin(&plain);
    pair_run(&plain, 3, PAYLOAD_LEN);
    for (int lies = 0; lies < 2; lies++) {
        pair_begin(&p);
        noise_ahead_add(&ahead, &p.init.hs, NULL, 0);
        assert_int_equal(ahead.count, 1);
        noise_ahead_run(&ahead);
        if (lies == 1)
            memcpy(p.init.hs.known.shared, marked, sizeof marked);
        pair_write(&p, 0, PAYLOAD_LEN);
        assert_int_equal(memcmp(p.message[0], plain.message[0], p.message_len[0]) != 0, lies);
    }
}

static void what_is_known_is_not_made_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        until_message(&p, i);
        foresee(&p, i);
        memcpy(pair_reader(&p, i)->hs.known.shared, marked, sizeof marked);
        if (i == 0) {
            read_written(&p, 0);
            pair_write(&p, 1, PAYLOAD_LEN);
            assert_rejects(&p.init.hs, p.message[1], p.message_len[1], NOISE_ERR_AUTH);
        } else {
            assert_rejects(&pair_reader(&p, i)->hs, p.message[i], p.message_len[i], NOISE_ERR_AUTH);
        }
    }
}

static void looking_changes_nothing(void **state)
{
    struct noise_xk_handshake before;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        until_message(&p, i);
        before = pair_reader(&p, i)->hs;
        add(&p, i);
        assert_int_equal(ahead.count, 1);
        ahead.count = 0;
        assert_memory_equal(&pair_reader(&p, i)->hs, &before, sizeof before);
    }
}

/* Also a message that is not the one that was looked at. */
static void every_bit_that_lies_is_still_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        until_message(&p, i);
        for (size_t bit = 0; bit < 8 * p.message_len[i]; bit++) {
            struct noise_xk_handshake after_truth = pair_reader(&p, i)->hs;
            struct noise_xk_handshake after_lie = after_truth;

            noise_ahead_add(&ahead, &after_truth, p.message[i], p.message_len[i]);
            p.message[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
            noise_ahead_add(&ahead, &after_lie, p.message[i], p.message_len[i]);
            if (i == 2) /* its sealed key says itself that it was forged */
                assert_int_equal(ahead.count, bit / 8 < NOISE_KEY_LEN + NOISE_TAG_LEN ? 1 : 2);
            noise_ahead_run(&ahead);
            assert_rejects(&after_truth, p.message[i], p.message_len[i], NOISE_ERR_AUTH);
            assert_rejects(&after_lie, p.message[i], p.message_len[i], NOISE_ERR_AUTH);
            p.message[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

/* What was known of another message's point does not serve. */
static void another_message_is_read_as_ever(void **state)
{
    (void)state;
    until_message(&p, 0);
    p.message[0][0] ^= 1;
    foresee(&p, 0);
    p.message[0][0] ^= 1;
    read_written(&p, 0);
    pair_run(&p, 3, PAYLOAD_LEN);
    until_message(&p, 2);
    p.resp.hs.known.point[0] = 9;
    memcpy(p.resp.hs.known.shared, marked, sizeof marked);
    read_written(&p, 2);
    assert_int_equal(p.resp.hs.state, NOISE_XK_COMPLETE);
}

static void points_of_low_order_are_refused(void **state)
{
    uint8_t point[NOISE_KEY_LEN];

    (void)state;
    for (size_t i = 0; i < low_order_points_count; i++) {
        pair_begin(&p);
        pair_run(&p, 2, PAYLOAD_LEN);
        assert_true(hex_decode(low_order_points[i], 64, point));
        /* Message 3 up to its sealed key, which is this point; then anything. */
        assert_int_equal(
            noise_symmetric_encrypt(&p.init.hs.symmetric, point, NOISE_KEY_LEN, p.message[2]),
            NOISE_OK);
        p.message_len[2] = NOISE_XK_MESSAGE_3_OVERHEAD;
        foresee(&p, 2);
        assert_rejects(&p.resp.hs, p.message[2], p.message_len[2], NOISE_ERR_DH);
    }
}

static void who_foresees_nothing_is_left_out(void **state)
{
    (void)state;
    until_message(&p, 0);
    noise_ahead_add(&ahead, &p.init.hs, NULL, 0); /* waits for message 2 */
    for (size_t len = 0; len < NOISE_XK_MESSAGE_1_OVERHEAD; len++)
        noise_ahead_add(&ahead, &p.resp.hs, p.message[0], len);
    until_message(&p, 1);
    for (size_t len = 0; len < NOISE_XK_MESSAGE_2_OVERHEAD; len++)
        noise_ahead_add(&ahead, &p.init.hs, p.message[1], len);
    add(&p, 0); /* the responder waits for message 3 */
    read_written(&p, 1);
    add(&p, 1); /* which the initiator has to write */
    until_message(&p, 2);
    for (size_t len = 0; len < NOISE_XK_MESSAGE_3_OVERHEAD; len++)
        noise_ahead_add(&ahead, &p.resp.hs, p.message[2], len);
    read_written(&p, 2);
    add(&p, 2);
    noise_xk_wipe(&p.resp.hs);
    add(&p, 2);
    assert_int_equal(ahead.count, 0);
    noise_ahead_run(&ahead);
}

/* One more than there is room for: it does without. */
static void many_at_once_each_get_their_own(void **state)
{
    static struct pair pairs[NOISE_AHEAD_MAX + 1];

    (void)state;
    for (size_t i = 0; i <= NOISE_AHEAD_MAX; i++) {
        until_message(&pairs[i], 0);
        fill_ephemeral(pairs[i].resp.hs.e, (uint8_t)i); /* of its own, each */
        if (i % 2 == 1) {
            read_written(&pairs[i], 0);
            pair_run(&pairs[i], 2, PAYLOAD_LEN);
            pair_write(&pairs[i], 2, PAYLOAD_LEN);
        }
        add(&pairs[i], i % 2 == 1 ? 2 : 0);
    }
    assert_int_equal(ahead.count, NOISE_AHEAD_MAX);
    noise_ahead_run(&ahead);
    for (size_t i = 0; i <= NOISE_AHEAD_MAX; i++) {
        read_written(&pairs[i], i % 2 == 1 ? 2 : 0);
        pair_run(&pairs[i], 3, PAYLOAD_LEN);
        assert_int_equal(noise_xk_split(&pairs[i].resp.hs, &pairs[i].resp.transport), NOISE_OK);
        assert_wiped(&pairs[i].resp.hs, NOISE_XK_SPENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_and_keys_are_the_same),
        cmocka_unit_test(the_first_message_is_the_same),
        cmocka_unit_test(what_is_known_is_not_made_again),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(every_bit_that_lies_is_still_seen),
        cmocka_unit_test(another_message_is_read_as_ever),
        cmocka_unit_test(points_of_low_order_are_refused),
        cmocka_unit_test(who_foresees_nothing_is_left_out),
        cmocka_unit_test(many_at_once_each_get_their_own),
    };
    return noise_init() != 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
