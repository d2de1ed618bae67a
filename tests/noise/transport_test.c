/* SPDX-License-Identifier: Apache-2.0 */
/* Transport messages: limits of n and of length, failed opens, rekey. */
#include "noise/pair.h"

#include <string.h>

static struct pair p;
static uint8_t plain[NOISE_MESSAGE_MAX + 1], message[NOISE_MESSAGE_MAX + 1],
    opened[NOISE_MESSAGE_MAX + 1];

#define LAST_N UINT64_C(0xfffffffffffffffe)

static void seal(struct noise_transport *t, size_t len, uint8_t first)
{
    size_t message_len = 0;

    for (size_t i = 0; i < len; i++)
        plain[i] = (uint8_t)(first + i);
    assert_int_equal(noise_transport_seal(t, plain, len, message, sizeof message, &message_len),
                     NOISE_OK);
    assert_int_equal(message_len, len + 16);
}

static enum noise_result open(struct noise_transport *t, size_t message_len)
{
    size_t len = SIZE_MAX;
    enum noise_result result;

    memset(opened, CANARY, sizeof opened);
    result = noise_transport_open(t, message, message_len, opened, sizeof opened, &len);
    assert_int_equal(len, result == NOISE_OK ? message_len - 16 : SIZE_MAX);
    return result;
}

static void assert_not_opened(struct noise_transport *t, size_t message_len,
                              enum noise_result expected)
{
    struct noise_transport before = *t;

    assert_int_equal(open(t, message_len), expected);
    assert_memory_equal(t, &before, sizeof before);
    for (size_t i = 0; i < sizeof opened; i++)
        if (opened[i] != 0 && opened[i] != CANARY)
            fail_msg("byte %zu of the plaintext was written", i);
}

static void passes(struct noise_transport *from, struct noise_transport *to, size_t len)
{
    seal(from, len, (uint8_t)len);
    assert_int_equal(open(to, len + 16), NOISE_OK);
    assert_memory_equal(opened, plain, len);
    assert_int_equal(opened[len], CANARY);
}

static void messages_pass_both_ways(void **state)
{
    (void)state;
    pair_connect(&p);
    for (size_t len = 0; len < 1000; len += 7) {
        passes(&p.init.transport, &p.resp.transport, len);
        passes(&p.resp.transport, &p.init.transport, len + 1);
    }
    assert_int_equal(p.init.transport.send.n, 143);
    assert_int_equal(p.init.transport.recv.n, 143);
}

static void directions_have_their_own_keys(void **state)
{
    (void)state;
    pair_connect(&p);
    assert_memory_equal(p.init.transport.send.k, p.resp.transport.recv.k, NOISE_KEY_LEN);
    assert_memory_equal(p.init.transport.recv.k, p.resp.transport.send.k, NOISE_KEY_LEN);
    assert_memory_not_equal(p.init.transport.send.k, p.init.transport.recv.k, NOISE_KEY_LEN);
    seal(&p.init.transport, 10, 0);
    assert_not_opened(&p.init.transport, 26, NOISE_ERR_AUTH); /* reflected */
}

static void sealing_and_opening_in_place(void **state)
{
    uint8_t buffer[40] = "in place";
    size_t len = 0;

    (void)state;
    pair_connect(&p);
    assert_int_equal(
        noise_transport_seal(&p.init.transport, buffer, 24, buffer, sizeof buffer, &len), NOISE_OK);
    assert_int_equal(len, 40);
    assert_int_equal(noise_transport_open(&p.resp.transport, buffer, 40, buffer, 24, &len),
                     NOISE_OK);
    assert_int_equal(len, 24);
    assert_string_equal((char *)buffer, "in place");
}

/* 32 zero bits, then n in 64 bits little-endian: sealed here a second time with the nonce spelled
 * out. */
