/* SPDX-License-Identifier: Apache-2.0 */
/* Both roles of the handshake against each other: what must happen, step by step. */
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

static struct pair pair;

static int start(void **state)
{
    (void)state;
    pair_start(&pair);
    return 0;
}

static void reaches_a_session_that_carries_data(void **state)
{
    const uint8_t *body;
    size_t body_len;

    (void)state;
    pair_authenticate(&pair);
    assert_true(
        dsb_device_id_equal(dsb_session_peer(&pair.a.slot.session), &pair.b_peer.identity.id));
    assert_true(
        dsb_device_id_equal(dsb_session_peer(&pair.b.slot.session), &pair.a_peer.identity.id));
    assert_memory_equal(dsb_session_hash(&pair.a.slot.session),
                        dsb_session_hash(&pair.b.slot.session), NOISE_HASH_LEN);
    session_send(&pair.a, &pair.b, "there", 5, pair.now_ms);
    assert_int_equal(session_read(&pair.b, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(body_len, 5);
    assert_memory_equal(body, "there", 5);
    session_send(&pair.b, &pair.a, "back", 4, pair.now_ms);
    assert_int_equal(session_read(&pair.a, pair.now_ms, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(body_len, 4);
    assert_memory_equal(body, "back", 4);
}

static void assert_steps(struct dsb_handshake *hs, const enum dsb_step *steps)
{
    for (; *steps != DSB_STEP_NONE; steps++) {
        assert_int_equal(dsb_handshake_next_step(hs), *steps);
        assert_string_not_equal(dsb_step_name(*steps), "none");
    }
    assert_int_equal(dsb_handshake_next_step(hs), DSB_STEP_NONE);
}

static void reports_each_step_once_and_in_order(void **state)
{
    static const enum dsb_step initiator[] = {DSB_STEP_MSG1_WRITTEN, DSB_STEP_MSG2_READ,
                                              DSB_STEP_MSG3_WRITTEN, DSB_STEP_NONE};
    static const enum dsb_step accepted[] = {DSB_STEP_ACCEPT_OPENED, DSB_STEP_NONE};
    static const enum dsb_step responder[] = {DSB_STEP_MSG1_READ, DSB_STEP_MSG2_WRITTEN,
                                              DSB_STEP_MSG3_READ, DSB_STEP_IDENTITY_BOUND,
                                              DSB_STEP_NONE};

    (void)state;
    assert_steps(&pair.a.slot.handshake, &(enum dsb_step){DSB_STEP_NONE});
    assert_steps(&pair.b.slot.handshake, &(enum dsb_step){DSB_STEP_NONE});
    pair_run_messages(&pair, 3);
    assert_steps(&pair.a.slot.handshake, initiator);
    assert_steps(&pair.b.slot.handshake, responder);
    assert_ok(dsb_slot_finish(&pair.b.slot, pair.now_ms));
    assert_true(session_write(&pair.b, &pair.a, pair.now_ms) > 0);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);
    assert_steps(&pair.a.slot.handshake, accepted);
    assert_string_equal(dsb_step_name(DSB_STEP_NONE), "none");
}

static void a_refused_peer_showed_its_key_but_was_not_bound(void **state)
{
    static const enum dsb_step steps[] = {DSB_STEP_MSG1_READ, DSB_STEP_MSG2_WRITTEN,
                                          DSB_STEP_MSG3_READ, DSB_STEP_NONE};

    (void)state;
    pair.b_peer.trust.count = 0;
    pair_run_messages(&pair, 2);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_steps(&pair.b.slot.handshake, steps);
}

static void nobody_is_authenticated_too_early(void **state)
{
    (void)state;
    for (int messages = 0; messages <= 3; messages++) {
        pair_start(&pair);
        pair_run_messages(&pair, messages);
        /* The initiator never before ACCEPT; the responder only with message 3. */
        assert_null(dsb_handshake_peer(&pair.a.slot.handshake));
        assert_true((dsb_handshake_peer(&pair.b.slot.handshake) != NULL) == (messages == 3));
    }
}

static void no_message_goes_out_twice(void **state)
{
    uint8_t out[DSB_HANDSHAKE_OUT_MAX];

    (void)state;
    for (int messages = 0; messages <= 3; messages++) {
        pair_start(&pair);
        pair_run_messages(&pair, messages);
        if (messages % 2 == 0)
            assert_int_equal(dsb_handshake_output(&pair.b.slot.handshake, out), 0);
        else
            assert_int_equal(dsb_handshake_output(&pair.a.slot.handshake, out), 0);
    }
}

static void messages_have_the_documented_lengths(void **state)
{
    (void)state;
    assert_int_equal(end_write(&pair.a, &pair.b), 2 + 48);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_int_equal(end_write(&pair.b, &pair.a), 2 + 48 + 14);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
    assert_int_equal(end_write(&pair.a, &pair.b), 2 + 64 + 2 + 5 + 14);
}

/* Two pieces, cut at every place: the first must leave the state alone, the second complete it. */
static void every_cut_of_every_message_is_the_same(void **state)
{
    (void)state;
    for (int message = 1; message <= 3; message++) {
        size_t len = 0;

        for (size_t cut = 0; cut <= len; cut++) {
            pair_start(&pair);
            pair_run_messages(&pair, message - 1);
            struct end *from = message == 2 ? &pair.b : &pair.a;
            struct end *to = message == 2 ? &pair.a : &pair.b;
            len = end_write(from, to);
            enum dsb_handshake_state before = to->slot.handshake.state;
            to->in.len = cut;
            enum dsb_handshake_state after = end_feed(to, pair.now_ms);
            assert_true(cut == len || after == before);
            to->in.len = cut == len ? 0 : len;
            assert_int_not_equal(end_feed(to, pair.now_ms), before);
            assert_int_not_equal(to->slot.handshake.state, DSB_HANDSHAKE_FAILED);
        }
    }
}

static void the_longest_ids_fit(void **state)
{
    static struct peer client, server;
    char client_id[DSB_DEVICE_ID_MAX + 1], server_id[DSB_DEVICE_ID_MAX + 1];
    uint8_t ephemeral[DSB_KEY_LEN];

    (void)state;
    memset(client_id, 'a', DSB_DEVICE_ID_MAX);
    memset(server_id, 'z', DSB_DEVICE_ID_MAX);
    client_id[DSB_DEVICE_ID_MAX] = server_id[DSB_DEVICE_ID_MAX] = 0;
    peer_make(&client, client_id, 1);
    peer_make(&server, server_id, 2);
    peer_trust(&client, &server);
    peer_trust(&server, &client);
    test_ephemeral(ephemeral, 3);
    assert_ok(dsb_handshake_connect(&pair.a.slot.handshake, &client.local, &server.identity.id,
                                    ephemeral, pair.now_ms));
    test_ephemeral(ephemeral, 4);
    assert_ok(dsb_handshake_accept(&pair.b.slot.handshake, &server.local, ephemeral, pair.now_ms));
    pair_authenticate(&pair);
    assert_int_equal(dsb_session_peer(&pair.b.slot.session)->len, DSB_DEVICE_ID_MAX);
}

static void a_connection_to_oneself_fails(void **state)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    (void)state;
    /* alpha reaches its own port where it meant beta. */
    test_ephemeral(ephemeral, 9);
    assert_ok(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.a_peer.local, ephemeral, pair.now_ms));
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_int_equal(dsb_handshake_reason(&pair.b.slot.handshake), DSB_REASON_MSG1_DECRYPT);
}

static void two_initiators_fail_each_other(void **state)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    (void)state;
    test_ephemeral(ephemeral, 9);
    assert_ok(dsb_handshake_connect(&pair.b.slot.handshake, &pair.b_peer.local,
                                    &pair.a_peer.identity.id, ephemeral, pair.now_ms));
    assert_true(end_write(&pair.a, &pair.b) > 0);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_int_equal(dsb_handshake_reason(&pair.a.slot.handshake), DSB_REASON_MSG2_DECRYPT);
}

