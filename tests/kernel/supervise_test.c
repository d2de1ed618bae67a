/* SPDX-License-Identifier: Apache-2.0 */
/* init's two judgements over long simulated times: when a dead service starts again, and whether a
 * living one hangs. */
#include "restart.h"
#include "watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MS_PER_HOUR  3600000ull
#define TICKS_PER_MS ((uint64_t)ABI_TICKS_PER_MS)

/* --- restart --- */

/* It dies at each start; the delays before the starts are given. */
static void a_service_that_keeps_dying_is_given_up(void **state)
{
    static const uint64_t delay_ms[RESTART_COUNT_MAX] = {0, 250, 500, 1000, 2000, 4000, 8000, 8000};
    struct restart restart = {0};
    uint64_t now_ms = 17;

    (void)state;
    for (uint32_t i = 0; i < RESTART_COUNT_MAX; i++) {
        uint64_t start_ms = restart_died(&restart, now_ms);
        assert_int_equal(start_ms, now_ms + delay_ms[i]);
        now_ms = start_ms;
    }
    assert_int_equal(restart_died(&restart, now_ms), RESTART_NEVER);
    assert_in_range(now_ms, 20000, 30000); /* how long a machine is deaf before it reboots */
}

/* For a year: no number of deaths is too many when they are far enough apart. */
static void deaths_now_and_then_are_forgotten(void **state)
{
    struct restart restart = {0};

    (void)state;
    for (uint64_t now_ms = 0; now_ms < 365 * 24 * MS_PER_HOUR; now_ms += RESTART_WINDOW_MS)
        assert_int_equal(restart_died(&restart, now_ms), now_ms); /* at once */
}

/* As many as the window allows, for a day: started again each time, within the bound. */
static void deaths_at_the_limit_are_survived(void **state)
{
    const uint64_t apart_ms = RESTART_WINDOW_MS / RESTART_COUNT_MAX;
    struct restart restart = {0};

    (void)state;
    for (uint64_t now_ms = 0; now_ms < 24 * MS_PER_HOUR; now_ms += apart_ms)
        assert_in_range(restart_died(&restart, now_ms), now_ms, now_ms + RESTART_DELAY_MS_MAX);
}

static void deaths_just_beyond_the_limit_are_not(void **state)
{
    const uint64_t apart_ms = RESTART_WINDOW_MS / RESTART_COUNT_MAX - 1;
    struct restart restart = {0};
    uint64_t now_ms = 0;
    uint32_t count = 0;

    (void)state;
    while (restart_died(&restart, now_ms) != RESTART_NEVER) {
        now_ms += apart_ms;
        count++;
    }
    assert_int_equal(count, RESTART_COUNT_MAX);
}

static void a_burst_is_forgotten_after_the_window(void **state)
{
    struct restart restart = {0};

    (void)state;
    for (uint32_t i = 0; i < RESTART_COUNT_MAX; i++)
        assert_int_not_equal(restart_died(&restart, i), RESTART_NEVER);
    uint64_t last_ms = RESTART_COUNT_MAX - 1;
    /* All but the last death are forgotten, then it as well. */
    assert_int_equal(restart_died(&restart, last_ms + RESTART_WINDOW_MS - 1),
                     last_ms + RESTART_WINDOW_MS - 1 + RESTART_DELAY_MS);
    assert_int_equal(restart_died(&restart, last_ms + 2 * RESTART_WINDOW_MS),
                     last_ms + 2 * RESTART_WINDOW_MS);
}

/* --- watchdog --- */

/* Looks, one a second, at a process that used so much of each and was in its receive when told;
 * how many until it is said to hang, 0 for never in a day. */
static uint32_t looks_until_hung(uint64_t ran_ms, uint32_t receive_every_looks)
{
    struct watchdog watchdog = {0};
    uint64_t cpu_ticks = 0, receive_time = 1;

    for (uint32_t look = 1; look <= 24 * 3600; look++) {
        cpu_ticks += ran_ms * TICKS_PER_MS;
        if (receive_every_looks != 0 && look % receive_every_looks == 0)
            receive_time = look * WATCHDOG_POLL_MS * TICKS_PER_MS;
        if (watchdog_hangs(&watchdog, cpu_ticks, receive_time))
            return look;
    }
    return 0;
}

static void a_busy_loop_hangs(void **state)
{
    (void)state;
    assert_int_equal(looks_until_hung(1000, 0), 1 + WATCHDOG_LIMIT_MS / WATCHDOG_POLL_MS);
}

static void a_busy_loop_that_others_interrupt_hangs_later(void **state)
{
    (void)state;
    assert_int_equal(looks_until_hung(100, 0), 1 + WATCHDOG_LIMIT_MS / 100);
}

static void who_comes_back_never_hangs(void **state)
{
    (void)state;
    assert_int_equal(looks_until_hung(1000, 1), 0);
    assert_int_equal(looks_until_hung(1000, 5), 0);
}

/* Starved by a higher priority, or in a call that nobody answers. */
static void who_does_not_run_is_not_to_blame(void **state)
{
    (void)state;
    assert_int_equal(looks_until_hung(0, 0), 0);
}

/* An emulator that was stopped: hours in one look. */
static void a_machine_that_stood_still_hangs_nobody(void **state)
{
    struct watchdog watchdog = {0};

    (void)state;
    assert_false(watchdog_hangs(&watchdog, 0, 1));
    assert_false(watchdog_hangs(&watchdog, MS_PER_HOUR * TICKS_PER_MS, 1));
    assert_false(watchdog_hangs(&watchdog, 2 * MS_PER_HOUR * TICKS_PER_MS, 1));
    assert_false(watchdog_hangs(&watchdog, 2 * MS_PER_HOUR * TICKS_PER_MS, 2));
}

static void a_new_life_begins_anew(void **state)
{
    struct watchdog watchdog = {0};
    uint64_t cpu_ticks = 0;

    (void)state;
    while (!watchdog_hangs(&watchdog, cpu_ticks, 1))
        cpu_ticks += WATCHDOG_POLL_MS * TICKS_PER_MS;
    watchdog = (struct watchdog){0};
    assert_false(watchdog_hangs(&watchdog, WATCHDOG_POLL_MS * TICKS_PER_MS, 7));
    assert_false(watchdog_hangs(&watchdog, 2 * WATCHDOG_POLL_MS * TICKS_PER_MS, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_that_keeps_dying_is_given_up),
        cmocka_unit_test(deaths_now_and_then_are_forgotten),
        cmocka_unit_test(deaths_at_the_limit_are_survived),
        cmocka_unit_test(deaths_just_beyond_the_limit_are_not),
        cmocka_unit_test(a_burst_is_forgotten_after_the_window),
        cmocka_unit_test(a_busy_loop_hangs),
        cmocka_unit_test(a_busy_loop_that_others_interrupt_hangs_later),
        cmocka_unit_test(who_comes_back_never_hangs),
        cmocka_unit_test(who_does_not_run_is_not_to_blame),
        cmocka_unit_test(a_machine_that_stood_still_hangs_nobody),
        cmocka_unit_test(a_new_life_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
