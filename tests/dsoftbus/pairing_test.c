/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing: what two sides that know the code come to, and what those that do not. */
#include "dsoftbus/pairing.h"
#include "dsoftbus/testing.h"
#include "noise/crypto.h"

#include <string.h>

struct side {
    struct dsb_pairing run;
    uint8_t key[DSB_KEY_LEN];
    enum dsb_pairing_event events[16]; /* in their order, but for NONE */
    size_t event_count;
};

static struct side d, l; /* dialler and listener */

static const char code[] = "314159";

static void make(struct side *side, enum dsb_pairing_role role, const char *id, const char *secret,
                 uint8_t seed)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN], private[DSB_KEY_LEN];
    static const uint8_t zero[DSB_PAIRING_RANDOM_LEN];
    struct dsb_device_id device;

    memset(side, 0, sizeof *side);
    memset(random, seed, sizeof random);
    memset(private, seed, sizeof private);
    noise_x25519_base(side->key, private);
    assert_ok(dsb_device_id_set(&device, id, strlen(id)));
    assert_ok(
        dsb_pairing_init(&side->run, role, &device, side->key, secret, strlen(secret), random));
    assert_memory_equal(random, zero, sizeof random);
}

static int start(void **state)
{
    (void)state;
    make(&d, DSB_PAIRING_DIALLER, "dialler", code, 1);
    make(&l, DSB_PAIRING_LISTENER, "listener", code, 2);
    return 0;
}

static void take(struct side *to, const uint8_t *message, size_t len)
{
    assert_int_equal(dsb_pairing_wants(&to->run), len);
    enum dsb_pairing_event event = dsb_pairing_receive(&to->run, message);
    if (event != DSB_PAIRING_EVENT_NONE)
        to->events[to->event_count++] = event;
}

/* One message from whoever has to send; false when nobody has. A bit of it may be altered. */
static bool step(size_t alter_bit)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    struct side *to = &l;
    size_t len = dsb_pairing_send(&d.run, message);

    if (len == 0) {
        to = &d;
        len = dsb_pairing_send(&l.run, message);
    }
    if (len == 0)
        return false;
    if (alter_bit < 8 * len)
        message[alter_bit / 8] ^= (uint8_t)(1 << alter_bit % 8);
    take(to, message, len);
    return true;
}

#define NO_BIT SIZE_MAX

static void run_to_the_end(void)
{
    while (step(NO_BIT))
        ;
}

static void assert_events(const struct side *side, const enum dsb_pairing_event *expected,
                          size_t count)
{
    assert_int_equal(side->event_count, count);
    assert_memory_equal(side->events, expected, count * sizeof *expected);
}

static bool has(const struct side *side, enum dsb_pairing_event event)
{
    for (size_t i = 0; i < side->event_count; i++)
        if (side->events[i] == event)
            return true;
    return false;
}

static void both_learn_the_others_id_and_key(void **state)
{
    static const enum dsb_pairing_event dialler[] = {DSB_PAIRING_EVENT_PENDING,
                                                     DSB_PAIRING_EVENT_COMMIT},
                                        listener[] = {DSB_PAIRING_EVENT_ATTEMPT,
                                                      DSB_PAIRING_EVENT_COMMIT};
    (void)state;
    run_to_the_end();
    assert_events(&d, dialler, 2);
    assert_events(&l, listener, 2);
    assert_memory_equal(d.run.peer_key, l.key, DSB_KEY_LEN);
    assert_memory_equal(l.run.peer_key, d.key, DSB_KEY_LEN);
    assert_true(dsb_device_id_equal(&d.run.peer_id, &l.run.id));
    assert_true(dsb_device_id_equal(&l.run.peer_id, &d.run.id));
    assert_int_equal(d.run.state, DSB_PAIRING_OVER);
    assert_int_equal(l.run.state, DSB_PAIRING_OVER);
    assert_int_equal(dsb_pairing_wants(&d.run) + dsb_pairing_wants(&l.run), 0);
}