static void nonce_is_four_zeros_then_n_little_endian(void **state)
{
    static const uint8_t nonce[12] = {0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1};
    uint8_t expected[21];

    (void)state;
    pair_connect(&p);
    p.init.transport.send.n = UINT64_C(0x0102030405060708);
    seal(&p.init.transport, 5, 1);
    noise_aead_seal(expected, p.init.transport.send.k, nonce, NULL, 0, plain, 5);
    assert_memory_equal(message, expected, sizeof expected);
}

static void n_last_works(void **state)
{
    (void)state;
    pair_connect(&p);
    p.init.transport.send.n = LAST_N;
    p.resp.transport.recv.n = LAST_N;
    passes(&p.init.transport, &p.resp.transport, 9);
    assert_int_equal(p.init.transport.send.n, UINT64_MAX);
    assert_int_equal(p.resp.transport.recv.n, UINT64_MAX);
}

static void n_reserved_is_refused_before_encrypting(void **state)
{
    struct noise_transport before;
    size_t len = SIZE_MAX;

    (void)state;
    pair_connect(&p);
    p.init.transport.send.n = UINT64_MAX;
    before = p.init.transport;
    memset(message, CANARY, sizeof message);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            noise_transport_seal(&p.init.transport, plain, 9, message, sizeof message, &len),
            NOISE_ERR_NONCE);
    assert_filled(message, CANARY, sizeof message);
    assert_int_equal(len, SIZE_MAX);
    assert_memory_equal(&p.init.transport, &before, sizeof before);
}

/* A message truly sealed under 2^64-1, as only rekey may use it, does not open. */
static void n_reserved_is_refused_before_opening(void **state)
{
    static const uint8_t nonce[12] = {0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};

    (void)state;
    pair_connect(&p);
    noise_aead_seal(message, p.init.transport.send.k, nonce, NULL, 0, plain, 9);
    p.resp.transport.recv.n = UINT64_MAX;
    assert_not_opened(&p.resp.transport, 25, NOISE_ERR_NONCE);
}

