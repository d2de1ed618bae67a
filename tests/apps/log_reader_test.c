/* SPDX-License-Identifier: Apache-2.0 */
/* A reader of the log beside a log that runs away from it: whole lines, in order, and every byte is
 * either passed on or counted. */
#include "reader.h"
#include "rt/log.h"
#include "test.h"
#include "tests/support/xorshift.h"

#include <stdio.h>
#include <string.h>

#define RING_LEN 2048u /* shorter than the kernel's: gaps come sooner */

/* The kernel's log, all of it, of which the last RING_LEN bytes are kept. */
static struct {
    char bytes[1 << 22];
    size_t len;
    uint32_t line_count;
    uint32_t read_count;
} fake;

static struct reader reader;
static char out[1 << 22];
static size_t out_len;

int64_t rt_log_read(rt_slot console, uint64_t *pos, void *bytes, size_t capacity,
                    uint64_t *missed_len)
{
    uint64_t oldest = fake.len > RING_LEN ? fake.len - RING_LEN : 0;
    uint64_t first = *pos > oldest ? *pos : oldest;
    size_t until_wrap = RING_LEN - first % RING_LEN, len = fake.len - first;

    fake.read_count++;
    assert_int_equal(console, RT_SLOT_CONSOLE);
    assert_true(*pos <= fake.len && capacity <= ABI_LOG_READ_BYTES_MAX);
    len = len < until_wrap ? len : until_wrap;
    len = len < capacity ? len : capacity;
    memcpy(bytes, fake.bytes + first, len);
    *missed_len = first - *pos;
    *pos = first + len;
    return (int64_t)len;
}

static int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    memset(&reader, 0, sizeof reader);
    out_len = 0;
    return 0;
}

/* A line of its own number, so long in all. */
static void log_numbered(size_t len)
{
    int head_len = snprintf(fake.bytes + fake.len, 16, "%08u:", (unsigned)fake.line_count++);

    assert_true(len > (size_t)head_len && fake.len + len < sizeof fake.bytes);
    memset(fake.bytes + fake.len + head_len, 'x', len - (size_t)head_len - 1);
    fake.bytes[fake.len + len - 1] = '\n';
    fake.len += len;
}

/* Takes at most so many bytes of what comes next; false when nothing does. */
static bool take(size_t limit)
{
    const char *bytes;
    size_t len = reader_next(&reader, &bytes);

    if (len > limit)
        len = limit;
    memcpy(out + out_len, bytes, len);
    out_len += len;
    out[out_len] = '\0';
    reader_taken(&reader, len);
    return len > 0;
}

static void take_all(void)
{
    while (take(SIZE_MAX))
        continue;
}

static void all_is_read_from_the_beginning(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 60; i++)
        log_numbered(11 + i % 20);
    take_all();
    assert_int_equal(out_len, fake.len);
    assert_memory_equal(out, fake.bytes, out_len);
    log_numbered(30);
    take_all();
    assert_int_equal(out_len, fake.len);
    assert_memory_equal(out, fake.bytes, out_len);
}

static void the_same_comes_until_it_is_taken(void **state)
{
    const char *first, *second;

    (void)state;
    log_numbered(30);
    assert_int_equal(reader_next(&reader, &first), 30);
    uint32_t reads = fake.read_count;
    log_numbered(30);
    assert_int_equal(reader_next(&reader, &second), 30);
    assert_ptr_equal(first, second);
    reader_taken(&reader, 0);
    assert_int_equal(reader_next(&reader, &second), 30);
    assert_int_equal(fake.read_count, reads); /* one that takes nothing asks for nothing */
}

static void who_comes_late_reads_whole_lines_behind_a_count(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        log_numbered(30);
    take_all();
    /* 3000 - 2048 = 952 are gone: 31 lines and 22 bytes; the other 8 of that line go too. */
    const char *expected = "log: 960 bytes missed\n00000032:";
    assert_memory_equal(out, expected, strlen(expected));
    assert_int_equal(out_len, strlen("log: 960 bytes missed\n") + 68 * 30);
}

static void a_gap_within_a_line_ends_the_line(void **state)
{
    (void)state;
    log_numbered(30);
    assert_true(take(13));
    reader.held_len = 0; /* as if the reader's piece had ended there */
    reader.pos = 13;
    for (uint32_t i = 0; i < 100; i++)
        log_numbered(30);
    take_all();
    const char *expected = "00000000:xxxx\nlog: 977 bytes missed\n00000033:";
    assert_memory_equal(out, expected, strlen(expected));
}

/* The oldest byte that is there begins a line, or ends one: what belongs to no whole line is
 * counted. */
static void a_gap_may_end_with_a_line(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 128; i++)
        log_numbered(32);
    fake.bytes[fake.len++] = '\n'; /* now the oldest is the second byte of a line */
    take_all();
    assert_memory_equal(out, "log: 2080 bytes missed\n00000065:", 32);
}

/* Takes a piece; what comes from the log must be its next bytes, and a line that tells of a gap
 * leads to the beginning of a line. `src` is how far the log is accounted for. */
static bool take_checked(size_t limit, uint64_t *src)
{
    const char *bytes;
    size_t len = reader_next(&reader, &bytes);
    bool ends_line = len > 1 && bytes[0] == '\n' && bytes[1] == 'l';
    unsigned long missed_len;

    if (ends_line || (len > 0 && bytes[0] == 'l')) { /* a line of the reader's own, whole */
        size_t note_len = (size_t)((char *)memchr(bytes + 1, '\n', len - 1) + 1 - bytes);
        assert_int_equal(ends_line, *src > 0 && fake.bytes[*src - 1] != '\n');
        assert_int_equal(sscanf(bytes + ends_line, "log: %lu bytes missed", &missed_len), 1);
        *src += missed_len;
        assert_int_equal(fake.bytes[*src - 1], '\n');
        reader_taken(&reader, note_len);
        return true;
    }
    len = len < limit ? len : limit;
    assert_memory_equal(bytes, fake.bytes + *src, len);
    *src += len;
    reader_taken(&reader, len);
    return len > 0;
}

/* Lines of every length logged, pieces of every length taken, both at random. */
static void every_byte_is_passed_on_or_counted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint64_t random = seed * 0x9e3779b97f4a7c15ull, src = 0;
        (void)setup(NULL);
        for (uint32_t i = 0; i < 4000; i++) {
            uint64_t draw = xorshift64_star(&random) >> 8;
            if (draw % (1 + seed % 7) == 0)
                log_numbered(11 + (draw >> 8) % 230);
            else
                (void)take_checked(1 + (draw >> 8) % (400 / seed + 20), &src);
        }
        while (take_checked(SIZE_MAX, &src))
            continue;
        assert_int_equal(src, fake.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_is_read_from_the_beginning, setup),
        cmocka_unit_test_setup(the_same_comes_until_it_is_taken, setup),
        cmocka_unit_test_setup(who_comes_late_reads_whole_lines_behind_a_count, setup),
        cmocka_unit_test_setup(a_gap_within_a_line_ends_the_line, setup),
        cmocka_unit_test_setup(a_gap_may_end_with_a_line, setup),
        cmocka_unit_test_setup(every_byte_is_passed_on_or_counted, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
