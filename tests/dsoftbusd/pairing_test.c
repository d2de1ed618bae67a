/* SPDX-License-Identifier: Apache-2.0 */
/* The window of a device that pairs: who gets in by it, how many guesses it stands, and what
 * strangers cannot do. */
#include "window.h"

#include <stdio.h>
#include <string.h>

static void assert_shut(const char *line)
{
    assert_int_equal(pairing.state, PAIRING_SHUT);
    assert_false(fake.pairing_listens);
    assert_int_equal(fake_rt_count(line), 1);
    assert_true(pairing_deadline(&pairing) == DSB_NO_DEADLINE);
}

/* --- the window ------------------------------------------------------------------------------- */

static void a_window_opens_at_the_start_and_shows_its_code(void **state)
{
    char line[100];

    (void)state;
    window_start();
    assert_int_equal(pairing.state, PAIRING_OPEN);
    assert_true(fake.pairing_listens);
    assert_int_equal(strlen(window_code()), DSB_PAIRING_CODE_DIGITS);
    (void)snprintf(line, sizeof line, "dsoftbusd: pairing code %.3s %.3s, for 120 s", window_code(),
                   window_code() + 3);
    assert_int_equal(fake_rt_count(line), 1);
    (void)snprintf(line, sizeof line, "dsoftbusd: pairing text dsoftbus-pair://10.0.2.15:34568/%s",
                   window_code());
    assert_int_equal(fake_rt_count(line), 1);
}

static void who_knows_the_code_is_trusted_here_and_on_the_disk(void **state)
{
    (void)state;
    window_start();
    struct dialler *dialler = dial(&phone, window_code());
    dialler_run(dialler);
    assert_true(dialler->is_committed);
    assert_true(dsb_device_id_equal(&dialler->run.peer_id, &device.identity.id));
    assert_memory_equal(dialler->run.peer_key, device.identity.key.public_key, DSB_KEY_LEN);
    assert_true(is_trusted(&phone));
    assert_kept(&phone);
    assert_string_equal(fake_store.attempts.bytes, "failed 0\n");
    assert_true(dialler->stream->closed);
    assert_int_equal(fake_rt_count("dsoftbusd: paired peer=phone"), 1);
    assert_shut("dsoftbusd: pairing window shut reason=paired attempts=1 strays=0");
}

static void nothing_of_the_code_stays_behind_a_window(void **state)
{
    static const struct pairing_code no_code;
    static const uint8_t no_seed[DSB_KEY_LEN];

    (void)state;
    window_start();
    dialler_run(dial(&phone, window_code()));
    assert_memory_equal(&pairing.code, &no_code, sizeof no_code);
    assert_memory_equal(pairing.seed, no_seed, sizeof no_seed);
    for (size_t i = 0; i <= PAIRING_RUN_MAX; i++)
        assert_int_equal(pairing.runs[i].run.code_len, 0);
}

static void a_window_ends_with_its_time(void **state)
{
    (void)state;
    window_start();
    guess_begins(dial(&phone, window_code()));
    fake_rt.now_ms = DSB_PAIRING_WINDOW_MS - 1;
    diallers[0].stream->in_len = 0;
    fake_rt.now_ms = DSB_PAIRING_WINDOW_MS;
    window_turns();
    assert_shut("dsoftbusd: pairing window shut reason=time attempts=1 strays=0");
    assert_true(diallers[0].stream->aborted);
    assert_string_equal(fake_store.attempts.bytes, "failed 1\n");
}

static void no_port_no_window(void **state)
{
    (void)state;
    fake.pairing_port_taken = true;
    window_start();
    assert_int_equal(fake_rt_count("dsoftbusd: no pairing: failed"), 1);
    assert_int_equal(pairing.state, PAIRING_SHUT);
    assert_int_equal(pairing.code.len, 0);
}

/* A service that is started again opens no window that no person asked for. */
static void a_process_that_starts_later_has_the_rest_of_the_window_or_none(void **state)
{
    (void)state;
    fake_rt.now_ms = DSB_PAIRING_WINDOW_MS - 1500;
    window_start();
    assert_int_equal(pairing.state, PAIRING_OPEN);
    assert_int_equal(pairing_deadline(&pairing), DSB_PAIRING_WINDOW_MS);
    fake_rt.now_ms = DSB_PAIRING_WINDOW_MS;
    window_boot(FRESH_CODE);
    window_start();
    assert_int_equal(pairing.state, PAIRING_SHUT);
    assert_false(fake.pairing_listens);
    assert_int_equal(pairing.code.len, 0);
}

/* --- guesses ---------------------------------------------------------------------------------- */