static void failed_open_then_the_good_message(void **state)
{
    (void)state;
    pair_connect(&p);
    seal(&p.init.transport, 100, 3);
    for (size_t bit = 0; bit < 8 * 116; bit++) {
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_not_opened(&p.resp.transport, 116, NOISE_ERR_AUTH);
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(open(&p.resp.transport, 116), NOISE_OK);
    assert_memory_equal(opened, plain, 100);
}

static void every_other_length_is_refused(void **state)
{
    (void)state;
    pair_connect(&p);
    memset(message, 0, sizeof message);
    seal(&p.init.transport, 100, 3);
    for (size_t len = 0; len <= 300; len++)
        if (len != 116)
            assert_not_opened(&p.resp.transport, len, len < 16 ? NOISE_ERR_LENGTH : NOISE_ERR_AUTH);
    assert_not_opened(&p.resp.transport, NOISE_MESSAGE_MAX, NOISE_ERR_AUTH);
    assert_not_opened(&p.resp.transport, NOISE_MESSAGE_MAX + 1, NOISE_ERR_LENGTH);
    assert_not_opened(&p.resp.transport, SIZE_MAX, NOISE_ERR_LENGTH);
    assert_int_equal(open(&p.resp.transport, 116), NOISE_OK);
}

static void replayed_and_skipped_messages_are_refused(void **state)
{
    uint8_t first[26];

    (void)state;
    pair_connect(&p);
    seal(&p.init.transport, 10, 0);
    memcpy(first, message, sizeof first);
    seal(&p.init.transport, 10, 1);
    assert_not_opened(&p.resp.transport, 26, NOISE_ERR_AUTH); /* the second before the first */
    memcpy(message, first, sizeof first);
    assert_int_equal(open(&p.resp.transport, 26), NOISE_OK);
    assert_not_opened(&p.resp.transport, 26, NOISE_ERR_AUTH); /* the first again */
}

static void message_of_65535_bytes_works(void **state)
{
    (void)state;
    pair_connect(&p);
    passes(&p.init.transport, &p.resp.transport, 65535 - 16);
}

static void message_of_65536_bytes_is_refused(void **state)
{
    struct noise_transport before;
    size_t len = SIZE_MAX;

    (void)state;
    pair_connect(&p);
    before = p.init.transport;
    memset(message, CANARY, sizeof message);
    assert_int_equal(
        noise_transport_seal(&p.init.transport, plain, 65536 - 16, message, sizeof message, &len),
        NOISE_ERR_LENGTH);
    assert_int_equal(
        noise_transport_seal(&p.init.transport, plain, SIZE_MAX - 8, message, sizeof message, &len),
        NOISE_ERR_LENGTH);
    assert_filled(message, CANARY, sizeof message);
    assert_memory_equal(&p.init.transport, &before, sizeof before);
    /* And a peer that sends one is refused, though its tag be good. */
    {
        static const uint8_t nonce[12];
        static uint8_t forged[65536];

        noise_aead_seal(forged, p.init.transport.send.k, nonce, NULL, 0, plain, 65536 - 16);
        assert_int_equal(noise_transport_open(&p.resp.transport, forged, sizeof forged, opened,
                                              sizeof opened, &len),
                         NOISE_ERR_LENGTH);
    }
}

static void small_buffer_changes_nothing(void **state)
{
    struct noise_transport before;
    size_t len = SIZE_MAX;

    (void)state;
    pair_connect(&p);
    before = p.init.transport;
    memset(message, CANARY, sizeof message);
    assert_int_equal(noise_transport_seal(&p.init.transport, plain, 10, message, 25, &len),
                     NOISE_ERR_BUFFER);
    assert_filled(message, CANARY, sizeof message);
    assert_memory_equal(&p.init.transport, &before, sizeof before);
    seal(&p.init.transport, 10, 0);
    before = p.resp.transport;
    memset(opened, CANARY, sizeof opened);
    assert_int_equal(noise_transport_open(&p.resp.transport, message, 26, opened, 9, &len),
                     NOISE_ERR_BUFFER);
    assert_filled(opened, CANARY, sizeof opened);
    assert_memory_equal(&p.resp.transport, &before, sizeof before);
    assert_int_equal(open(&p.resp.transport, 26), NOISE_OK);
}

/* Rekey(k) = first 32 bytes of ENCRYPT(k, 2^64-1, "", 32 zero bytes); n stays. */
static void rekey_is_as_specified(void **state)
{
    static const uint8_t nonce[12] = {0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
    static const uint8_t zeros[32];
    uint8_t expected[48];

    (void)state;
    pair_connect(&p);
    passes(&p.init.transport, &p.resp.transport, 1);
    noise_aead_seal(expected, p.init.transport.send.k, nonce, NULL, 0, zeros, sizeof zeros);
    assert_int_equal(noise_transport_rekey_send(&p.init.transport), NOISE_OK);
    assert_memory_equal(p.init.transport.send.k, expected, NOISE_KEY_LEN);
    assert_int_equal(p.init.transport.send.n, 1);
    seal(&p.init.transport, 20, 0);
    assert_not_opened(&p.resp.transport, 36, NOISE_ERR_AUTH); /* one side alone */
    assert_int_equal(noise_transport_rekey_recv(&p.resp.transport), NOISE_OK);
    assert_int_equal(p.resp.transport.recv.n, 1);
    assert_int_equal(open(&p.resp.transport, 36), NOISE_OK);
}

static void rekey_leaves_the_other_direction(void **state)
{
    (void)state;
    pair_connect(&p);
    assert_int_equal(noise_transport_rekey_send(&p.init.transport), NOISE_OK);
    passes(&p.resp.transport, &p.init.transport, 30);
    assert_int_equal(noise_transport_rekey_recv(&p.resp.transport), NOISE_OK);
    passes(&p.init.transport, &p.resp.transport, 30);
}

static void wiped_transport_refuses_everything(void **state)
{
    size_t len = SIZE_MAX;

    (void)state;
    pair_connect(&p);
    noise_transport_wipe(&p.init.transport);
    assert_filled((const uint8_t *)&p.init.transport, 0, sizeof p.init.transport);
    memset(message, CANARY, sizeof message);
    assert_int_equal(
        noise_transport_seal(&p.init.transport, plain, 1, message, sizeof message, &len),
        NOISE_ERR_STATE);
    assert_filled(message, CANARY, sizeof message);
    assert_int_equal(open(&p.init.transport, 17), NOISE_ERR_STATE);
    assert_int_equal(noise_transport_rekey_send(&p.init.transport), NOISE_ERR_STATE);
    assert_int_equal(noise_transport_rekey_recv(&p.init.transport), NOISE_ERR_STATE);
    assert_filled((const uint8_t *)&p.init.transport, 0, sizeof p.init.transport);
}

static void a_copy_refuses_everything(void **state)
{
    struct noise_transport copy;
    size_t message_len;

    (void)state;
    pair_connect(&p);
    copy = p.init.transport;
    assert_true(noise_transport_is_live(&p.init.transport));
    assert_false(noise_transport_is_live(&copy));
    assert_int_equal(
        noise_transport_seal(&copy, (const uint8_t *)"x", 1, message, sizeof message, &message_len),
        NOISE_ERR_STATE);
    assert_int_equal(open(&copy, 17), NOISE_ERR_STATE);
    assert_int_equal(noise_transport_rekey_send(&copy), NOISE_ERR_STATE);
    assert_int_equal(noise_transport_rekey_recv(&copy), NOISE_ERR_STATE);
    assert_memory_equal(copy.send.k, p.init.transport.send.k, NOISE_KEY_LEN);
}

static void a_moved_transport_goes_on_and_leaves_no_key(void **state)
{
    struct noise_transport moved;
    size_t message_len, plain_len;

    (void)state;
    pair_connect(&p);
    noise_transport_move(&moved, &p.init.transport);
    assert_filled((const uint8_t *)&p.init.transport, 0, sizeof p.init.transport);
    assert_int_equal(noise_transport_seal(&moved, (const uint8_t *)"x", 1, message, sizeof message,
                                          &message_len),
                     NOISE_OK);
    assert_int_equal(noise_transport_open(&p.resp.transport, message, message_len, plain,
                                          sizeof plain, &plain_len),
                     NOISE_OK);
    /* What is dead stays dead. */
    noise_transport_move(&moved, &p.init.transport);
    assert_false(noise_transport_is_live(&moved));
    assert_filled((const uint8_t *)&moved, 0, sizeof moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_pass_both_ways),
        cmocka_unit_test(directions_have_their_own_keys),
        cmocka_unit_test(sealing_and_opening_in_place),
        cmocka_unit_test(nonce_is_four_zeros_then_n_little_endian),
        cmocka_unit_test(n_last_works),
        cmocka_unit_test(n_reserved_is_refused_before_encrypting),
        cmocka_unit_test(n_reserved_is_refused_before_opening),
        cmocka_unit_test(failed_open_then_the_good_message),
        cmocka_unit_test(every_other_length_is_refused),
        cmocka_unit_test(replayed_and_skipped_messages_are_refused),
        cmocka_unit_test(message_of_65535_bytes_works),
        cmocka_unit_test(message_of_65536_bytes_is_refused),
        cmocka_unit_test(small_buffer_changes_nothing),
        cmocka_unit_test(rekey_is_as_specified),
        cmocka_unit_test(rekey_leaves_the_other_direction),
        cmocka_unit_test(wiped_transport_refuses_everything),
        cmocka_unit_test(a_copy_refuses_everything),
        cmocka_unit_test(a_moved_transport_goes_on_and_leaves_no_key),
    };

    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests_name("noise transport", tests, NULL, NULL);
}