/* A recorded good conversation, played to a responder with a fresh ephemeral, gets no session. */
static void a_replayed_conversation_fails_at_message_3(void **state)
{
    static struct stream recorded;
    size_t msg1_len;

    (void)state;
    recorded.len = 0;
    msg1_len = end_write(&pair.a, &pair.b);
    stream_put(&recorded, pair.b.in.bytes, pair.b.in.len);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    assert_int_equal(end_feed(&pair.a, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG3);
    assert_true(end_write(&pair.a, &pair.b) > 0);
    stream_put(&recorded, pair.b.in.bytes, pair.b.in.len);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_AUTHENTICATED);

    uint8_t ephemeral[DSB_KEY_LEN];
    test_ephemeral(ephemeral, 0x45);
    assert_ok(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms));
    stream_put(&pair.b.in, recorded.bytes, msg1_len);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_true(end_write(&pair.b, &pair.a) > 0);
    stream_put(&pair.b.in, recorded.bytes + msg1_len, recorded.len - msg1_len);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_int_equal(dsb_handshake_reason(&pair.b.slot.handshake), DSB_REASON_MSG3_DECRYPT);
}

static void feeding_nothing_changes_nothing(void **state)
{
    size_t used_len;
    struct dsb_handshake before = pair.b.slot.handshake;

    (void)state;
    assert_int_equal(dsb_handshake_feed(&pair.b.slot.handshake, NULL, 0, pair.now_ms, &used_len),
                     DSB_HANDSHAKE_READ_MSG1);
    assert_int_equal(used_len, 0);
    assert_memory_equal(&before, &pair.b.slot.handshake, sizeof before);
}