static void a_wrong_code_is_one_attempt_and_tells_neither_side_a_key(void **state)
{
    static const enum dsb_pairing_event listener[] = {DSB_PAIRING_EVENT_ATTEMPT,
                                                      DSB_PAIRING_EVENT_FAILED};
    static const uint8_t zero[DSB_KEY_LEN];

    (void)state;
    make(&d, DSB_PAIRING_DIALLER, "dialler", "314158", 1);
    run_to_the_end();
    assert_events(&l, listener, 2);
    assert_int_equal(l.run.fault, DSB_PAIRING_CODE);
    assert_int_equal(d.event_count, 0);
    assert_memory_equal(d.run.peer_key, zero, DSB_KEY_LEN);
    assert_memory_equal(l.run.peer_key, zero, DSB_KEY_LEN);
}

/* Whoever answers without the code gets what the dialler sealed, and cannot answer it. */
static void a_listener_without_the_code_is_refused(void **state)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX] = {0};

    (void)state;
    for (int i = 0; i < 5; i++) /* up to the dialler's own id and key */
        assert_true(step(NO_BIT));
    memset(message, 0x5a, sizeof message);
    take(&d, message, sizeof message);
    assert_int_equal(d.run.fault, DSB_PAIRING_CODE);
    assert_false(has(&d, DSB_PAIRING_EVENT_PENDING));
}

static const size_t message_lens[] = {17, 17, 32, 32, 113, 113, 16, 16};
#define MESSAGE_COUNT (sizeof message_lens / sizeof message_lens[0])

/* Bit after bit of each message: who reads it, or the answer to it, fails, and nobody who was told
 * something false makes a peer trusted. */
static void an_altered_bit_of_any_message_ends_the_run(void **state)
{
    for (size_t n = 0; n < MESSAGE_COUNT; n++) {
        for (size_t bit = 0; bit < 8 * message_lens[n]; bit++) {
            (void)start(state);
            for (size_t i = 0; i < n; i++)
                assert_true(step(NO_BIT));
            assert_true(step(bit));
            run_to_the_end();
            assert_true(has(&d, DSB_PAIRING_EVENT_FAILED) || has(&l, DSB_PAIRING_EVENT_FAILED));
            assert_false(has(&d, DSB_PAIRING_EVENT_COMMIT));
            assert_int_equal(has(&l, DSB_PAIRING_EVENT_COMMIT), n == MESSAGE_COUNT - 1);
        }
    }
}

/* Each direction numbers what it seals: a nonce of a key comes once. */
static void no_nonce_is_used_twice(void **state)
{
    uint8_t nonce[NOISE_CRYPTO_NONCE_LEN] = {0}, key[DSB_KEY_LEN], sealed[NOISE_CRYPTO_TAG_LEN];
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];

    (void)state;
    for (int i = 0; i < 6; i++)
        assert_true(step(NO_BIT));
    memcpy(key, d.run.seal_key, sizeof key);
    assert_int_equal(dsb_pairing_send(&d.run, message), sizeof sealed);
    noise_aead_seal(sealed, key, nonce, NULL, 0, NULL, 0);
    assert_memory_not_equal(message, sealed, sizeof sealed);
    nonce[4] = 1;
    noise_aead_seal(sealed, key, nonce, NULL, 0, NULL, 0);
    assert_memory_equal(message, sealed, sizeof sealed);
}

/* What a side said, said back to it. */
static void a_side_does_not_pair_with_its_own_echo(void **state)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];
    size_t len;

    (void)state;
    while ((len = dsb_pairing_send(&d.run, message)) != 0)
        take(&d, message, len);
    assert_int_equal(d.run.fault, DSB_PAIRING_CODE);
    assert_false(has(&d, DSB_PAIRING_EVENT_PENDING));
}

