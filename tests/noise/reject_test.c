/* SPDX-License-Identifier: Apache-2.0 */
/* What must be rejected: with the documented error, no plaintext, wiped keys, for good. */
#include "noise/pair.h"
#include "vectors/hex.h"
#include "vectors/low_order_points.h"

#include <string.h>

static struct pair p;

/* Payload bytes of the messages under test, so that both tags of each message and the text are hit.
 */
#define PAYLOAD_LEN 5

/* Up to message i, which is written but not read. */
static void until_message(size_t i)
{
    pair_begin(&p);
    pair_run(&p, i, PAYLOAD_LEN);
    pair_write(&p, i, PAYLOAD_LEN);
}

static void every_bit(size_t i)
{
    struct noise_xk_handshake before;

    until_message(i);
    before = pair_reader(&p, i)->hs;
    for (size_t bit = 0; bit < 8 * p.message_len[i]; bit++) {
        struct noise_xk_handshake hs = before;

        p.message[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_rejects(&hs, p.message[i], p.message_len[i], NOISE_ERR_AUTH);
        p.message[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    pair_begin(&p);
    pair_run(&p, 3, PAYLOAD_LEN); /* the unflipped messages pass */
}

static void every_bit_of_message_1(void **state)
{
    (void)state;
    every_bit(0);
}

static void every_bit_of_message_2(void **state)
{
    (void)state;
    every_bit(1);
}

static void every_bit_of_message_3(void **state)
{
    (void)state;
    every_bit(2);
}

static void absurd_length_is_refused_unread(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        until_message(i);
        assert_rejects(&pair_reader(&p, i)->hs, p.message[i], SIZE_MAX, NOISE_ERR_LENGTH);
    }
}

static void output_buffer_too_small(void **state)
{
    uint8_t out[NOISE_XK_MESSAGE_3_OVERHEAD];
    size_t len = SIZE_MAX;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct noise_xk_handshake *reader, *writer;

        memset(out, CANARY, sizeof out);
        until_message(i);
        reader = &pair_reader(&p, i)->hs;
        assert_int_equal(
            noise_xk_read(reader, p.message[i], p.message_len[i], out, PAYLOAD_LEN - 1, &len),
            NOISE_ERR_BUFFER);
        assert_failed_for_good(reader);
        pair_begin(&p);
        pair_run(&p, i, 0);
        writer = &pair_writer(&p, i)->hs;
        assert_int_equal(noise_xk_write(writer, NULL, 0, out, i == 2 ? 63 : 47, &len),
                         NOISE_ERR_BUFFER);
        assert_failed_for_good(writer);
        assert_filled(out, CANARY, sizeof out);
        assert_int_equal(len, SIZE_MAX);
    }
}

static void initiator_aims_at_another_key(void **state)
{
    uint8_t e[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    fill_ephemeral(e, 1);
    assert_int_equal(noise_xk_init_initiator(&p.init.hs, &p.init.key, p.init.key.public_key, e,
                                             (const uint8_t *)"test", 4),
                     NOISE_OK);
    pair_write(&p, 0, 0);
    assert_rejects(&p.resp.hs, p.message[0], p.message_len[0], NOISE_ERR_AUTH);
}

static void responder_lacks_the_private_key(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_write(&p, 0, 0);
    p.resp.private_key[5] ^= 1; /* claims the public key, cannot do its DH */
    assert_rejects(&p.resp.hs, p.message[0], p.message_len[0], NOISE_ERR_AUTH);
}

static void initiator_lacks_the_private_key(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 2, 0);
    p.init.private_key[5] ^= 1;
    pair_write(&p, 2, PAYLOAD_LEN);
    assert_rejects(&p.resp.hs, p.message[2], p.message_len[2], NOISE_ERR_AUTH);
}

static void other_prologue(void **state)
{
    static const char *const others[] = {"", "tes", "test1", "Test", "tesu"};
    uint8_t e[NOISE_KEY_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        pair_begin(&p);
        fill_ephemeral(e, 1);
        assert_int_equal(noise_xk_init_responder(&p.resp.hs, &p.resp.key, e,
                                                 (const uint8_t *)others[i], strlen(others[i])),
                         NOISE_OK);
        pair_write(&p, 0, 0);
        assert_rejects(&p.resp.hs, p.message[0], p.message_len[0], NOISE_ERR_AUTH);
    }
}

static void message_of_another_handshake(void **state)
{
    static struct pair q;
    uint8_t e[NOISE_KEY_LEN];

    (void)state;
    for (size_t i = 1; i < 3; i++) {
        pair_begin(&q);
        fill_ephemeral(e, 77);
        assert_int_equal(noise_xk_init_initiator(&q.init.hs, &q.init.key, q.resp.key.public_key, e,
                                                 (const uint8_t *)"test", 4),
                         NOISE_OK);
        pair_run(&q, i, PAYLOAD_LEN);
        pair_write(&q, i, PAYLOAD_LEN);
        until_message(i);
        assert_rejects(&pair_reader(&p, i)->hs, q.message[i], q.message_len[i], NOISE_ERR_AUTH);
    }
}

static void reflected_message(void **state)
{
    (void)state;
    until_message(0);
    assert_rejects(&p.init.hs, p.message[0], p.message_len[0], NOISE_ERR_AUTH);
    pair_begin(&p);
    pair_run(&p, 1, 0);
    pair_write(&p, 1, 20); /* as long as a message 3 */
    assert_rejects(&p.resp.hs, p.message[1], p.message_len[1], NOISE_ERR_AUTH);
}

static void same_message_twice(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 1, 0);
    assert_rejects(&p.resp.hs, p.message[0], p.message_len[0], NOISE_ERR_STATE);
}