/* A slot is used again and again: nothing of what it held before counts. */
static void an_object_may_hold_anything_before(void **state)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    (void)state;
    memset(&pair.a.slot, 0xff, sizeof pair.a.slot);
    memset(&pair.b.slot, 0xff, sizeof pair.b.slot);
    test_ephemeral(ephemeral, 1);
    assert_ok(dsb_handshake_connect(&pair.a.slot.handshake, &pair.a_peer.local,
                                    &pair.b_peer.identity.id, ephemeral, pair.now_ms));
    test_ephemeral(ephemeral, 2);
    assert_ok(
        dsb_handshake_accept(&pair.b.slot.handshake, &pair.b_peer.local, ephemeral, pair.now_ms));
    assert_int_equal(dsb_handshake_reason(&pair.a.slot.handshake), DSB_REASON_NONE);
    assert_null(dsb_handshake_claim(&pair.b.slot.handshake));
    pair_authenticate(&pair);
}

static void a_zero_handshake_refuses_everything(void **state)
{
    static struct dsb_handshake hs;
    uint8_t in[64] = {0, 48}, out[DSB_HANDSHAKE_OUT_MAX];
    struct dsb_session session;
    size_t used_len;

    (void)state;
    assert_int_equal(dsb_handshake_feed(&hs, in, sizeof in, 0, &used_len), DSB_HANDSHAKE_UNUSED);
    assert_int_equal(used_len, 0);
    assert_int_equal(dsb_handshake_output(&hs, out), 0);
    assert_int_equal(dsb_handshake_tick(&hs, UINT64_MAX), DSB_HANDSHAKE_UNUSED);
    assert_int_equal(dsb_handshake_deadline(&hs), DSB_NO_DEADLINE);
    assert_int_equal(dsb_handshake_end_of_stream(&hs), DSB_HANDSHAKE_UNUSED);
    assert_int_equal(dsb_handshake_finish(&hs, &session, 0), DSB_WRONG_STATE);
    assert_null(dsb_handshake_peer(&hs));
    assert_null(dsb_handshake_claim(&hs));
    assert_int_equal(dsb_handshake_next_step(&hs), DSB_STEP_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reaches_a_session_that_carries_data, start),
        cmocka_unit_test_setup(reports_each_step_once_and_in_order, start),
        cmocka_unit_test_setup(a_refused_peer_showed_its_key_but_was_not_bound, start),
        cmocka_unit_test_setup(nobody_is_authenticated_too_early, start),
        cmocka_unit_test_setup(no_message_goes_out_twice, start),
        cmocka_unit_test_setup(messages_have_the_documented_lengths, start),
        cmocka_unit_test_setup(every_cut_of_every_message_is_the_same, start),
        cmocka_unit_test_setup(the_longest_ids_fit, start),
        cmocka_unit_test_setup(a_connection_to_oneself_fails, start),
        cmocka_unit_test_setup(two_initiators_fail_each_other, start),
        cmocka_unit_test_setup(a_replayed_conversation_fails_at_message_3, start),
        cmocka_unit_test_setup(feeding_nothing_changes_nothing, start),
        cmocka_unit_test_setup(an_object_may_hold_anything_before, start),
        cmocka_unit_test(a_zero_handshake_refuses_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