/* All of an earlier run of the same dialler, with the same code: the listener is fresh. */
static void a_recorded_run_does_not_pass_again(void **state)
{
    uint8_t recorded[4][DSB_PAIRING_MESSAGE_MAX];
    size_t lens[4] = {0}, count = 0, len;
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];

    (void)state;
    while ((len = dsb_pairing_send(&d.run, recorded[count])) != 0) {
        lens[count] = len;
        take(&l, recorded[count++], len);
        len = dsb_pairing_send(&l.run, message);
        take(&d, message, len);
    }
    assert_int_equal(count, 4);
    assert_true(has(&l, DSB_PAIRING_EVENT_COMMIT));
    make(&l, DSB_PAIRING_LISTENER, "listener", code, 3);
    for (size_t i = 0; i < 3; i++) {
        take(&l, recorded[i], lens[i]);
        (void)!dsb_pairing_send(&l.run, message);
    }
    assert_int_equal(l.run.fault, DSB_PAIRING_CODE);
}

static void another_version_is_refused(void **state)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX] = {2};

    (void)state;
    take(&l, message, 17);
    assert_int_equal(l.run.fault, DSB_PAIRING_VERSION);
    assert_int_equal(dsb_pairing_send(&l.run, message), 0);
    assert_int_equal(dsb_pairing_wants(&l.run), 0);
}

static void a_share_that_is_no_element_is_no_attempt(void **state)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX] = {0};

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_true(step(NO_BIT));
    take(&l, message, 32); /* the neutral element */
    assert_int_equal(l.run.fault, DSB_PAIRING_SHARE);
    assert_false(has(&l, DSB_PAIRING_EVENT_ATTEMPT));
}

/* Somebody who has the code, and lies about the rest. */
static void lies(const char *id, size_t id_len, const uint8_t key[DSB_KEY_LEN],
                 enum dsb_pairing_fault expected)
{
    for (int i = 0; i < 4; i++)
        assert_true(step(NO_BIT));
    d.run.id.len = (uint8_t)id_len;
    memset(d.run.id.text, 0, sizeof d.run.id.text);
    memcpy(d.run.id.text, id, id_len < sizeof d.run.id.text ? id_len : sizeof d.run.id.text);
    memcpy(d.run.key, key, DSB_KEY_LEN);
    assert_true(step(NO_BIT));
    assert_int_equal(l.run.fault, expected);
    assert_int_equal(dsb_pairing_wants(&l.run), 0);
}

static void an_id_that_is_none_is_refused(void **state)
{
    (void)state;
    lies("Not An Id", 9, d.key, DSB_PAIRING_ID);
}

static void an_id_longer_than_there_is_is_refused(void **state)
{
    static const char letters[65] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    (void)state;
    lies(letters, 255, d.key, DSB_PAIRING_ID);
}

static void an_id_with_bytes_behind_it_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_true(step(NO_BIT));
    d.run.id.text[d.run.id.len] = 'x';
    assert_true(step(NO_BIT));
    assert_int_equal(l.run.fault, DSB_PAIRING_ID);
}

static void the_listeners_own_id_is_refused(void **state)
{
    (void)state;
    lies("listener", 8, d.key, DSB_PAIRING_ID);
}

static void the_listeners_own_key_is_refused(void **state)
{
    (void)state;
    lies("dialler", 7, l.key, DSB_PAIRING_KEY);
}

static void a_key_of_low_order_is_refused(void **state)
{
    static const uint8_t one[DSB_KEY_LEN] = {1};

    (void)state;
    lies("dialler", 7, one, DSB_PAIRING_KEY);
}

static void no_code_and_one_too_long_are_refused(void **state)
{
    uint8_t random[DSB_PAIRING_RANDOM_LEN], text[DSB_PAIRING_CODE_MAX + 1] = {1};

    (void)state;
    memset(random, 1, sizeof random);
    assert_int_equal(
        dsb_pairing_init(&l.run, DSB_PAIRING_LISTENER, &d.run.id, d.key, text, 0, random),
        DSB_INVALID);
    assert_int_equal(random[0], 0);
    assert_int_equal(
        dsb_pairing_init(&l.run, DSB_PAIRING_LISTENER, &d.run.id, d.key, text, sizeof text, random),
        DSB_INVALID);
    memset(random, 1, sizeof random);
    assert_ok(dsb_pairing_init(&l.run, DSB_PAIRING_LISTENER, &d.run.id, d.key, text,
                               sizeof text - 1, random));
}