static void three_wrong_guesses_shut_the_window(void **state)
{
    (void)state;
    window_start();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pairing.state, PAIRING_OPEN);
        dialler_run(dial_from(i, &phone, "wrong!", NEAR));
        assert_false(diallers[i].is_pending);
        assert_int_equal(diallers[i].stream->out_len, 17 + 32);
    }
    assert_int_equal(
        fake_rt_count("dsoftbusd: pairing attempt failed reason=wrong-code attempts=3"), 1);
    assert_shut("dsoftbusd: pairing window shut reason=attempts attempts=3 strays=0");
    assert_string_equal(fake_store.attempts.bytes, "failed 3\n");
    assert_int_equal(trust.count, 0);
}

/* The disk has it before the answer leaves: one who breaks off has had its guess. */
static void an_attempt_is_written_down_before_it_is_answered(void **state)
{
    (void)state;
    window_start();
    struct dialler *dialler = dial(&phone, window_code());
    assert_true(dialler_step(dialler));
    fake_store.put_fails_count = 1;
    (void)dialler_step(dialler);
    assert_int_equal(dialler->stream->out_len, 17);
    assert_shut("dsoftbusd: pairing window shut reason=disk attempts=0 strays=1");
}

static void a_guess_that_breaks_off_counts(void **state)
{
    (void)state;
    window_start();
    guess_begins(dial(&phone, window_code()));
    assert_string_equal(fake_store.attempts.bytes, "failed 1\n");
    diallers[0].stream->ended = true;
    window_turns();
    assert_int_equal(
        fake_rt_count("dsoftbusd: pairing attempt failed reason=broken-off attempts=1"), 1);
    assert_string_equal(fake_store.attempts.bytes, "failed 1\n");
}

/* As many at once as a window stands; whoever has the code among them still gets in. */
static void no_fourth_guess_beside_three_that_are_under_way(void **state)
{
    (void)state;
    window_start();
    guess_begins(dial_from(0, &phone, window_code(), NEAR));
    for (size_t i = 1; i < 3; i++) {
        guess_begins(dial_from(i, &phone, "wrong!", FAR));
        diallers[i].stream->ended = true;
        window_turns();
    }
    struct dialler *fourth = dial_from(3, &phone, "wrong!", FAR);
    assert_true(dialler_step(fourth));
    assert_false(dialler_step(fourth));
    assert_int_equal(fourth->stream->out_len, 17);
    assert_true(fourth->stream->aborted);
    dialler_run(&diallers[0]);
    assert_true(diallers[0].is_committed);
    assert_shut("dsoftbusd: pairing window shut reason=paired attempts=3 strays=1");
}

static void what_is_no_guess_does_not_count(void **state)
{
    static const uint8_t other_version[17] = {2}, hello[17] = {1}, neutral[32];

    (void)state;
    window_start();
    fake_send(fake_connect_to_pair(NEAR), other_version, sizeof other_version);
    window_turns();
    struct fake_stream *stream = fake_connect_to_pair(NEAR);
    fake_send(stream, hello, sizeof hello);
    fake_send(stream, neutral, sizeof neutral);
    window_turns();
    fake_connect_to_pair(NEAR)->ended = true;
    window_turns();
    assert_int_equal(pairing.stray_count, 3);
    assert_int_equal(pairing.attempt_count, 0);
    assert_false(fake_store.attempts.is_there);
    assert_int_equal(pairing.state, PAIRING_OPEN);
}

static void failed_attempts_of_earlier_windows_delay_this_one(void **state)
{
    (void)state;
    fake_store_keep(&fake_store.attempts, "failed 3\n");
    fake_rt.now_ms = 1;
    window_start();
    assert_int_equal(fake_rt_count("dsoftbusd: pairing waits seconds=8 failed=3"), 1);
    assert_int_equal(pairing_deadline(&pairing), 8000);
    fake_rt.now_ms = 7999;
    window_turns();
    assert_false(fake.pairing_listens);
    fake_rt.now_ms = 8000;
    window_turns();
    assert_true(fake.pairing_listens);
    dialler_run(dial(&phone, window_code()));
    assert_true(is_trusted(&phone));
    assert_string_equal(fake_store.attempts.bytes, "failed 0\n");
}

static void a_count_at_its_end_stays_there(void **state)
{
    (void)state;
    fake_store_keep(&fake_store.attempts, "failed 4294967295\n");
    window_start();
    fake_rt.now_ms = (uint64_t)DSB_PAIRING_WAIT_MAX_S * 1000;
    window_turns();
    dialler_run(dial(&phone, "wrong!"));
    assert_string_equal(fake_store.attempts.bytes, "failed 4294967295\n");
}

