/* SPDX-License-Identifier: Apache-2.0 */
/* clockd's driver beside a device that does what no sound one does, and the text that it makes. */
#include "rtc.h"
#include "test.h"
#include "utc.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS 1000000000ull
#define NOON_NS   (1795608000ull * SECOND_NS) /* 2026-11-25T12:00:00Z */

/* What each access yields: the device's time then, or, where `words` is set, these one by one. */
static struct {
    uint64_t ns;
    uint64_t step_ns; /* that passes with each access */
    uint64_t latched_ns;
    bool latches;
    const uint32_t *words;
    uint32_t word_count;
    uint32_t access_count;
} device;

uint32_t rtc_register(volatile uint32_t *registers, uint32_t offset)
{
    uint32_t access = device.access_count++;

    assert_null(registers);
    assert_int_equal(offset, access % 2 == 0 ? RTC_TIME_LOW : RTC_TIME_HIGH);
    if (device.words)
        return device.words[access % device.word_count];
    device.ns += device.step_ns;
    if (offset == RTC_TIME_LOW || !device.latches)
        device.latched_ns = device.ns;
    return (uint32_t)(offset == RTC_TIME_LOW ? device.latched_ns : device.latched_ns >> 32);
}

static struct rtc rtc;
static uint64_t ns;

static int setup(void **state)
{
    (void)state;
    memset(&device, 0, sizeof device);
    memset(&rtc, 0, sizeof rtc);
    device.latches = true;
    device.ns = NOON_NS;
    device.step_ns = 100;
    ns = 0;
    return 0;
}

static void the_time_is_read(void **state)
{
    (void)state;
    assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_OK);
    assert_true(ns > NOON_NS && ns < NOON_NS + 1000);
    device.ns += 3600 * SECOND_NS;
    assert_int_equal(rtc_read(&rtc, 5 + 36000000000, &ns), RTC_OK);
    assert_true(ns > NOON_NS + 3600 * SECOND_NS);
}

/* A device that does not keep the high half, read at every moment around its change. */
static void the_low_half_may_begin_anew_in_between(void **state)
{
    (void)state;
    uint64_t change = (NOON_NS >> 32) << 32;
    for (uint64_t latches = 0; latches < 2; latches++)
        for (uint64_t before = 0; before < 1000; before += 50) {
            (void)setup(NULL);
            device.latches = latches != 0;
            device.ns = change - before;
            uint64_t begin = device.ns;
            assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_OK);
            assert_true(ns > begin && ns <= device.ns);
        }
}

static void readings_that_never_fit_are_refused(void **state)
{
    static const uint32_t words[] = {5, 418000000, 4, 418000001, 3, 418000002};
    static const uint32_t falling[] = {9,         418000009, 8,         418000009, 7,
                                       418000009, 6,         418000009, 5,         418000009};

    (void)state;
    device.words = words;
    device.word_count = 6;
    assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_UNSTEADY);
    assert_true(device.access_count <= 2 + 2 * RTC_TRIES_COUNT);
    device.words = falling;
    device.word_count = 10;
    device.access_count = 0;
    assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_UNSTEADY);
    assert_int_equal(ns, 0);
}

/* Two readings a second apart fit; a nanosecond more, and they do not. */
static void a_step_has_a_bound(void **state)
{
    (void)state;
    device.step_ns = RTC_STEP_NS_MAX / 2;
    assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_OK);
    (void)setup(NULL);
    device.step_ns = RTC_STEP_NS_MAX / 2 + 1;
    assert_int_equal(rtc_read(&rtc, 5, &ns), RTC_UNSTEADY);
}

static void absurd_times_are_refused(void **state)
{
    static const struct {
        uint64_t ns;
        enum rtc_result result;
    } cases[] = {
        {0, RTC_ABSURD},
        {UINT64_MAX, RTC_ABSURD},
        {RTC_FIRST_SECOND * SECOND_NS - 1, RTC_ABSURD},
        {RTC_FIRST_SECOND * SECOND_NS, RTC_OK},
        {RTC_LAST_SECOND * SECOND_NS - 1, RTC_OK},
        {RTC_LAST_SECOND * SECOND_NS, RTC_ABSURD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)setup(NULL);
        device.ns = cases[i].ns;
        device.step_ns = 0;
        assert_int_equal(rtc_read(&rtc, 5, &ns), cases[i].result);
        assert_true(ns == (cases[i].result == RTC_OK ? cases[i].ns : 0));
    }
}

/* The same time for a second is no time; until then, and once it goes on, it is one. */
static void a_clock_that_stands_still_is_refused(void **state)
{
    (void)state;
    device.step_ns = 0;
    assert_int_equal(rtc_read(&rtc, 1000, &ns), RTC_OK);
    assert_int_equal(rtc_read(&rtc, 1000 + RTC_STILL_TICKS - 1, &ns), RTC_OK);
    assert_int_equal(rtc_read(&rtc, 1000 + RTC_STILL_TICKS, &ns), RTC_STILL);
    assert_int_equal(rtc_read(&rtc, 1000 + 2 * RTC_STILL_TICKS, &ns), RTC_STILL);
    device.ns++;
    assert_int_equal(rtc_read(&rtc, 1000 + 2 * RTC_STILL_TICKS, &ns), RTC_OK);
}

/* Whoever sets the machine's clock back sets it back here. */
static void a_clock_may_be_set_back(void **state)
{
    (void)state;
    assert_int_equal(rtc_read(&rtc, 1000, &ns), RTC_OK);
    device.ns -= 3600 * SECOND_NS;
    assert_int_equal(rtc_read(&rtc, 1000 + 2 * RTC_STILL_TICKS, &ns), RTC_OK);
    assert_true(ns < NOON_NS);
}

static void every_result_has_words(void **state)
{
    (void)state;
    for (enum rtc_result result = RTC_OK; result < RTC_RESULT_COUNT; result++)
        assert_true(strlen(rtc_result_text(result)) > 0);
}

/* --- text ------------------------------------------------------------------------------------- */

static void assert_line(uint64_t second, uint64_t below_ns)
{
    char line[UTC_LINE_LEN], expected[64];
    time_t time = (time_t)second;
    struct tm tm;

    assert_non_null(gmtime_r(&time, &tm));
    size_t len = strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(expected + len, sizeof expected - len, ".%03uZ\n",
                   (unsigned)(below_ns / 1000000));
    utc_line(line, second * SECOND_NS + below_ns);
    assert_int_equal(strlen(expected), UTC_LINE_LEN);
    assert_memory_equal(line, expected, UTC_LINE_LEN);
}

/* Every day, at its first and its last second, beside the C library's calendar. */
static void the_line_is_the_date(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < RTC_LAST_SECOND / 86400 + 366; day++) {
        assert_line(day * 86400, 0);
        assert_line(day * 86400 + 86399, SECOND_NS - 1);
    }
    for (uint64_t second = 0; second < 86400; second += 7)
        assert_line(RTC_FIRST_SECOND + second, second % 1000 * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_time_is_read, setup),
        cmocka_unit_test_setup(the_low_half_may_begin_anew_in_between, setup),
        cmocka_unit_test_setup(readings_that_never_fit_are_refused, setup),
        cmocka_unit_test_setup(a_step_has_a_bound, setup),
        cmocka_unit_test_setup(absurd_times_are_refused, setup),
        cmocka_unit_test_setup(a_clock_that_stands_still_is_refused, setup),
        cmocka_unit_test_setup(a_clock_may_be_set_back, setup),
        cmocka_unit_test_setup(every_result_has_words, setup),
        cmocka_unit_test_setup(the_line_is_the_date, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