/* A message that comes while this side has to send, or after the end, is not looked at. */
static void out_of_turn_nothing_is_taken(void **state)
{
    const uint8_t message[DSB_PAIRING_MESSAGE_MAX] = {1};
    struct dsb_pairing before = d.run;

    (void)state;
    assert_int_equal(dsb_pairing_wants(&d.run), 0);
    assert_int_equal(dsb_pairing_receive(&d.run, message), DSB_PAIRING_EVENT_NONE);
    assert_memory_equal(&d.run, &before, sizeof before);
    run_to_the_end();
    before = l.run;
    assert_int_equal(dsb_pairing_receive(&l.run, message), DSB_PAIRING_EVENT_NONE);
    assert_memory_equal(&l.run, &before, sizeof before);
}

static void a_wiped_run_holds_nothing_and_says_nothing(void **state)
{
    static const struct dsb_pairing none;
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];

    (void)state;
    for (int i = 0; i < 5; i++) /* up to the keys */
        assert_true(step(NO_BIT));
    dsb_pairing_wipe(&d.run);
    assert_memory_equal(&d.run, &none, sizeof none);
    assert_int_equal(dsb_pairing_send(&d.run, message), 0);
    assert_int_equal(dsb_pairing_wants(&d.run), 0);
}

static void each_fault_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = DSB_PAIRING_NO_FAULT; i <= DSB_PAIRING_KEY; i++)
        for (int j = DSB_PAIRING_NO_FAULT; j < i; j++)
            assert_string_not_equal(dsb_pairing_fault_name((enum dsb_pairing_fault)i),
                                    dsb_pairing_fault_name((enum dsb_pairing_fault)j));
}

static void each_failure_doubles_the_wait_up_to_an_hour(void **state)
{
    (void)state;
    assert_int_equal(dsb_pairing_wait_s(0), 0);
    assert_int_equal(dsb_pairing_wait_s(1), 2);
    assert_int_equal(dsb_pairing_wait_s(11), 2048);
    assert_int_equal(dsb_pairing_wait_s(12), DSB_PAIRING_WAIT_MAX_S);
    assert_int_equal(dsb_pairing_wait_s(UINT64_MAX), DSB_PAIRING_WAIT_MAX_S);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_doubles_the_wait_up_to_an_hour),
        cmocka_unit_test(each_fault_has_a_name_of_its_own),
        TEST(out_of_turn_nothing_is_taken),
        TEST(a_wiped_run_holds_nothing_and_says_nothing),
        TEST(both_learn_the_others_id_and_key),
        TEST(a_wrong_code_is_one_attempt_and_tells_neither_side_a_key),
        TEST(a_listener_without_the_code_is_refused),
        TEST(an_altered_bit_of_any_message_ends_the_run),
        TEST(no_nonce_is_used_twice),
        TEST(a_side_does_not_pair_with_its_own_echo),
        TEST(a_recorded_run_does_not_pass_again),
        TEST(another_version_is_refused),
        TEST(a_share_that_is_no_element_is_no_attempt),
        TEST(an_id_that_is_none_is_refused),
        TEST(an_id_longer_than_there_is_is_refused),
        TEST(an_id_with_bytes_behind_it_is_refused),
        TEST(the_listeners_own_id_is_refused),
        TEST(the_listeners_own_key_is_refused),
        TEST(a_key_of_low_order_is_refused),
        TEST(no_code_and_one_too_long_are_refused),
    };
    return cmocka_run_group_tests_name("pairing", tests, NULL, NULL);
}
