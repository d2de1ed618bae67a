/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake's rules, one named test each; the vectors show that the bytes are Noise's. */
#include "noise/pair.h"

#include <string.h>

static struct pair p;

static bool contains(const void *object, size_t object_len, const uint8_t key[NOISE_KEY_LEN])
{
    const uint8_t *bytes = object;

    for (size_t i = 0; i + NOISE_KEY_LEN <= object_len; i++)
        if (memcmp(bytes + i, key, NOISE_KEY_LEN) == 0)
            return true;
    return false;
}

/* h = HASH(name), ck = h, MixHash(prologue), MixHash(responder static): computed here a second
 * time. */
static void initial_hash(uint8_t ck[NOISE_HASH_LEN], uint8_t h[NOISE_HASH_LEN],
                         const uint8_t *prologue, size_t prologue_len,
                         const uint8_t responder[NOISE_KEY_LEN])
{
    static const char name[] = "Noise_XK_25519_ChaChaPoly_BLAKE2s";

    noise_blake2s(ck, (const uint8_t *)name, 33, NULL, 0);
    noise_blake2s(h, ck, NOISE_HASH_LEN, prologue, prologue_len);
    noise_blake2s(h, h, NOISE_HASH_LEN, responder, NOISE_KEY_LEN);
}

static void name_longer_than_hash_is_hashed(void **state)
{
    uint8_t ck[NOISE_HASH_LEN], h[NOISE_HASH_LEN];

    (void)state;
    pair_begin(&p);
    initial_hash(ck, h, (const uint8_t *)"test", 4, p.resp.key.public_key);
    assert_memory_equal(p.init.hs.symmetric.ck, ck, sizeof ck);
    assert_memory_equal(p.init.hs.symmetric.h, h, sizeof h);
    assert_memory_equal(p.resp.hs.symmetric.ck, ck, sizeof ck);
    assert_memory_equal(p.resp.hs.symmetric.h, h, sizeof h);
}

static void empty_prologue_is_mixed(void **state)
{
    uint8_t ck[NOISE_HASH_LEN], h[NOISE_HASH_LEN], e[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    fill_ephemeral(e, 1);
    assert_int_equal(noise_xk_init_responder(&p.resp.hs, &p.resp.key, e, NULL, 0), NOISE_OK);
    initial_hash(ck, h, NULL, 0, p.resp.key.public_key);
    assert_memory_equal(p.resp.hs.symmetric.h, h, sizeof h);
}

static void empty_payloads_are_sealed_too(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 0);
    assert_int_equal(p.message_len[0], 48);
    assert_int_equal(p.message_len[1], 48);
    assert_int_equal(p.message_len[2], 64);
}

static void payloads_pass_in_all_messages(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 200; len++) {
        pair_begin(&p);
        pair_run(&p, 3, len);
    }
}

static void payload_is_not_on_the_wire(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 64);
    for (size_t i = 0; i < 3; i++) {
        uint8_t start[NOISE_KEY_LEN];

        for (size_t j = 0; j < sizeof start; j++)
            start[j] = (uint8_t)(i + j);
        assert_false(contains(p.message[i], p.message_len[i], start));
    }
    /* XK hides the initiator: its static key is nowhere in clear. */
    for (size_t i = 0; i < 3; i++)
        assert_false(contains(p.message[i], p.message_len[i], p.init.key.public_key));
}

static void longest_messages_pass(void **state)
{
    static const size_t overhead_len[3] = {48, 48, 64};

    (void)state;
    pair_begin(&p);
    for (size_t i = 0; i < 3; i++)
        pair_run(&p, i + 1, 65535 - overhead_len[i]);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(p.message_len[i], 65535);
}

static void longer_messages_are_not_written(void **state)
{
    static const size_t overhead_len[3] = {48, 48, 64};
    static uint8_t payload[65536], message[2 * 65536];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t len = SIZE_MAX;
        struct noise_xk_handshake *hs;

        pair_begin(&p);
        pair_run(&p, i, 0);
        hs = &pair_writer(&p, i)->hs;
        memset(message, CANARY, sizeof message);
        assert_int_equal(
            noise_xk_write(hs, payload, 65536 - overhead_len[i], message, sizeof message, &len),
            NOISE_ERR_LENGTH);
        assert_filled(message, CANARY, sizeof message);
        assert_failed_for_good(hs);
    }
}

static void absurd_payload_length_does_not_wrap(void **state)
{
    uint8_t message[64];
    size_t len = SIZE_MAX;

    (void)state;
    pair_begin(&p);
    assert_int_equal(
        noise_xk_write(&p.init.hs, message, SIZE_MAX - 8, message, sizeof message, &len),
        NOISE_ERR_LENGTH);
}

