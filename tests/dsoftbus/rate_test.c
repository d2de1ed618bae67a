/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets, and who gets answers while others flood. */
#include "dsoftbus/rate.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

#define HONEST          0x0a000201u /* 10.0.2.1 */
#define START_MS        5000u
#define FLOOD_MS        10000u /* of 1,000 hostile queries a second: one each millisecond */
#define HONEST_EVERY_MS 500u
#define HONEST_QUERIES  (FLOOD_MS / HONEST_EVERY_MS)

static struct dsb_answer_rate answers;

static void a_bucket_gives_its_burst_and_its_rate(void **state)
{
    struct dsb_rate rate;

    (void)state;
    dsb_rate_init(&rate, 3, 100, 1000);
    for (int i = 0; i < 3; i++)
        assert_true(dsb_rate_take(&rate, 1000));
    assert_false(dsb_rate_take(&rate, 1000));
    assert_false(dsb_rate_take(&rate, 500)); /* a clock that went back gives nothing */
    assert_false(dsb_rate_take(&rate, 1099));
    assert_true(dsb_rate_take(&rate, 1100));
    assert_false(dsb_rate_take(&rate, 1199));
    assert_true(dsb_rate_take(&rate, 1300)); /* two came, one is left */
    assert_true(dsb_rate_take(&rate, 1300));
    assert_false(dsb_rate_take(&rate, 1300));
    for (int i = 0; i < 3; i++) /* never more than the burst */
        assert_true(dsb_rate_take(&rate, 1000000));
    assert_false(dsb_rate_take(&rate, 1000000));

    /* A little over full is full, too. */
    dsb_rate_init(&rate, 3, 100, 0);
    assert_true(dsb_rate_take(&rate, 0));
    for (int i = 0; i < 3; i++)
        assert_true(dsb_rate_take(&rate, 250));
    assert_false(dsb_rate_take(&rate, 250));

    /* Over a long flood the rate is the stated one. */
    unsigned taken = 0;
    for (uint64_t now = 2000000; now < 2010000; now++)
        taken += dsb_rate_take(&rate, now);
    assert_in_range(taken, 100, 103);
}

/* The honest queries answered while source_count addresses share 1,000 queries a second. */
static unsigned answered_in_a_flood(uint32_t source_count)
{
    unsigned answered = 0, hostile = 0;

    dsb_answer_rate_init(&answers, START_MS);
    for (uint64_t now = START_MS + 1; now <= START_MS + FLOOD_MS; now++) {
        hostile += dsb_answer_rate_take(&answers, HONEST + 1 + (uint32_t)now % source_count, now);
        if (now % HONEST_EVERY_MS == 0)
            answered += dsb_answer_rate_take(&answers, HONEST, now);
    }
    assert_true(hostile < FLOOD_MS);
    return answered;
}

static void a_flood_from_few_sources_takes_nothing_from_the_honest(void **state)
{
    static const uint32_t source_counts[] = {1, 2, 10, 20};

    (void)state;
    for (size_t i = 0; i < sizeof source_counts / sizeof source_counts[0]; i++)
        assert_int_equal(answered_in_a_flood(source_counts[i]), HONEST_QUERIES);
}

/* 253 forged sources are a whole subnet of 8 host bits. Scarce answers go to each once a second. */
static void a_flood_from_forged_sources_leaves_the_honest_its_turn(void **state)
{
    (void)state;
    for (uint32_t source_count = 21; source_count <= 253; source_count++)
        assert_in_range(answered_in_a_flood(source_count), HONEST_QUERIES / 2, HONEST_QUERIES);
}

static void scarce_answers_go_to_those_who_have_waited(void **state)
{
    const uint64_t scarce_ms = START_MS + DSB_SOURCE_SCARCE_MS;

    (void)state;
    dsb_answer_rate_init(&answers, START_MS);
    assert_true(dsb_answer_rate_take(&answers, HONEST, START_MS));
    answers.all = (struct dsb_rate){.interval_ms = 10000,
                                    .updated_ms = START_MS,
                                    .burst = DSB_ANSWER_BURST,
                                    .tokens = DSB_ANSWER_BURST / 2 - 1};
    assert_false(dsb_answer_rate_take(&answers, HONEST, scarce_ms - 1));
    assert_true(dsb_answer_rate_take(&answers, HONEST, scarce_ms));
    assert_false(dsb_answer_rate_take(&answers, HONEST, scarce_ms + 1));
    assert_true(dsb_answer_rate_take(&answers, HONEST + 1, scarce_ms + 1)); /* new here */
    answers.all.tokens = DSB_ANSWER_BURST / 2;
    assert_true(dsb_answer_rate_take(&answers, HONEST, scarce_ms + 1));
}

