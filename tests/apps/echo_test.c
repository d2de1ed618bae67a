/* SPDX-License-Identifier: Apache-2.0 */
/* The skeleton of an application, by the smallest one. */
#include "apps/harness.h"
#include "bus/publisher.h"

#include <string.h>

static char heard[4096];

static int setup(void **state)
{
    (void)state;
    harness_start("echo");
    run_app();
    return 0;
}

static void say(struct fake_stream *stream, const char *text)
{
    assert_int_equal(fake_say(stream, text, strlen(text)), strlen(text));
}

static void assert_hears(struct fake_stream *stream, const char *text)
{
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, text);
}

static void what_is_said_is_heard(void **state)
{
    (void)state;
    assert_string_equal(app_log, "echo: published\n");
    assert_false(fake_offered_to_all); /* but to whose trust line names it */
    struct fake_stream *stream = fake_open("lamp", "echo");
    assert_non_null(stream);
    say(stream, "hello");
    assert_hears(stream, "hello");
    say(stream, ", again");
    fake_finish(stream);
    assert_hears(stream, ", again");
    assert_true(stream->app_finished);
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
}

/* More than either side's window, heard in pieces. */
static void much_is_heard_in_order(void **state)
{
    uint8_t sent = 0, got = 0, bytes[77];

    (void)state;
    struct fake_stream *stream = fake_open("lamp", "echo");
    for (uint32_t i = 0; i < 2000; i++) {
        size_t len = 1 + i % sizeof bytes;
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)(sent + k);
        sent = (uint8_t)(sent + fake_say(stream, bytes, len));
        if (i % 3 == 0)
            run_app();
        len = fake_hear(stream, bytes, 1 + i * 7 % sizeof bytes);
        for (size_t k = 0; k < len; k++)
            assert_int_equal(bytes[k], got++);
    }
}

static void a_reset_ends_it(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_open("lamp", "echo");
    say(stream, "hello");
    run_app();
    fake_reset(stream);
    run_app();
    assert_null(stream->object);
}

static void a_peer_has_its_share_and_no_more(void **state)
{
    struct fake_stream *streams[6];

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        streams[i] = fake_open("lamp", "echo");
    run_app();
    uint32_t busy_count = 0;
    for (uint32_t i = 0; i < 3; i++)
        busy_count += streams[i]->app_reset == BUS_RESET_BUSY;
    assert_int_equal(busy_count, 1);
    for (uint32_t i = 3; i < 6; i++)
        streams[i] = fake_open(i < 5 ? "gateway" : "third", "echo");
    run_app();
    assert_true(streams[3]->object && streams[4]->object);
    assert_int_equal(streams[5]->app_reset, BUS_RESET_BUSY); /* all four places are taken */
    fake_finish(streams[3]);
    run_app();
    assert_null(streams[3]->object);
    streams[5] = fake_open("third", "echo");
    say(streams[5], "now");
    assert_hears(streams[5], "now");
}

static struct fake_stream *loud, *quiet;
static uint32_t steps, heard_at_step;

static void keep_loud(void)
{
    static const char noise[FAKE_WINDOW_LEN];

    if (++steps < 50)
        (void)fake_say(loud, noise, sizeof noise);
    loud->to_peer_len = 0;
    if (quiet->to_peer_len > 0 && heard_at_step == 0)
        heard_at_step = steps;
}

/* One that never stops talking, read as fast as it talks, is one turn among others. */
static void a_loud_peer_does_not_hold_up_others(void **state)
{
    (void)state;
    loud = fake_open("lamp", "echo");
    quiet = fake_open("gateway", "echo");
    run_app();
    say(quiet, "hello");
    steps = 0;
    heard_at_step = 0;
    app_between = keep_loud;
    keep_loud();
    run_app();
    assert_true(steps >= 50);
    assert_true(heard_at_step > 0 && heard_at_step <= 3);
}

/* A peer that takes nothing stalls its own stream alone, and costs a try for each wake. */
static void a_stalled_peer_holds_up_nobody(void **state)
{
    static const char noise[FAKE_WINDOW_LEN];

    (void)state;
    struct fake_stream *stalled = fake_open("lamp", "echo");
    struct fake_stream *other = fake_open("gateway", "echo");
    for (uint32_t i = 0; i < 20; i++) {
        (void)fake_say(stalled, noise, sizeof noise);
        run_app();
    }
    assert_int_equal(stalled->to_peer_len, FAKE_WINDOW_LEN);
    say(other, "hello");
    assert_hears(other, "hello");
    uint32_t calls = bus_call_count;
    run_app_later(PUBLISHER_LOOK_MS);
    assert_true(bus_call_count - calls <= 8);
}

/* --- dsoftbusd comes and goes ------------------------------------------------------------------
 */

static void it_waits_for_the_bus(void **state)
{
    (void)state;
    harness_start("echo");
    bus_is_there = false;
    run_app();
    run_app_later(PUBLISHER_LOOK_MS);
    assert_string_equal(app_log, "");
    assert_true(app_deadline <= app_ticks + PUBLISHER_LOOK_MS * ABI_TICKS_PER_MS);
    bus_is_there = true;
    run_app_later(PUBLISHER_LOOK_MS);
    assert_string_equal(app_log, "echo: published\n");
}

static void it_publishes_again(void **state)
{
    static const char *const names[] = {"echo"};

    (void)state;
    struct fake_stream *stream = fake_open("lamp", "echo");
    say(stream, "hello");
    assert_hears(stream, "hello");
    fake_bus_start(names, 1); /* another dsoftbusd, which knows nobody */
    assert_null(fake_open("lamp", "echo"));
    run_app_later(PUBLISHER_LOOK_MS);
    run_app_later(PUBLISHER_LOOK_MS);
    stream = fake_open("lamp", "echo");
    assert_non_null(stream);
    say(stream, "again");
    assert_hears(stream, "again");
}

/* A name that the table does not give it: said once, and tried again without haste. */
static void a_foreign_name_is_refused(void **state)
{
    (void)state;
    harness_start("log");
    for (uint32_t i = 0; i < 10; i++)
        run_app_later(PUBLISHER_LOOK_MS);
    assert_string_equal(app_log, "echo: not-allowed\n");
    assert_null(fake_open("lamp", "echo"));
    assert_null(fake_open("lamp", "log"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_said_is_heard, setup),
        cmocka_unit_test_setup(much_is_heard_in_order, setup),
        cmocka_unit_test_setup(a_reset_ends_it, setup),
        cmocka_unit_test_setup(a_peer_has_its_share_and_no_more, setup),
        cmocka_unit_test_setup(a_loud_peer_does_not_hold_up_others, setup),
        cmocka_unit_test_setup(a_stalled_peer_holds_up_nobody, setup),
        cmocka_unit_test_setup(it_waits_for_the_bus, setup),
        cmocka_unit_test_setup(it_publishes_again, setup),
        cmocka_unit_test_setup(a_foreign_name_is_refused, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
