/* SPDX-License-Identifier: Apache-2.0 */
/* clockd whole: a line with the time and the end, or nothing. */
#include "abi/memory.h"
#include "apps/harness.h"
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/map.h"

#include <string.h>

#define NOON_NS 1795608000000000000ull
#define NOON    "2026-11-25T12:00:00.000Z\n"

static uint32_t registers[2];
static char heard[512];

int64_t rt_map_any(rt_slot slot, uint32_t prot, void **addr, size_t *len)
{
    assert_int_equal(slot, CLOCKD_SLOT_DEVICE);
    assert_int_equal(prot, ABI_PROT_READ);
    *addr = registers;
    *len = sizeof registers;
    return 0;
}

static void set_clock(uint64_t ns)
{
    registers[0] = (uint32_t)ns;
    registers[1] = (uint32_t)(ns >> 32);
}

static int setup(void **state)
{
    (void)state;
    harness_start("clock");
    run_app();
    set_clock(NOON_NS - 1000); /* to clockd the clock has not stood still since the test before */
    struct fake_stream *stream = fake_open("lamp", "clock");
    fake_finish(stream);
    (void)hear_all(stream, heard, sizeof heard);
    fake_forget(stream);
    set_clock(NOON_NS);
    return 0;
}

static void the_time_is_told_once(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_open("gateway", "clock");
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, NOON);
    assert_true(stream->app_finished);
    fake_finish(stream);
    run_app();
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
}

/* Who asks gets the time of the asking, also where the window is short. */
static void each_stream_has_its_own_time(void **state)
{
    (void)state;
    struct fake_stream *first = fake_open("gateway", "clock");
    first->to_peer_len = FAKE_WINDOW_LEN - 10;
    run_app();
    set_clock(NOON_NS + 1000000000);
    struct fake_stream *second = fake_open("gateway", "clock");
    (void)hear_all(second, heard, sizeof heard);
    assert_string_equal(heard, "2026-11-25T12:00:01.000Z\n");
    assert_int_equal(fake_hear(first, heard, sizeof heard), FAKE_WINDOW_LEN);
    size_t len = hear_all(first, heard + 10, sizeof heard - 10);
    assert_string_equal(heard + 10, &NOON[10]);
    assert_int_equal(len, strlen(NOON) - 10);
}

static void a_clock_that_is_wrong_tells_nothing(void **state)
{
    (void)state;
    set_clock(5);
    for (uint32_t i = 0; i < 100; i++) {
        struct fake_stream *stream = fake_open("gateway", "clock");
        assert_int_equal(hear_all(stream, heard, sizeof heard), 0);
        assert_int_equal(stream->app_reset, BUS_RESET_GONE);
        assert_false(stream->app_finished);
        fake_forget(stream);
    }
    /* Said once, however many ask. */
    assert_string_equal(app_log, "clock: published\nclockd: the clock: a time that cannot be\n");
    set_clock(NOON_NS);
    struct fake_stream *stream = fake_open("gateway", "clock");
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, NOON);
}

static void a_clock_that_stands_still_tells_nothing(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_open("gateway", "clock");
    (void)hear_all(stream, heard, sizeof heard);
    run_app_later(1000);
    stream = fake_open("gateway", "clock");
    assert_int_equal(hear_all(stream, heard, sizeof heard), 0);
    assert_int_equal(stream->app_reset, BUS_RESET_GONE);
}

/* Who does not end a stream that was finished keeps it for PUBLISHER_LINGER_MS, whatever it says.
 */
static void nobody_lingers(void **state)
{
    (void)state;
    struct fake_stream *silent = fake_open("gateway", "clock");
    struct fake_stream *talker = fake_open("gateway", "clock");
    (void)hear_all(silent, heard, sizeof heard);
    for (uint32_t ms = 1000; ms < PUBLISHER_LINGER_MS; ms += 1000) {
        (void)fake_say(talker, "hello", 5);
        run_app_later(1000);
        assert_true(silent->object && talker->object);
    }
    run_app_later(1000);
    run_app();
    assert_null(silent->object);
    assert_null(talker->object);
    assert_int_equal(silent->app_reset, BUS_RESET_CANCELLED);
}

static struct fake_stream *loud;

static void keep_loud(void)
{
    static const char noise[FAKE_WINDOW_LEN];

    app_ticks += ABI_TICKS_PER_MS;
    (void)fake_say(loud, noise, sizeof noise);
}

/* Nor does one whose talk never pauses. */
static void talk_does_not_prolong_it(void **state)
{
    (void)state;
    loud = fake_open("gateway", "clock");
    keep_loud();
    app_between = keep_loud;
    run_app();
    assert_null(loud->object);
    assert_int_equal(loud->app_reset, BUS_RESET_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_time_is_told_once, setup),
        cmocka_unit_test_setup(each_stream_has_its_own_time, setup),
        cmocka_unit_test_setup(a_clock_that_is_wrong_tells_nothing, setup),
        cmocka_unit_test_setup(a_clock_that_stands_still_tells_nothing, setup),
        cmocka_unit_test_setup(nobody_lingers, setup),
        cmocka_unit_test_setup(talk_does_not_prolong_it, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