static void a_source_has_its_burst_and_its_rate(void **state)
{
    unsigned taken = 0;

    (void)state;
    dsb_answer_rate_init(&answers, START_MS);
    for (int i = 0; i < DSB_SOURCE_BURST; i++)
        assert_true(dsb_answer_rate_take(&answers, HONEST, START_MS));
    assert_false(dsb_answer_rate_take(&answers, HONEST, START_MS));
    assert_false(dsb_answer_rate_take(&answers, HONEST, START_MS - 1)); /* the clock went back */
    assert_false(dsb_answer_rate_take(&answers, HONEST, START_MS + DSB_SOURCE_INTERVAL_MS - 1));
    assert_true(dsb_answer_rate_take(&answers, HONEST, START_MS + DSB_SOURCE_INTERVAL_MS));
    assert_false(dsb_answer_rate_take(&answers, HONEST, START_MS + DSB_SOURCE_INTERVAL_MS));
    for (uint64_t now = START_MS + 100000; now < START_MS + 110000; now++)
        taken += dsb_answer_rate_take(&answers, HONEST, now);
    assert_in_range(taken, DSB_SOURCE_BURST + 99, DSB_SOURCE_BURST + 100);
}

static void what_a_source_may_not_have_costs_the_others_nothing(void **state)
{
    unsigned taken = 0;

    (void)state;
    dsb_answer_rate_init(&answers, START_MS);
    for (int i = 0; i < 10 * DSB_ANSWER_BURST; i++)
        taken += dsb_answer_rate_take(&answers, HONEST + 1, START_MS);
    assert_int_equal(taken, DSB_SOURCE_BURST);
    assert_int_equal(answers.all.tokens, DSB_ANSWER_BURST - DSB_SOURCE_BURST);
    /* Nor does what all may not have cost the source. */
    answers.all.tokens = 0;
    assert_false(dsb_answer_rate_take(&answers, HONEST, START_MS));
    answers.all.tokens = DSB_ANSWER_BURST;
    for (int i = 0; i < DSB_SOURCE_BURST; i++)
        assert_true(dsb_answer_rate_take(&answers, HONEST, START_MS));
}

/* Many that ask once do not make the table forget one that asks all the time. */
static void the_greedy_are_remembered(void **state)
{
    uint64_t now = START_MS;

    (void)state;
    dsb_answer_rate_init(&answers, now);
    for (int i = 0; i < DSB_SOURCE_BURST; i++)
        assert_true(dsb_answer_rate_take(&answers, HONEST, now));
    for (uint32_t i = 1; i <= 4 * DSB_ANSWER_SOURCES; i++) {
        answers.all.tokens = DSB_ANSWER_BURST;
        assert_true(dsb_answer_rate_take(&answers, HONEST + i, now));
    }
    assert_false(dsb_answer_rate_take(&answers, HONEST, now));
}

/* Address 0.0.0.0, and a clock that starts at 0, are like any other. */
static void zero_is_no_exception(void **state)
{
    (void)state;
    dsb_answer_rate_init(&answers, 0);
    for (int i = 0; i < DSB_SOURCE_BURST; i++)
        assert_true(dsb_answer_rate_take(&answers, 0, 0));
    assert_false(dsb_answer_rate_take(&answers, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_its_burst_and_its_rate),
        cmocka_unit_test(a_flood_from_few_sources_takes_nothing_from_the_honest),
        cmocka_unit_test(a_flood_from_forged_sources_leaves_the_honest_its_turn),
        cmocka_unit_test(scarce_answers_go_to_those_who_have_waited),
        cmocka_unit_test(a_source_has_its_burst_and_its_rate),
        cmocka_unit_test(what_a_source_may_not_have_costs_the_others_nothing),
        cmocka_unit_test(the_greedy_are_remembered),
        cmocka_unit_test(zero_is_no_exception),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