static void both_sides_agree_on_hash_and_keys(void **state)
{
    uint8_t hi[NOISE_HASH_LEN], hr[NOISE_HASH_LEN], rs[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 5);
    assert_int_equal(noise_xk_handshake_hash(&p.init.hs, hi), NOISE_OK);
    assert_int_equal(noise_xk_handshake_hash(&p.resp.hs, hr), NOISE_OK);
    assert_memory_equal(hi, hr, sizeof hi);
    assert_int_equal(noise_xk_remote_static(&p.resp.hs, rs), NOISE_OK);
    assert_memory_equal(rs, p.init.key.public_key, sizeof rs);
    assert_int_equal(noise_xk_remote_static(&p.init.hs, rs), NOISE_OK);
    assert_memory_equal(rs, p.resp.key.public_key, sizeof rs);
}

static void channel_binding_is_h_and_not_ck(void **state)
{
    uint8_t h[NOISE_HASH_LEN];

    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 0);
    assert_int_equal(noise_xk_handshake_hash(&p.init.hs, h), NOISE_OK);
    assert_memory_equal(h, p.init.hs.symmetric.h, sizeof h);
    assert_memory_not_equal(h, p.init.hs.symmetric.ck, sizeof h);
}

static void hash_and_peer_are_withheld_before_the_end(void **state)
{
    uint8_t out[NOISE_KEY_LEN];

    (void)state;
    for (size_t count = 0; count < 3; count++) {
        pair_begin(&p);
        pair_run(&p, count, 0);
        memset(out, CANARY, sizeof out);
        assert_int_equal(noise_xk_remote_static(&p.init.hs, out), NOISE_ERR_STATE);
        assert_int_equal(noise_xk_remote_static(&p.resp.hs, out), NOISE_ERR_STATE);
        assert_int_equal(noise_xk_handshake_hash(&p.init.hs, out), NOISE_ERR_STATE);
        assert_int_equal(noise_xk_handshake_hash(&p.resp.hs, out), NOISE_ERR_STATE);
        assert_filled(out, CANARY, sizeof out);
        pair_run(&p, 3, 0); /* asking did no harm */
    }
}

static void ephemeral_is_moved_out_of_the_callers_buffer(void **state)
{
    uint8_t e[NOISE_KEY_LEN], copy[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    fill_ephemeral(e, 9);
    memcpy(copy, e, sizeof copy);
    assert_int_equal(noise_xk_init_responder(&p.resp.hs, &p.resp.key, e, NULL, 0), NOISE_OK);
    assert_filled(e, 0, sizeof e);
    assert_true(contains(&p.resp.hs, sizeof p.resp.hs, copy));
}

static void ephemeral_buffer_used_twice_is_refused(void **state)
{
    uint8_t e[NOISE_KEY_LEN];
    struct noise_xk_handshake hs;

    (void)state;
    pair_begin(&p);
    fill_ephemeral(e, 9);
    assert_int_equal(noise_xk_init_initiator(&hs, &p.init.key, p.resp.key.public_key, e, NULL, 0),
                     NOISE_OK);
    assert_int_equal(noise_xk_init_initiator(&hs, &p.init.key, p.resp.key.public_key, e, NULL, 0),
                     NOISE_ERR_EPHEMERAL);
    assert_failed_for_good(&hs);
    memset(&hs, CANARY, sizeof hs);
    assert_int_equal(noise_xk_init_responder(&hs, &p.resp.key, e, NULL, 0), NOISE_ERR_EPHEMERAL);
    assert_failed_for_good(&hs);
}

static void ephemeral_is_wiped_after_its_last_use(void **state)
{
    uint8_t e_init[NOISE_KEY_LEN], e_resp[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    memcpy(e_init, p.init.hs.e, sizeof e_init);
    memcpy(e_resp, p.resp.hs.e, sizeof e_resp);
    pair_run(&p, 2, 0);
    assert_false(contains(&p.init.hs, sizeof p.init.hs, e_init));
    pair_run(&p, 3, 0);
    assert_false(contains(&p.resp.hs, sizeof p.resp.hs, e_resp));
}

static void other_ephemerals_give_other_messages(void **state)
{
    static struct pair q;
    uint8_t e[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    pair_begin(&q);
    fill_ephemeral(e, 3);
    assert_int_equal(noise_xk_init_initiator(&q.init.hs, &q.init.key, q.resp.key.public_key, e,
                                             (const uint8_t *)"test", 4),
                     NOISE_OK);
    pair_run(&p, 3, 0);
    pair_run(&q, 3, 0);
    for (size_t i = 0; i < 3; i++) {
        if (i != 1)
            assert_memory_not_equal(p.message[i], q.message[i], 32);
        assert_memory_not_equal(p.message[i] + 32, q.message[i] + 32, 16);
    }
}

static void split_wipes_the_handshake(void **state)
{
    (void)state;
    pair_connect(&p);
    assert_wiped(&p.init.hs, NOISE_XK_SPENT);
    assert_wiped(&p.resp.hs, NOISE_XK_SPENT);
}

static void spent_handshake_refuses_a_second_run(void **state)
{
    uint8_t out[64];
    size_t len = 0;
    struct noise_transport second;

    (void)state;
    pair_connect(&p);
    memset(out, CANARY, sizeof out);
    memset(&second, CANARY, sizeof second);
    assert_int_equal(noise_xk_write(&p.init.hs, NULL, 0, out, sizeof out, &len), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_read(&p.resp.hs, p.message[0], 48, out, sizeof out, &len),
                     NOISE_ERR_STATE);
    assert_int_equal(noise_xk_handshake_hash(&p.init.hs, out), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_remote_static(&p.resp.hs, out), NOISE_ERR_STATE);
    assert_filled(out, CANARY, sizeof out);
    assert_int_equal(noise_xk_split(&p.init.hs, &second), NOISE_ERR_STATE);
    assert_filled((const uint8_t *)&second, 0, sizeof second);
    assert_wiped(&p.init.hs, NOISE_XK_SPENT);
    assert_wiped(&p.resp.hs, NOISE_XK_SPENT);
}

static void given_up_handshake_is_wiped(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 3; count++) {
        pair_begin(&p);
        pair_run(&p, count, 0);
        noise_xk_wipe(&p.init.hs);
        noise_xk_wipe(&p.resp.hs);
        assert_failed_for_good(&p.init.hs);
        assert_failed_for_good(&p.resp.hs);
    }
}

static size_t dh_calls;

static int counting_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    dh_calls++;
    return noise_x25519(out, ctx, peer);
}

static void private_key_stays_with_its_holder(void **state)
{
    (void)state;
    pair_begin(&p);
    p.init.key.dh = counting_dh;
    p.resp.key.dh = counting_dh;
    dh_calls = 0;
    for (size_t count = 0; count <= 3; count++) {
        pair_run(&p, count, 0);
        assert_false(contains(&p.init.hs, sizeof p.init.hs, p.init.private_key));
        assert_false(contains(&p.resp.hs, sizeof p.resp.hs, p.resp.private_key));
    }
    assert_int_equal(dh_calls, 2); /* es by the responder, se by the initiator */
}

static int refusing_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    memcpy(out, peer, NOISE_KEY_LEN);
    return 1;
}