/* es at the initiator: the point is the responder's static key as configured. */
static void low_order_responder_static(void **state)
{
    uint8_t e[NOISE_KEY_LEN], point[NOISE_KEY_LEN], out[48];
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < low_order_points_count; i++) {
        pair_begin(&p);
        fill_ephemeral(e, 1);
        assert_true(hex_decode(low_order_points[i], 64, point));
        assert_int_equal(noise_xk_init_initiator(&p.init.hs, &p.init.key, point, e, NULL, 0),
                         NOISE_OK);
        assert_int_equal(noise_xk_write(&p.init.hs, NULL, 0, out, sizeof out, &len), NOISE_ERR_DH);
        assert_failed_for_good(&p.init.hs);
    }
}

/* es at the responder, ee at the initiator: the point is the other's ephemeral in the message. */
static void low_order_ephemeral(void **state)
{
    (void)state;
    for (size_t i = 0; i < low_order_points_count; i++) {
        for (size_t message = 0; message < 2; message++) {
            until_message(message);
            assert_true(hex_decode(low_order_points[i], 64, p.message[message]));
            assert_rejects(&pair_reader(&p, message)->hs, p.message[message],
                           p.message_len[message], NOISE_ERR_DH);
        }
    }
}

static int pretending_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    memcpy(out, peer, NOISE_KEY_LEN);
    return 0;
}

/* se at the responder: the initiator seals a low-order point as its static key. */
static void low_order_initiator_static(void **state)
{
    (void)state;
    for (size_t i = 0; i < low_order_points_count; i++) {
        pair_begin(&p);
        assert_true(hex_decode(low_order_points[i], 64, p.init.key.public_key));
        p.init.key.dh = pretending_dh;
        pair_run(&p, 2, 0);
        pair_write(&p, 2, PAYLOAD_LEN);
        assert_rejects(&p.resp.hs, p.message[2], p.message_len[2], NOISE_ERR_DH);
    }
}

/* Message 1 with a low-order point as its ephemeral, for a responder whose key holder answers with
 * the point itself. */
static void write_low_order_message_1(const uint8_t point[NOISE_KEY_LEN])
{
    struct noise_symmetric ss;

    noise_symmetric_init(&ss);
    noise_symmetric_mix_hash(&ss, pair_prologue, PAIR_PROLOGUE_LEN);
    noise_symmetric_mix_hash(&ss, p.resp.key.public_key, NOISE_KEY_LEN);
    memcpy(p.message[0], point, NOISE_KEY_LEN);
    noise_symmetric_mix_hash(&ss, point, NOISE_KEY_LEN);
    noise_symmetric_mix_key(&ss, point);
    assert_int_equal(noise_symmetric_encrypt(&ss, NULL, 0, p.message[0] + NOISE_KEY_LEN), NOISE_OK);
    p.message_len[0] = NOISE_XK_MESSAGE_1_OVERHEAD;
}

/* ee at the responder: it meets a low-order ephemeral only when the key holder let it pass es. */
static void low_order_ephemeral_that_the_key_holder_accepts(void **state)
{
    static const uint8_t zeros[NOISE_KEY_LEN];
    uint8_t point[NOISE_KEY_LEN], payload[1], out[64];
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < low_order_points_count; i++) {
        assert_true(hex_decode(low_order_points[i], 64, point));
        if (memcmp(point, zeros, sizeof point) == 0)
            continue; /* an all-zero answer of the holder is refused at es */
        pair_begin(&p);
        p.resp.key.dh = pretending_dh;
        write_low_order_message_1(point);
        assert_int_equal(noise_xk_read(&p.resp.hs, p.message[0], p.message_len[0], payload,
                                       sizeof payload, &len),
                         NOISE_OK);
        assert_int_equal(noise_xk_write(&p.resp.hs, NULL, 0, out, sizeof out, &len), NOISE_ERR_DH);
        assert_failed_for_good(&p.resp.hs);
    }
}

static int zero_dh(void *ctx, uint8_t out[NOISE_KEY_LEN], const uint8_t peer[NOISE_KEY_LEN])
{
    (void)ctx;
    (void)peer;
    memset(out, 0, NOISE_KEY_LEN);
    return 0;
}

