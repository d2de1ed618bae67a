/* SPDX-License-Identifier: Apache-2.0 */
/* The log's collecting, and the stock of random bytes. */
#include "node/base/log.h"
#include "node/base/secret.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int reading, real_stderr;

static int catch_stderr(void **state)
{
    int fds[2];
    (void)state;
    if (pipe2(fds, O_NONBLOCK) != 0 || (real_stderr = dup(STDERR_FILENO)) < 0)
        return -1;
    reading = fds[0];
    log_open(LOG_LEVEL_INFO);
    return dup2(fds[1], STDERR_FILENO) < 0 || close(fds[1]) != 0 ? -1 : 0;
}

static int release_stderr(void **state)
{
    (void)state;
    log_collect(false);
    (void)close(reading);
    return dup2(real_stderr, STDERR_FILENO) < 0 || close(real_stderr) != 0 ? -1 : 0;
}

/* The texts behind time and level, each with a space before it, that have been written. */
static const char *written(void)
{
    static char texts[32768], bytes[32768];
    ssize_t len = read(reading, bytes, sizeof bytes - 1);
    texts[0] = '\0';
    bytes[len > 0 ? len : 0] = '\0';
    for (char *line = strtok(bytes, "\n"); line != NULL; line = strtok(NULL, "\n"))
        strcat(texts, strrchr(line, ' '));
    return texts;
}

static void a_line_is_written_at_once(void **state)
{
    (void)state;
    log_line(LOG_LEVEL_INFO, "%s", "one");
    assert_string_equal(written(), " one");
}

static void collected_lines_wait_for_the_end_of_the_turn(void **state)
{
    (void)state;
    log_collect(true);
    log_line(LOG_LEVEL_INFO, "%s", "one");
    log_line(LOG_LEVEL_WARNING, "%s", "two");
    assert_string_equal(written(), "");
    log_flush();
    assert_string_equal(written(), " one two");
    log_flush();
    assert_string_equal(written(), "");
}

static void an_error_is_not_kept_and_nothing_overtakes(void **state)
{
    (void)state;
    log_collect(true);
    log_line(LOG_LEVEL_INFO, "%s", "one");
    log_line(LOG_LEVEL_ERROR, "%s", "two");
    assert_string_equal(written(), " one two");
}

static void the_end_of_collecting_writes_what_there_is(void **state)
{
    (void)state;
    log_collect(true);
    log_line(LOG_LEVEL_INFO, "%s", "one");
    log_collect(false);
    assert_string_equal(written(), " one");
    log_line(LOG_LEVEL_INFO, "%s", "two");
    assert_string_equal(written(), " two");
}

/* More than the buffer holds: whole lines, in order, none lost. */
static void more_lines_than_the_buffer_holds(void **state)
{
    char want[16];
    size_t line_count = 0;
    (void)state;
    log_collect(true);
    for (int i = 0; i < 1000; i++) {
        const char *texts;
        log_line(LOG_LEVEL_INFO, "%0100d", i);
        if (i == 999)
            log_flush();
        for (texts = written(); *texts != '\0'; texts += 101) {
            snprintf(want, sizeof want, "%05zu", line_count++);
            assert_memory_equal(texts + 96, want, 5);
        }
    }
    assert_int_equal(line_count, 1000);
}

static void random_bytes_of_every_length(void **state)
{
    static uint8_t bytes[3000], again[sizeof bytes];
    static const uint8_t zeros[16];
    (void)state;
    for (size_t len = 16; len <= 2000; len += 61) {
        memset(bytes, 0, sizeof bytes);
        random_bytes(bytes, len);
        random_bytes(again, len);
        assert_memory_not_equal(bytes, again, len);
        assert_memory_not_equal(bytes + len - 16, zeros, 16);
        assert_memory_equal(bytes + len, zeros, 16);
    }
}

/* Two processes with the same stock would make the same keys. */
static void a_child_has_other_random_bytes(void **state)
{
    uint8_t *shared = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint8_t own[32];
    int status;
    pid_t child;
    (void)state;
    assert_true(shared != MAP_FAILED);
    random_bytes(own, sizeof own);
    random_bytes(own, sizeof own); /* whatever was left before: there is a stock now */
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        random_bytes(shared, 32);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    random_bytes(own, sizeof own);
    assert_memory_not_equal(own, shared, sizeof own);
    assert_int_equal(munmap(shared, 32), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_written_at_once, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(collected_lines_wait_for_the_end_of_the_turn, catch_stderr,
                                        release_stderr),
        cmocka_unit_test_setup_teardown(an_error_is_not_kept_and_nothing_overtakes, catch_stderr,
                                        release_stderr),
        cmocka_unit_test_setup_teardown(the_end_of_collecting_writes_what_there_is, catch_stderr,
                                        release_stderr),
        cmocka_unit_test_setup_teardown(more_lines_than_the_buffer_holds, catch_stderr,
                                        release_stderr),
        cmocka_unit_test(random_bytes_of_every_length),
        cmocka_unit_test(a_child_has_other_random_bytes),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