static void refusal_of_the_key_holder_ends_the_handshake(void **state)
{
    (void)state;
    assert_key_holder_rejected(&p, refusing_dh, NOISE_ERR_HOLDER);
}

static void zeroed_object_is_refused(void **state)
{
    struct noise_xk_handshake hs = {0};
    struct noise_transport transport;
    uint8_t out[64];
    size_t len = 0;

    (void)state;
    assert_int_equal(noise_xk_write(&hs, NULL, 0, out, sizeof out, &len), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_read(&hs, out, sizeof out, out, sizeof out, &len), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_handshake_hash(&hs, out), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_remote_static(&hs, out), NOISE_ERR_STATE);
    assert_int_equal(noise_xk_split(&hs, &transport), NOISE_ERR_STATE);
    assert_wiped(&hs, NOISE_XK_UNUSED);
}

static void message_1_can_be_replayed_message_3_cannot(void **state)
{
    static struct pair q;
    uint8_t e[NOISE_KEY_LEN];
    size_t len = 0;

    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 0);
    pair_begin(&q);
    fill_ephemeral(e, 0x21);
    assert_int_equal(
        noise_xk_init_responder(&q.resp.hs, &q.resp.key, e, (const uint8_t *)"test", 4), NOISE_OK);
    assert_int_equal(noise_xk_read(&q.resp.hs, p.message[0], p.message_len[0], NULL, 0, &len),
                     NOISE_OK);
    pair_write(&q, 1, 0);
    assert_rejects(&q.resp.hs, p.message[2], p.message_len[2], NOISE_ERR_AUTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_longer_than_hash_is_hashed),
        cmocka_unit_test(empty_prologue_is_mixed),
        cmocka_unit_test(empty_payloads_are_sealed_too),
        cmocka_unit_test(payloads_pass_in_all_messages),
        cmocka_unit_test(payload_is_not_on_the_wire),
        cmocka_unit_test(longest_messages_pass),
        cmocka_unit_test(longer_messages_are_not_written),
        cmocka_unit_test(absurd_payload_length_does_not_wrap),
        cmocka_unit_test(both_sides_agree_on_hash_and_keys),
        cmocka_unit_test(channel_binding_is_h_and_not_ck),
        cmocka_unit_test(hash_and_peer_are_withheld_before_the_end),
        cmocka_unit_test(ephemeral_is_moved_out_of_the_callers_buffer),
        cmocka_unit_test(ephemeral_buffer_used_twice_is_refused),
        cmocka_unit_test(ephemeral_is_wiped_after_its_last_use),
        cmocka_unit_test(other_ephemerals_give_other_messages),
        cmocka_unit_test(split_wipes_the_handshake),
        cmocka_unit_test(spent_handshake_refuses_a_second_run),
        cmocka_unit_test(given_up_handshake_is_wiped),
        cmocka_unit_test(private_key_stays_with_its_holder),
        cmocka_unit_test(refusal_of_the_key_holder_ends_the_handshake),
        cmocka_unit_test(zeroed_object_is_refused),
        cmocka_unit_test(message_1_can_be_replayed_message_3_cannot),
    };

    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests_name("noise handshake", tests, NULL, NULL);
}
