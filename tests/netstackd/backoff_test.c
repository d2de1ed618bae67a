/* SPDX-License-Identifier: Apache-2.0 */
/* Starts of a device that fails, over long simulated times. */
#include "backoff.h"
#include "netstackd/testing.h"

static void a_device_that_keeps_failing_is_tried_for_ever(void **state)
{
    static const uint64_t delay_ms[] = {0, 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct backoff backoff = {0};
    uint64_t now_ms = 5;

    (void)state;
    for (uint32_t i = 0; i < sizeof delay_ms / sizeof delay_ms[0]; i++) {
        uint64_t start_ms = backoff_failed(&backoff, now_ms);
        assert_int_equal(start_ms, now_ms + delay_ms[i]);
        now_ms = start_ms;
    }
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t start_ms = backoff_failed(&backoff, now_ms);
        assert_int_equal(start_ms, now_ms + BACKOFF_DELAY_MS_MAX);
        now_ms = start_ms;
    }
}

static void a_good_run_makes_the_next_start_immediate(void **state)
{
    struct backoff backoff = {0};
    uint64_t now_ms = 0;

    (void)state;
    for (uint32_t i = 0; i < 20; i++)
        now_ms = backoff_failed(&backoff, now_ms);
    assert_int_equal(backoff_failed(&backoff, now_ms + BACKOFF_GOOD_RUN_MS - 1),
                     now_ms + BACKOFF_GOOD_RUN_MS - 1 + BACKOFF_DELAY_MS_MAX);
    now_ms = backoff.start_ms + BACKOFF_GOOD_RUN_MS;
    assert_int_equal(backoff_failed(&backoff, now_ms), now_ms);
    assert_int_equal(backoff_failed(&backoff, now_ms), now_ms + BACKOFF_DELAY_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_keeps_failing_is_tried_for_ever),
        cmocka_unit_test(a_good_run_makes_the_next_start_immediate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
