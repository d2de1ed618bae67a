/* SPDX-License-Identifier: Apache-2.0 */
/* The log beside a console that is slow, or takes nothing at all: nobody waits with interrupts off,
 * and no line is torn. */
#include "log.h"

#include "audit.h"
#include "machine.h"
#include "test.h"
#include "upkeep.h"

#include <stdio.h>
#include <string.h>

static struct process *init;

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    log_flush();
    machine_console_clear();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    machine_console_room = UINT32_MAX;
    log_flush();
    return audit_walk() == AUDIT_OK ? 0 : 1;
}

/* One LOG call with a line of len times the character. */
static int64_t log_call(char c, size_t len)
{
    char line[ABI_LOG_BYTES_MAX];
    memset(line, c, len);
    machine_write(init, MACHINE_SCRATCH, line, len);
    return machine_call(init, ABI_SYS_LOG, ABI_INIT_SLOT_CONSOLE, MACHINE_SCRATCH, len, 0, 0, 0, 0);
}

static void console_takes(uint32_t bytes)
{
    machine_console_room = bytes;
}

/* As many lines as there is room for; returns their bytes. */
static uint32_t fill(void)
{
    uint32_t held = 0;
    for (; log_line("xxxxxxxxx", 9); held += 10)
        assert_true(held < LOG_BUFFER_BYTES);
    return held;
}

static void test_a_call_does_not_wait_for_the_console(void **state)
{
    (void)state;
    console_takes(0);
    assert_int_equal(log_call('a', 5), 0);
    assert_int_equal(log_call('b', 3), 0);
    assert_string_equal(machine_console, "");
    assert_true(upkeep_needed);
    console_takes(4);
    log_drain();
    assert_string_equal(machine_console, "aaaa");
    console_takes(UINT32_MAX);
    log_drain();
    assert_string_equal(machine_console, "aaaaa\nbbb\n");
    assert_false(log_pending());
}

static void test_one_drain_is_bounded(void **state)
{
    (void)state;
    console_takes(0);
    assert_int_equal(log_call('a', ABI_LOG_BYTES_MAX), 0);
    console_takes(UINT32_MAX);
    log_drain();
    assert_int_equal(strlen(machine_console), LOG_PIECE_BYTES);
}

static uint32_t pause_count;

/* The console becomes free while the process waits between two pieces of its call. */
static void free_the_console(void)
{
    if (++pause_count == 3)
        console_takes(UINT32_MAX);
    log_drain();
}

static void test_a_full_log_is_waited_for_in_pieces(void **state)
{
    (void)state;
    const uint32_t line_count = LOG_BUFFER_BYTES / ABI_LOG_BYTES_MAX + 4;
    console_takes(0);
    pause_count = 0;
    machine_pause = free_the_console;
    for (uint32_t i = 0; i < line_count; i++)
        assert_int_equal(log_call((char)('a' + i % 26), ABI_LOG_BYTES_MAX), 0);
    assert_true(pause_count >= 3);
    machine_pause = NULL;
    log_flush();
    assert_int_equal(strlen(machine_console), line_count * (ABI_LOG_BYTES_MAX + 1));
    for (uint32_t i = 0; i < line_count; i++) {
        const char *line = machine_console + i * (ABI_LOG_BYTES_MAX + 1);
        for (uint32_t k = 0; k < ABI_LOG_BYTES_MAX; k++)
            assert_int_equal(line[k], 'a' + i % 26);
        assert_int_equal(line[ABI_LOG_BYTES_MAX], '\n');
    }
}

/* What the processes write leaves room for what the kernel has to say. */
static void test_the_kernels_own_lines_have_room(void **state)
{
    (void)state;
    console_takes(0);
    (void)fill();
    log_text("kernel: ");
    log_hex(0x123);
    log_end();
    console_takes(UINT32_MAX);
    log_flush();
    assert_non_null(strstr(machine_console, "x\nkernel: 0x123\n"));
}

/* A console that takes nothing for a while is dead: what it would not take goes, and nobody hangs.
 */
