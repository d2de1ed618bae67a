/* SPDX-License-Identifier: Apache-2.0 */
/* logd beside readers that read, that stop, that go; what it logs itself is in the log, too. */
#include "apps/harness.h"
#include "rt/log.h"

#include <stdio.h>
#include <string.h>

#define RING_LEN 16384u

static uint32_t read_count;
static char heard[1 << 16];

/* The kernel's log is what the application logged, and the test. */
int64_t rt_log_read(rt_slot console, uint64_t *pos, void *bytes, size_t capacity,
                    uint64_t *missed_len)
{
    uint64_t oldest = app_log_len > RING_LEN ? app_log_len - RING_LEN : 0;
    uint64_t first = *pos > oldest ? *pos : oldest;
    size_t len = app_log_len - first < capacity ? app_log_len - first : capacity;

    read_count++;
    assert_int_equal(console, RT_SLOT_CONSOLE);
    memcpy(bytes, app_log + first, len);
    *missed_len = first - *pos;
    *pos = first + len;
    return (int64_t)len;
}

static int setup(void **state)
{
    (void)state;
    harness_start("log");
    run_app();
    return 0;
}

static void log_lines(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        rt_logf("line %06u of somebody", (unsigned)i);
}

static void the_log_is_read_then_followed(void **state)
{
    (void)state;
    log_lines(100);
    struct fake_stream *stream = fake_open("gateway", "log");
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, app_log);
    assert_memory_equal(heard, "log: published\n", 15);
    rt_logf("one more");
    run_app_later(100); /* when logd said that it would look */
    assert_true(hear_all(stream, heard, sizeof heard) > 0);
    assert_string_equal(heard, "one more\n");
}

/* Who ends at once, as `dsoftbus call` does, hears what there is, and then the end. */
static void who_has_ended_hears_it_all_once(void **state)
{
    (void)state;
    log_lines(200);
    struct fake_stream *stream = fake_open("gateway", "log");
    fake_finish(stream);
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, app_log);
    assert_true(stream->app_finished);
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
}

/* It wakes ten times a second while somebody reads, and for the bus alone while nobody does. */
static void it_looks_only_for_readers(void **state)
{
    (void)state;
    assert_int_equal(app_deadline - app_ticks, 1000 * ABI_TICKS_PER_MS);
    struct fake_stream *stream = fake_open("gateway", "log");
    (void)hear_all(stream, heard, sizeof heard);
    assert_int_equal(app_deadline - app_ticks, 100 * ABI_TICKS_PER_MS);
    fake_finish(stream);
    run_app();
    assert_null(stream->object);
    assert_int_equal(stream->app_reset, 0);
    uint32_t reads = read_count;
    for (uint32_t i = 0; i < 10; i++)
        run_app_later(1000);
    assert_int_equal(read_count, reads);
    assert_int_equal(app_deadline - app_ticks, 1000 * ABI_TICKS_PER_MS);
    /* A reader of a dsoftbusd that died is none. */
    assert_non_null(fake_open("gateway", "log"));
    run_app();
    assert_int_equal(app_deadline - app_ticks, 100 * ABI_TICKS_PER_MS);
    bus_is_there = false;
    run_app_later(100);
    assert_int_equal(app_deadline - app_ticks, 1000 * ABI_TICKS_PER_MS);
}

/* A reader that has it all causes no line, however long it stays and however often logd looks. */
static void reading_makes_no_lines(void **state)
{
    (void)state;
    struct fake_stream *streams[3] = {fake_open("gateway", "log"), fake_open("gateway", "log"),
                                      fake_open("lamp", "log")};
    for (uint32_t round = 0; round < 50; round++) {
        run_app_later(100);
        for (uint32_t i = 0; i < 3; i++)
            (void)hear_all(streams[i], heard, sizeof heard);
    }
    assert_string_equal(app_log, "log: published\n");
    fake_reset(streams[0]);
    run_app_later(100);
    assert_string_equal(app_log, "log: published\n");
}

/* It costs one try at each look; the others read everything, and it is told what it missed. */
static void who_stops_reading_costs_nobody_anything(void **state)
{
    (void)state;
    struct fake_stream *stalled = fake_open("lamp", "log");
    struct fake_stream *reader = fake_open("gateway", "log");
    size_t read_len = hear_all(reader, heard, sizeof heard);
    for (uint32_t i = 0; i < 20; i++) {
        size_t log_len = app_log_len;
        log_lines(100);
        run_app_later(100);
        assert_int_equal(hear_all(reader, heard, sizeof heard), app_log_len - log_len);
        assert_memory_equal(heard, app_log + log_len, app_log_len - log_len);
        read_len += app_log_len - log_len;
    }
    assert_int_equal(read_len, app_log_len);
    uint32_t calls = bus_call_count, reads = read_count;
    run_app_later(100);
    assert_true(bus_call_count - calls <= 5);
    assert_true(read_count - reads <= 1); /* of the reader that reads */
    (void)hear_all(stalled, heard, sizeof heard);
    unsigned long missed_len = 0;
    const char *note = strstr(heard, "log: ");
    note = strstr(note + 1, "log: "); /* the first is logd's own line */
    assert_non_null(note);
    assert_int_equal(sscanf(note, "log: %lu bytes missed", &missed_len), 1);
    const char *rest = strchr(note, '\n') + 1;
    /* The line that was torn was ended. */
    assert_int_equal(note[-1], '\n');
    size_t before_len = (size_t)(note - heard) - 1;
    assert_memory_equal(heard, app_log, before_len);
    assert_string_equal(rest, app_log + before_len + missed_len);
}

static void readers_are_bounded(void **state)
{
    uint32_t busy_count = 0;
    struct fake_stream *streams[12];
    char peer[8];

    (void)state;
    for (uint32_t i = 0; i < 12; i++) {
        (void)snprintf(peer, sizeof peer, "peer%u", (unsigned)(i / 2));
        streams[i] = fake_open(peer, "log");
    }
    run_app();
    for (uint32_t i = 0; i < 12; i++)
        busy_count += streams[i]->app_reset == BUS_RESET_BUSY;
    assert_int_equal(busy_count, 4);
    for (uint32_t i = 0; i < 12; i++)
        fake_reset(streams[i]);
    run_app();
    for (uint32_t i = 0; i < 12; i++)
        assert_null(streams[i]->object);
    struct fake_stream *stream = fake_open("peer0", "log");
    assert_true(hear_all(stream, heard, sizeof heard) > 0);
}

/* What a reader says is dropped, however much it is. */
static void a_reader_that_talks_is_not_heard(void **state)
{
    static const char noise[FAKE_WINDOW_LEN];

    (void)state;
    struct fake_stream *stream = fake_open("gateway", "log");
    for (uint32_t i = 0; i < 100; i++) {
        (void)fake_say(stream, noise, sizeof noise);
        run_app_later(100);
    }
    assert_int_equal(stream->to_app_len, 0);
    (void)hear_all(stream, heard, sizeof heard);
    assert_string_equal(heard, "log: published\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_log_is_read_then_followed, setup),
        cmocka_unit_test_setup(who_has_ended_hears_it_all_once, setup),
        cmocka_unit_test_setup(it_looks_only_for_readers, setup),
        cmocka_unit_test_setup(reading_makes_no_lines, setup),
        cmocka_unit_test_setup(who_stops_reading_costs_nobody_anything, setup),
        cmocka_unit_test_setup(readers_are_bounded, setup),
        cmocka_unit_test_setup(a_reader_that_talks_is_not_heard, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