/* A key holder that does not check, both places where the static key's DH is asked for. */
static void all_zero_result_of_the_key_holder(void **state)
{
    (void)state;
    assert_key_holder_rejected(&p, zero_dh, NOISE_ERR_DH);
}

/* Every call that is not the one whose turn it is, at every point, on both sides. */
static void every_wrong_order(void **state)
{
    uint8_t in[64] = {0}, out[64];
    struct noise_transport transport;

    (void)state;
    for (size_t count = 0; count <= 3; count++) {
        for (size_t is_init = 0; is_init < 2; is_init++) {
            for (size_t call = 0; call < 3; call++) {
                struct noise_xk_handshake *hs;
                bool writes = (count % 2 == 0) == (is_init == 1);
                size_t len = SIZE_MAX;
                enum noise_result result;

                if ((call == 2 && count == 3) || (count < 3 && call == (writes ? 0 : 1)))
                    continue; /* its turn */
                pair_begin(&p);
                pair_run(&p, count, 0);
                hs = is_init ? &p.init.hs : &p.resp.hs;
                memset(out, CANARY, sizeof out);
                memset(&transport, CANARY, sizeof transport);
                if (call == 0)
                    result = noise_xk_write(hs, NULL, 0, out, sizeof out, &len);
                else if (call == 1)
                    result = noise_xk_read(hs, in, sizeof in, out, sizeof out, &len);
                else
                    result = noise_xk_split(hs, &transport);
                assert_int_equal(result, NOISE_ERR_STATE);
                assert_int_equal(len, SIZE_MAX);
                assert_filled(out, CANARY, sizeof out);
                if (call == 2)
                    assert_filled((const uint8_t *)&transport, 0, sizeof transport);
                assert_failed_for_good(hs);
            }
        }
    }
}

/* The first and the last byte of a message are the first and the last that may not be shared. */
static void reading_in_place_is_refused(void **state)
{
    static uint8_t buffer[1024];
    uint8_t *message = buffer + 256;
    size_t payload_len;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (int after = 0; after < 2; after++) {
            for (int apart = 0; apart < 2; apart++) {
                until_message(i);
                memcpy(message, p.message[i], p.message_len[i]);
                uint8_t *payload =
                    after ? message + p.message_len[i] - !apart : message - PAYLOAD_LEN + !apart;
                struct noise_xk_handshake *hs = &pair_reader(&p, i)->hs;

                assert_int_equal(noise_xk_read(hs, message, p.message_len[i], payload, PAYLOAD_LEN,
                                               &payload_len),
                                 apart ? NOISE_OK : NOISE_ERR_BUFFER);
                if (!apart)
                    assert_failed_for_good(hs);
            }
        }
    }
}

static void writing_in_place_is_refused(void **state)
{
    static uint8_t buffer[1024];
    uint8_t *message = buffer + 256;
    static const size_t lens[] = {NOISE_XK_MESSAGE_1_OVERHEAD + PAYLOAD_LEN,
                                  NOISE_XK_MESSAGE_2_OVERHEAD + PAYLOAD_LEN,
                                  NOISE_XK_MESSAGE_3_OVERHEAD + PAYLOAD_LEN};
    size_t message_len;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t at = lens[i] - 1; at <= lens[i]; at++) {
            bool apart = at == lens[i];

            pair_begin(&p);
            pair_run(&p, i, PAYLOAD_LEN);
            assert_int_equal(noise_xk_write(&pair_writer(&p, i)->hs, message + at, PAYLOAD_LEN,
                                            message, 256, &message_len),
                             apart ? NOISE_OK : NOISE_ERR_BUFFER);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_message_1),
        cmocka_unit_test(every_bit_of_message_2),
        cmocka_unit_test(every_bit_of_message_3),
        cmocka_unit_test(absurd_length_is_refused_unread),
        cmocka_unit_test(output_buffer_too_small),
        cmocka_unit_test(initiator_aims_at_another_key),
        cmocka_unit_test(responder_lacks_the_private_key),
        cmocka_unit_test(initiator_lacks_the_private_key),
        cmocka_unit_test(other_prologue),
        cmocka_unit_test(message_of_another_handshake),
        cmocka_unit_test(reflected_message),
        cmocka_unit_test(same_message_twice),
        cmocka_unit_test(low_order_responder_static),
        cmocka_unit_test(low_order_ephemeral),
        cmocka_unit_test(low_order_initiator_static),
        cmocka_unit_test(low_order_ephemeral_that_the_key_holder_accepts),
        cmocka_unit_test(all_zero_result_of_the_key_holder),
        cmocka_unit_test(every_wrong_order),
        cmocka_unit_test(reading_in_place_is_refused),
        cmocka_unit_test(writing_in_place_is_refused),
    };

    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests_name("noise rejections", tests, NULL, NULL);
}