static void test_a_dead_console_stops_nobody(void **state)
{
    (void)state;
    console_takes(0);
    uint32_t held = fill();
    machine_time += LOG_PATIENCE_TICKS;
    log_drain();
    assert_true(log_pending());
    machine_time++;
    log_drain();
    assert_false(log_pending());
    assert_int_equal(log_call('y', 1), 0);

    console_takes(UINT32_MAX); /* it lives again: that something is missing is said */
    log_drain();
    log_drain();
    char expected[64] = "y\nkernel: bytes of the log lost: 0x";
    size_t len = strlen(expected);
    expected[len++] = "0123456789abcdef"[held >> 8];
    expected[len++] = "0123456789abcdef"[held >> 4 & 15];
    expected[len++] = "0123456789abcdef"[held & 15];
    expected[len] = '\n';
    assert_string_equal(machine_console, expected);
}

/* A slow console is none that is dead. */
static void test_patience_counts_from_the_last_byte(void **state)
{
    (void)state;
    console_takes(0);
    assert_int_equal(log_call('a', 100), 0);
    for (uint32_t i = 0; i < 5; i++) {
        machine_time += LOG_PATIENCE_TICKS;
        console_takes(1);
        log_drain();
        console_takes(0);
        log_drain();
    }
    assert_string_equal(machine_console, "aaaaa");
    assert_true(log_pending());
}

static void test_a_panic_is_written_whole(void **state)
{
    (void)state;
    assert_true(MACHINE_PANICS(panic("test", 7)));
    assert_string_equal(machine_console, "kernel: panic: test 0x7\n");
}

static void test_power_off_loses_nothing(void **state)
{
    (void)state;
    console_takes(0);
    assert_int_equal(log_call('z', 200), 0);
    console_takes(UINT32_MAX);
    assert_true(MACHINE_PANICS(machine_call(init, ABI_SYS_SYSTEM_OFF, ABI_INIT_SLOT_SYSTEM,
                                            ABI_OFF_SUCCESS, 0, 0, 0, 0, 0)));
    assert_int_equal(strlen(machine_console), 201);
}

/* --- readers ---------------------------------------------------------------------------------- */

/* One LOG_READ call, by whoever holds the slot; what came is in `got`. */
static char got[ABI_LOG_READ_BYTES_MAX];

static int64_t read_call(uint64_t slot, uint64_t pos, size_t len)
{
    int64_t status = machine_call(init, ABI_SYS_LOG_READ, slot, pos, MACHINE_SCRATCH, len, 0, 0, 0);
    if (status > 0)
        machine_read(init, MACHINE_SCRATCH, got, (size_t)status);
    return status;
}

static uint64_t result1(void)
{
    return init->frame.x[ARCH_REG_A0 + 1];
}

/* Where the log ends now: the first place from which nothing comes. */
static uint64_t end_of_log(void)
{
    uint64_t pos = 0;
    int64_t len;
    while ((len = read_call(ABI_INIT_SLOT_CONSOLE, pos, sizeof got)) > 0)
        pos = result1() + (uint64_t)len;
    assert_int_equal(len, 0);
    return pos;
}

/* The log is there for readers whether or not the console took it, and reading takes nothing away.
 */
static void test_what_was_logged_is_read(void **state)
{
    (void)state;
    uint64_t pos = end_of_log();
    console_takes(0);
    assert_int_equal(log_call('a', 3), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos, sizeof got), 4);
        assert_memory_equal(got, "aaa\n", 4);
        assert_int_equal(result1(), pos);
    }
    console_takes(UINT32_MAX);
    log_flush();
    assert_string_equal(machine_console, "aaa\n");
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos + 2, sizeof got), 2);
    assert_memory_equal(got, "a\n", 2);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos, 2), 2);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos, 0), 0);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos + 4, sizeof got), 0);
}

/* Line n of the log in the next test: ten bytes. */
static void log_number(uint32_t n)
{
    char line[10];
    (void)snprintf(line, sizeof line, "%09u", (unsigned)n);
    assert_true(log_line(line, 9));
    log_flush();
}