static void a_damaged_count_opens_no_window_and_is_not_written_over(void **state)
{
    static const char *const damaged[] = {"failed \n",  "failed 1",    "failed -1\n",
                                          "failed1\n",  "failed 1x\n", "failed 4294967296\n",
                                          "xailed 1\n", "\n",          "failed 00000000001\n"};

    (void)state;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        fake_store_keep(&fake_store.attempts, damaged[i]);
        window_boot(FRESH_CODE);
        window_start();
        assert_int_equal(
            fake_rt_count("dsoftbusd: stored pairing-attempts: not a count of attempts"), 1);
        assert_false(fake.pairing_listens);
        assert_int_equal(fake_store.put_count, 0);
    }
}

/* --- strangers -------------------------------------------------------------------------------- */

static void strangers_who_say_nothing_keep_nobody_out(void **state)
{
    (void)state;
    window_start();
    for (size_t i = 0; i < PAIRING_RUN_MAX; i++)
        (void)fake_connect_to_pair(FAR);
    window_turns();
    struct dialler *dialler = dial(&phone, window_code());
    assert_true(dialler_step(dialler));
    for (size_t i = 0; i < 2 * PAIRING_RUN_MAX; i++) {
        (void)fake_connect_to_pair(FAR);
        window_turns();
    }
    dialler_run(dialler);
    assert_true(dialler->is_committed);
}

static void a_run_has_ten_seconds(void **state)
{
    (void)state;
    window_start();
    fake_rt.now_ms = 5;
    guess_begins(dial(&phone, window_code()));
    assert_int_equal(pairing_deadline(&pairing), 5 + DSB_PAIRING_RUN_MS);
    fake_rt.now_ms = 4 + DSB_PAIRING_RUN_MS;
    window_turns();
    assert_false(diallers[0].stream->aborted);
    fake_rt.now_ms = 5 + DSB_PAIRING_RUN_MS;
    window_turns();
    assert_true(diallers[0].stream->aborted);
    assert_int_equal(fake_rt_count("dsoftbusd: pairing attempt failed reason=late attempts=1"), 1);
}

static void bytes_may_come_one_by_one(void **state)
{
    (void)state;
    window_start();
    struct dialler *dialler = dial(&phone, window_code());
    dialler->stream->step_len = 1;
    assert_false(dialler_step(dialler)); /* what it says must leave as a whole */
    assert_true(dialler->stream->aborted);
    struct dialler *other = dial_from(1, &phone, window_code(), NEAR);
    uint8_t hello[DSB_PAIRING_MESSAGE_MAX];
    size_t len = dsb_pairing_send(&other->run, hello);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(other->stream->out_len, 0);
        fake_send(other->stream, hello + i, 1);
        window_turns();
    }
    assert_int_equal(other->stream->out_len, 17);
}

static void no_two_runs_share_their_random_bytes(void **state)
{
    (void)state;
    window_start();
    for (size_t i = 0; i < 2; i++)
        guess_begins(dial_from(i, &phone, window_code(), NEAR));
    assert_memory_not_equal(diallers[0].stream->out + 1, diallers[1].stream->out + 1, 16);
    assert_memory_not_equal(diallers[0].stream->out + 17, diallers[1].stream->out + 17, 32);
    assert_int_equal(fake.ephemeral, 2); /* the code and the seed: runs draw nothing */
}

static void accepts_again_when_sockets_come_back(void **state)
{
    (void)state;
    window_start();
    fake.no_sockets = true;
    struct dialler *dialler = dial(&phone, window_code());
    pairing_ready(&pairing, FAKE_PAIRING);
    assert_false(pairing_turn(&pairing, fake_rt.now_ms));
    assert_int_equal(pairing_deadline(&pairing), fake_rt.now_ms + ACCEPT_RETRY_MS);
    fake.no_sockets = false;
    fake_rt.now_ms += ACCEPT_RETRY_MS;
    dialler_run(dialler);
    assert_true(dialler->is_committed);
}

#define TEST(name) cmocka_unit_test_setup(name, window_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_opens_at_the_start_and_shows_its_code),
        TEST(who_knows_the_code_is_trusted_here_and_on_the_disk),
        TEST(nothing_of_the_code_stays_behind_a_window),
        TEST(a_window_ends_with_its_time),
        TEST(no_port_no_window),
        TEST(a_process_that_starts_later_has_the_rest_of_the_window_or_none),
        TEST(three_wrong_guesses_shut_the_window),
        TEST(an_attempt_is_written_down_before_it_is_answered),
        TEST(a_guess_that_breaks_off_counts),
        TEST(no_fourth_guess_beside_three_that_are_under_way),
        TEST(what_is_no_guess_does_not_count),
        TEST(failed_attempts_of_earlier_windows_delay_this_one),
        TEST(a_count_at_its_end_stays_there),
        TEST(a_damaged_count_opens_no_window_and_is_not_written_over),
        TEST(strangers_who_say_nothing_keep_nobody_out),
        TEST(a_run_has_ten_seconds),
        TEST(bytes_may_come_one_by_one),
        TEST(no_two_runs_share_their_random_bytes),
        TEST(accepts_again_when_sockets_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
