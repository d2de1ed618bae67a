/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's log: every line's text, and how often strangers can have one written. */
#include "journal.h"

#include "dsoftbus/testing.h"
#include "fake_rt.h"
#include "limits.h"
#include "rt/process.h"

#include <string.h>

static uint64_t start_ms; /* each test later than the last: the journal has a memory */

int process_main(uint64_t arg)
{
    (void)arg;
    return 0;
}

static int setup(void **state)
{
    (void)state;
    start_ms += 1000000;
    fake_rt.now_ms = start_ms;
    journal_tick(); /* what the test before left */
    fake_rt_reset();
    fake_rt.now_ms = start_ms;
    return 0;
}

static void refuse(enum dsb_reason reason, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        journal_refused(reason, NULL);
}

static const struct dsb_device_id id = {.len = 3, .text = "a.b"};

static void says_who_was_bound_directly_before_auth_ok(void **state)
{
    (void)state;
    journal_authenticated(&id);
    assert_int_equal(fake_rt.log_count, 2);
    assert_string_equal(fake_rt.log[0], "dsoftbusd: identity bound peer=a.b");
    assert_string_equal(fake_rt.log[1], "dsoftbusd: auth ok");
}

static void names_reasons_and_claims(void **state)
{
    (void)state;
    journal_refused(DSB_REASON_MSG1_DECRYPT, NULL);
    journal_refused(DSB_REASON_MSG3_UNKNOWN_KEY, &id);
    journal_ended(DSB_REASON_RECORD_DECRYPT);
    journal_ended_cleanly();
    journal_packet_ignored("utf8", 7);
    journal_step(DSB_STEP_MSG1_READ);
    const char *const lines[] = {
        "dsoftbusd: session refused reason=msg1-decrypt",
        "dsoftbusd: session refused reason=msg3-unknown-key claim=a.b",
        "dsoftbusd: session ended reason=record-decrypt",
        "dsoftbusd: session ended reason=clean",
        "dsoftbusd: packet ignored reason=utf8 count=7",
        "dsoftbusd: handshake: message 1 read",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_string_equal(fake_rt.log[i], lines[i]);
}

static void counts_what_is_too_much_to_write(void **state)
{
    (void)state;
    refuse(DSB_REASON_LOCAL_DROPPED, LINES_PER_WINDOW);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW);
    assert_int_equal(journal_deadline(), DSB_NO_DEADLINE);
    refuse(DSB_REASON_LOCAL_DROPPED, 70);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW);
    assert_int_equal(journal_deadline(), start_ms + LINE_WINDOW_MS);

    fake_rt.now_ms = start_ms + LINE_WINDOW_MS - 1;
    journal_tick();
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW);
    fake_rt.now_ms = start_ms + LINE_WINDOW_MS;
    journal_tick();
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 1);
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=local-dropped times=70"), 1);
    assert_int_equal(journal_deadline(), DSB_NO_DEADLINE);
    journal_tick();
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 1);
}

static void writes_again_when_the_time_is_over(void **state)
{
    (void)state;
    refuse(DSB_REASON_MSG1_DECRYPT, LINES_PER_WINDOW);
    fake_rt.now_ms = start_ms + LINE_WINDOW_MS;
    refuse(DSB_REASON_MSG1_DECRYPT, LINES_PER_WINDOW + 1);
    assert_int_equal(fake_rt.log_count, 2 * LINES_PER_WINDOW);
    assert_int_equal(journal_deadline(), start_ms + 2 * LINE_WINDOW_MS);
}

/* Late as the tick may be, what is held comes before what is new. */
static void holds_until_it_has_told(void **state)
{
    (void)state;
    refuse(DSB_REASON_MSG1_DECRYPT, LINES_PER_WINDOW + 1);
    fake_rt.now_ms = start_ms + 5 * LINE_WINDOW_MS;
    refuse(DSB_REASON_MSG1_DECRYPT, 1);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW);
    journal_tick();
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=msg1-decrypt times=2"), 1);
    refuse(DSB_REASON_MSG1_DECRYPT, 1);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 2);
}

static void each_kind_is_told_in_its_own_time(void **state)
{
    (void)state;
    refuse(DSB_REASON_LOCAL_DROPPED, LINES_PER_WINDOW + 1);
    fake_rt.now_ms = start_ms + 10;
    refuse(DSB_REASON_MSG1_DECRYPT, LINES_PER_WINDOW + 1);
    assert_int_equal(journal_deadline(), start_ms + LINE_WINDOW_MS);
    fake_rt.now_ms = start_ms + LINE_WINDOW_MS;
    journal_tick();
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=local-dropped times=1"), 1);
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=msg1-decrypt times=1"), 0);
    assert_int_equal(journal_deadline(), start_ms + 10 + LINE_WINDOW_MS);
    fake_rt.now_ms = start_ms + 10 + LINE_WINDOW_MS;
    journal_tick();
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=msg1-decrypt times=1"), 1);
    assert_int_equal(journal_deadline(), DSB_NO_DEADLINE);
}

static void one_reason_does_not_hide_another(void **state)
{
    (void)state;
    refuse(DSB_REASON_LOCAL_DROPPED, 10 * LINES_PER_WINDOW);
    journal_refused(DSB_REASON_MSG3_UNKNOWN_KEY, &id);
    journal_refused(DSB_REASON_SESSION_SILENT, NULL); /* the last of the list has its own, too */
    assert_int_equal(fake_rt_count("dsoftbusd: session refused reason=msg3-unknown-key claim=a.b"),
                     1);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 2);
}

static void counts_steps_too(void **state)
{
    (void)state;
    for (int i = 0; i < LINES_PER_WINDOW + 9; i++)
        journal_step(DSB_STEP_MSG2_WRITTEN);
    journal_step(DSB_STEP_MSG3_READ);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 1);
    assert_int_equal(journal_deadline(), start_ms + LINE_WINDOW_MS);
    fake_rt.now_ms = start_ms + LINE_WINDOW_MS;
    journal_tick();
    assert_int_equal(fake_rt_count("dsoftbusd: handshake: message 2 written times=9"), 1);
}

static void counts_refused_services_too(void **state)
{
    (void)state;
    for (int i = 0; i < LINES_PER_WINDOW + 5; i++)
        journal_service_refused(&id, "echo", 4, DSB_RESET_NOT_ALLOWED);
    journal_service_refused(&id, "log", 3, DSB_RESET_BUSY);
    assert_int_equal(fake_rt.log_count, LINES_PER_WINDOW + 1);
    assert_string_equal(fake_rt.log[0],
                        "dsoftbusd: service refused peer=a.b service=echo reason=not-allowed");
    fake_rt.now_ms = start_ms + LINE_WINDOW_MS;
    journal_tick();
    assert_int_equal(fake_rt_count("dsoftbusd: service refused reason=not-allowed times=5"), 1);
}

/* The proof's word for a peer that is in is never held. */
static void never_holds_auth_ok(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * LINES_PER_WINDOW; i++)
        journal_authenticated(&id);
    assert_int_equal(fake_rt_count("dsoftbusd: auth ok"), 2 * LINES_PER_WINDOW);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(says_who_was_bound_directly_before_auth_ok),
        TEST(names_reasons_and_claims),
        TEST(counts_what_is_too_much_to_write),
        TEST(writes_again_when_the_time_is_over),
        TEST(holds_until_it_has_told),
        TEST(each_kind_is_told_in_its_own_time),
        TEST(one_reason_does_not_hide_another),
        TEST(counts_steps_too),
        TEST(counts_refused_services_too),
        TEST(never_holds_auth_ok),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