/* Who comes late learns how much has gone, and reads on where the ring begins, byte for byte. */
static void test_what_is_gone_is_counted(void **state)
{
    (void)state;
    const uint32_t line_count = 3 * LOG_RING_BYTES / 10 + 7;
    uint64_t begin = end_of_log();
    for (uint32_t i = 0; i < line_count; i++)
        log_number(i);
    uint64_t end = begin + line_count * 10ull, pos = begin;
    int64_t len;
    while ((len = read_call(ABI_INIT_SLOT_CONSOLE, pos, 1000)) > 0) {
        assert_int_equal(result1(), pos == begin ? end - LOG_RING_BYTES : pos);
        pos = result1();
        for (int64_t i = 0; i < len; i++) {
            char line[11];
            uint64_t at = pos - begin + (uint64_t)i;
            (void)snprintf(line, sizeof line, "%09u\n", (unsigned)(at / 10));
            assert_int_equal(got[i], line[at % 10]);
        }
        pos += (uint64_t)len;
    }
    assert_int_equal(len, 0);
    assert_int_equal(pos, end);
    /* Exactly the ring's length back nothing is missed; a byte more, and one is. */
    assert_true(read_call(ABI_INIT_SLOT_CONSOLE, end - LOG_RING_BYTES, 1) == 1);
    assert_int_equal(result1(), end - LOG_RING_BYTES);
    assert_true(read_call(ABI_INIT_SLOT_CONSOLE, end - LOG_RING_BYTES - 1, 1) == 1);
    assert_int_equal(result1(), end - LOG_RING_BYTES);
}

static void test_a_reading_that_is_refused(void **state)
{
    (void)state;
    uint64_t pos = end_of_log();
    assert_int_equal(log_call('a', 3), 0);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos + 5, 1), -ABI_E_ARGUMENT);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, UINT64_MAX, 1), -ABI_E_ARGUMENT);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos, ABI_LOG_READ_BYTES_MAX + 1),
                     -ABI_E_TOO_BIG);
    assert_int_equal(read_call(ABI_INIT_SLOT_CONSOLE, pos, 1ull << 32 | 1), -ABI_E_TOO_BIG);
    assert_int_equal(read_call(ABI_INIT_SLOT_SYSTEM, pos, 1), -ABI_E_TYPE);
    assert_int_equal(
        machine_call(init, ABI_SYS_LOG_READ, ABI_INIT_SLOT_CONSOLE, pos, 0, 4, 0, 0, 0),
        -ABI_E_ADDRESS);
}

/* Who may write lines may not read those of the others, and who may read may not write. */
static void test_reading_has_a_right_of_its_own(void **state)
{
    (void)state;
    uint64_t end = end_of_log();
    int64_t writes =
        machine_call(init, ABI_SYS_CAP_COPY, ABI_INIT_SLOT_CONSOLE, ABI_RIGHT_WRITE, 0, 0, 0, 0, 0);
    int64_t reads =
        machine_call(init, ABI_SYS_CAP_COPY, ABI_INIT_SLOT_CONSOLE, ABI_RIGHT_READ, 0, 0, 0, 0, 0);
    assert_true(writes > 0 && reads > 0);
    assert_int_equal(read_call((uint64_t)writes, end, 1), -ABI_E_RIGHTS);
    assert_int_equal(read_call((uint64_t)reads, end, 1), 0);
    assert_int_equal(
        machine_call(init, ABI_SYS_LOG, (uint64_t)reads, MACHINE_SCRATCH, 1, 0, 0, 0, 0),
        -ABI_E_RIGHTS);
    machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)writes, 0, 0, 0, 0, 0, 0);
    machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)reads, 0, 0, 0, 0, 0, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_call_does_not_wait_for_the_console),
        TEST(test_one_drain_is_bounded),
        TEST(test_a_full_log_is_waited_for_in_pieces),
        TEST(test_the_kernels_own_lines_have_room),
        TEST(test_a_dead_console_stops_nobody),
        TEST(test_patience_counts_from_the_last_byte),
        TEST(test_a_panic_is_written_whole),
        TEST(test_what_was_logged_is_read),
        TEST(test_what_is_gone_is_counted),
        TEST(test_a_reading_that_is_refused),
        TEST(test_reading_has_a_right_of_its_own),
        TEST(test_power_off_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
