/* SPDX-License-Identifier: Apache-2.0 */
/* CPace against the draft's values, and what happens to a share that is none. */
#include "dsoftbus/cpace.h"
#include "dsoftbus/testing.h"
#include "vectors/cpace_draft.h"

#include <string.h>

/* Of the draft, too: an encoding that is none, and the neutral element's. */
static const uint8_t not_an_element[] = {
    0x2b, 0x3c, 0x6b, 0x8c, 0x4f, 0x38, 0x00, 0xe7, 0xae, 0xf6, 0x86, 0x40, 0x25, 0xb4, 0xed, 0x79,
    0xbd, 0x59, 0x91, 0x17, 0xe4, 0x27, 0xc4, 0x1b, 0xd4, 0x7d, 0x93, 0xd6, 0x54, 0xb4, 0xa5, 0x1c};
static const uint8_t neutral[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

static const struct dsb_cpace_input input = {
    {code, sizeof code}, {ci, sizeof ci}, {sid, sizeof sid}};
static const struct dsb_cpace_side side_a = {share_a, {"ADa", 3}};
static const struct dsb_cpace_side side_b = {share_b, {"ADb", 3}};

/* The draft gives scalars: one below the group's order comes through the reduction as it is. */
static void begin(struct dsb_cpace *run, const struct dsb_cpace_input *with,
                  const uint8_t scalar[32])
{
    uint8_t random[DSB_CPACE_RANDOM_LEN] = {0};
    static const uint8_t zero[DSB_CPACE_RANDOM_LEN];

    memcpy(random, scalar, 32);
    dsb_cpace_begin(run, with, random);
    assert_memory_equal(random, zero, sizeof random);
}

static void both_sides_give_the_values_of_the_draft(void **state)
{
    struct dsb_cpace a, b;
    uint8_t key[DSB_CPACE_KEY_LEN];

    (void)state;
    begin(&a, &input, scalar_a);
    begin(&b, &input, scalar_b);
    assert_memory_equal(a.share, share_a, sizeof share_a);
    assert_memory_equal(b.share, share_b, sizeof share_b);
    assert_ok(dsb_cpace_end(&a, &input, share_b, &side_a, &side_b, key));
    assert_memory_equal(key, key_ir, sizeof key);
    assert_ok(dsb_cpace_end(&b, &input, share_a, &side_a, &side_b, key));
    assert_memory_equal(key, key_ir, sizeof key);
}

static void a_run_is_wiped_at_its_end(void **state)
{
    static const struct dsb_cpace wiped;
    struct dsb_cpace a;
    uint8_t key[DSB_CPACE_KEY_LEN];

    (void)state;
    begin(&a, &input, scalar_a);
    assert_ok(dsb_cpace_end(&a, &input, share_b, &side_a, &side_b, key));
    assert_memory_equal(&a, &wiped, sizeof a);
}

static void refused(const uint8_t share[DSB_CPACE_SHARE_LEN])
{
    static const uint8_t zero[DSB_CPACE_KEY_LEN];
    uint8_t key[DSB_CPACE_KEY_LEN];
    struct dsb_cpace a;

    begin(&a, &input, scalar_a);
    memset(key, 0xaa, sizeof key);
    assert_int_equal(dsb_cpace_end(&a, &input, share, &side_a, &side_b, key), DSB_INVALID);
    assert_memory_equal(key, zero, sizeof key);
}

static void what_is_no_element_is_refused(void **state)
{
    (void)state;
    refused(not_an_element);
}

static void the_neutral_element_is_refused(void **state)
{
    (void)state;
    refused(neutral);
}

/* Nothing random gives the scalar zero: the share is then one that the other side refuses. */
static void a_scalar_of_zero_is_a_share_that_is_refused(void **state)
{
    static const uint8_t zero[DSB_CPACE_RANDOM_LEN];
    struct dsb_cpace a;

    (void)state;
    begin(&a, &input, zero);
    assert_memory_equal(a.share, neutral, sizeof a.share);
}

/* Each part of what both must agree on, with one byte less: another generator, so another share. */
static void another_code_context_or_run_gives_another_share(void **state)
{
    struct dsb_cpace_input others[] = {input, input, input};
    struct dsb_cpace a;

    (void)state;
    others[0].code.len--;
    others[1].ci.len--;
    others[2].sid.len--;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        begin(&a, &others[i], scalar_a);
        assert_memory_not_equal(a.share, share_a, sizeof share_a);
    }
}

static void another_key_comes_of(const struct dsb_cpace_input *with,
                                 const struct dsb_cpace_side *initiator,
                                 const struct dsb_cpace_side *responder)
{
    struct dsb_cpace a;
    uint8_t key[DSB_CPACE_KEY_LEN];

    begin(&a, &input, scalar_a);
    assert_ok(dsb_cpace_end(&a, with, share_b, initiator, responder, key));
    assert_memory_not_equal(key, key_ir, sizeof key);
}

static void another_run_other_data_or_the_sides_exchanged_give_another_key(void **state)
{
    struct dsb_cpace_input other = input;
    struct dsb_cpace_side other_a = side_a, other_b = side_b;

    (void)state;
    other.sid.len--;
    other_a.ad.len--;
    other_b.ad.len--;
    another_key_comes_of(&other, &side_a, &side_b);
    another_key_comes_of(&input, &other_a, &side_b);
    another_key_comes_of(&input, &side_a, &other_b);
    another_key_comes_of(&input, &side_b, &side_a);
}

/* Lengths of two bytes, and a code that alone fills the hash's block: no published value has them,
 * both sides agree. */
static void long_inputs_are_agreed_on_too(void **state)
{
    static uint8_t bytes[300];
    const struct dsb_cpace_input large = {{bytes, 200}, {bytes, 300}, {bytes, 128}};
    struct dsb_cpace a, b;
    uint8_t key_a[DSB_CPACE_KEY_LEN], key_b[DSB_CPACE_KEY_LEN];

    (void)state;
    begin(&a, &large, scalar_a);
    begin(&b, &large, scalar_b);
    const struct dsb_cpace_side from_a = {(uint8_t[32]){0}, {bytes, 130}};
    struct dsb_cpace_side sides[2] = {from_a, from_a};
    uint8_t shares[2][DSB_CPACE_SHARE_LEN];
    memcpy(shares[0], a.share, sizeof shares[0]);
    memcpy(shares[1], b.share, sizeof shares[1]);
    sides[0].share = shares[0];
    sides[1].share = shares[1];
    assert_ok(dsb_cpace_end(&a, &large, shares[1], &sides[0], &sides[1], key_a));
    assert_ok(dsb_cpace_end(&b, &large, shares[0], &sides[0], &sides[1], key_b));
    assert_memory_equal(key_a, key_b, sizeof key_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_give_the_values_of_the_draft),
        cmocka_unit_test(a_run_is_wiped_at_its_end),
        cmocka_unit_test(what_is_no_element_is_refused),
        cmocka_unit_test(the_neutral_element_is_refused),
        cmocka_unit_test(a_scalar_of_zero_is_a_share_that_is_refused),
        cmocka_unit_test(another_code_context_or_run_gives_another_share),
        cmocka_unit_test(another_run_other_data_or_the_sides_exchanged_give_another_key),
        cmocka_unit_test(long_inputs_are_agreed_on_too),
    };
    return cmocka_run_group_tests_name("cpace", tests, NULL, NULL);
}
