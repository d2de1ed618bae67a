/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the Linux programs that need no process: messages, names, options, budgets, sizes. */
#include "file/message.h"
#include "node/base/log.h"
#include "node/base/options.h"
#include "node/cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- messages --- */

static void check_round_trip(const struct message *m, const uint8_t *want, size_t want_len)
{
    uint8_t frame[MESSAGE_FRAME_MAX];
    struct message back;
    struct message_reader reader = {0};
    size_t used_len;
    size_t len = message_write(frame, m);
    assert_int_equal(len, MESSAGE_LENGTH_LEN + want_len);
    assert_int_equal(frame[0] << 8 | frame[1], want_len);
    assert_memory_equal(frame + MESSAGE_LENGTH_LEN, want, want_len);
    assert_int_equal(message_read(&reader, frame, len, &used_len, &back), MESSAGE_READ_ONE);
    assert_int_equal(used_len, len);
    assert_int_equal(back.kind, m->kind);
    assert_true(back.length == m->length);
    assert_int_equal(back.refusal, m->refusal);
    assert_string_equal(back.name, m->name);
}

static void messages_are_these_bytes(void **state)
{
    static const struct message put = {
        .kind = MESSAGE_PUT, .length = 0x0102030405060708, .name = "ab"};
    static const struct message pipe = {.kind = MESSAGE_PUT, .length = MESSAGE_LENGTH_UNKNOWN};
    static const struct message done = {.kind = MESSAGE_DONE, .length = 258};
    static const struct message ready = {.kind = MESSAGE_READY};
    static const struct message stored = {.kind = MESSAGE_STORED, .length = 1};
    static const struct message kept = {.kind = MESSAGE_STORED, .length = 1, .name = "_x"};
    static const struct message refused = {.kind = MESSAGE_REFUSED, .refusal = REFUSAL_NO_SPACE};
    (void)state;
    check_round_trip(&put, (const uint8_t *)"\x10\1\2\3\4\5\6\7\10ab", 11);
    check_round_trip(&pipe, (const uint8_t *)"\x10\xff\xff\xff\xff\xff\xff\xff\xff", 9);
    check_round_trip(&done, (const uint8_t *)"\x12\0\0\0\0\0\0\1\2", 9);
    check_round_trip(&ready, (const uint8_t *)"\x20", 1);
    check_round_trip(&stored, (const uint8_t *)"\x21\0\0\0\0\0\0\0\1", 9);
    check_round_trip(&kept, (const uint8_t *)"\x21\0\0\0\0\0\0\0\1_x", 11);
    check_round_trip(&refused, (const uint8_t *)"\x22\4", 2);
}

static void longest_name_goes_through(void **state)
{
    struct message put = {.kind = MESSAGE_PUT, .length = 1};
    uint8_t want[MESSAGE_CONTROL_MAX] = {0x10, 0, 0, 0, 0, 0, 0, 0, 1};
    (void)state;
    memset(put.name, 'n', MESSAGE_NAME_MAX);
    memset(want + 9, 'n', MESSAGE_NAME_MAX);
    check_round_trip(&put, want, sizeof want);
}

static void bytes_point_to_where_they_were_read(void **state)
{
    const uint8_t in[] = {0, 4, MESSAGE_BYTES, 1, 2, 3, 0, 1, MESSAGE_READY};
    struct message_reader reader = {0};
    struct message m;
    size_t used_len;
    (void)state;
    assert_int_equal(message_read(&reader, in, 5, &used_len, &m), MESSAGE_READ_ONE);
    assert_ptr_equal(m.bytes, in + 3);
    assert_int_equal(m.bytes_len, 2);
    assert_int_equal(used_len, 5);
    assert_int_equal(message_read(&reader, in + 5, 4, &used_len, &m), MESSAGE_READ_ONE);
    assert_ptr_equal(m.bytes, in + 5);
    assert_int_equal(m.bytes_len, 1);
    assert_int_equal(used_len, 1);
    assert_int_equal(message_read(&reader, in + 6, 3, &used_len, &m), MESSAGE_READ_ONE);
    assert_int_equal(m.kind, MESSAGE_READY);
}

static void longest_bytes_pass(void **state)
{
    static uint8_t in[MESSAGE_LENGTH_LEN + MESSAGE_BODY_MAX];
    struct message_reader reader = {0};
    struct message m;
    size_t used_len;
    (void)state;
    message_write_bytes_head(in, MESSAGE_BODY_MAX - 1);
    assert_int_equal(message_read(&reader, in, sizeof in, &used_len, &m), MESSAGE_READ_ONE);
    assert_int_equal(m.bytes_len, MESSAGE_BODY_MAX - 1);
    assert_int_equal(used_len, sizeof in);
}

/* A body of this length, or none. */
static bool is_bad(const char *body, size_t len)
{
    uint8_t frame[MESSAGE_FRAME_MAX + 1] = {(uint8_t)(len >> 8), (uint8_t)len};
    struct message_reader reader = {0};
    struct message m;
    size_t used_len;
    memcpy(frame + MESSAGE_LENGTH_LEN, body, len);
    return message_read(&reader, frame, MESSAGE_FRAME_MAX + 1, &used_len, &m) == MESSAGE_READ_BAD;
}

static void malformed_messages_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"\0", 1},                        /* no such kind */
        {"\x01hello", 6},                 /* nor this */
        {"\x10", 1},                      /* PUT without a length */
        {"\x10\0\0\0\0\0\0\0", 8},        /* cut */
        {"\x10\0\0\0\0\0\0\0\0a\0b", 12}, /* NUL in the name */
        {"\x11", 1},                      /* BYTES without any */
        {"\x12\0\0\0\0\0\0\0", 8},        /* DONE, cut */
        {"\x12\0\0\0\0\0\0\0\0\0", 10},   /* too long */
        {"\x20\0", 2},                    /* READY with a body */
        {"\x21", 1},                      /* STORED without a length */
        {"\x21\0\0\0\0\0\0\0\1a\0b", 12}, /* NUL in the name */
        {"\x22", 1},                      /* REFUSED without a reason */
        {"\x22\1\1", 3},                  /* with two */
        {"\xff", 1},
    };
    char long_name[MESSAGE_CONTROL_MAX + 1] = {MESSAGE_PUT};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_true(is_bad(bad[i].bytes, bad[i].len));
    memset(long_name + 9, 'n', sizeof long_name - 9);
    assert_true(is_bad(long_name, sizeof long_name));
    assert_true(is_bad("", 0));
}

static void names_are_any_text_of_one_line(void **state)
{
    static const char *const good[] = {"a",
                                       "A-Z_0.9+",
                                       ".x",
                                       "-rf",
                                       "..",
                                       "a b",
                                       "a*",
                                       "~",
                                       "caf\xc3\xa9",
                                       "\xf0\x9f\x98\x80",
                                       "\xed\x9f\xbf",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"",
                                      "a/b",
                                      "/a",
                                      "a\n",
                                      "\x1b[2J",
                                      "\x7f",
                                      "\xc2\x85", /* C1 */
                                      "\x80",
                                      "\xc3",
                                      "\xc3(",
                                      "\xc0\xaf",
                                      "\xe0\x80\xaf",
                                      "\xc1\x81", /* overlong */
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff"};
    char name[MESSAGE_NAME_MAX + 2];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(message_name_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(message_name_is_valid(bad[i]));
    memset(name, 'n', sizeof name);
    name[MESSAGE_NAME_MAX + 1] = '\0';
    assert_false(message_name_is_valid(name));
    name[MESSAGE_NAME_MAX] = '\0';
    assert_true(message_name_is_valid(name));
}

static void no_name_is_hidden_or_an_option_in_the_inbox(void **state)
{
    static const char *const pairs[][2] = {{"a.b-c", "a.b-c"}, {".ssh", "_ssh"}, {"-rf", "_rf"},
                                           {".", "_"},         {"..", "_."},     {"--", "_-"}};
    char out[MESSAGE_NAME_MAX + 1];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        message_name_in_inbox(out, pairs[i][0]);
        assert_string_equal(out, pairs[i][1]);
    }
}

static void names_in_a_log_stay_one_word(void **state)
{
    static const char *const pairs[][2] = {{"a.b-c", "a.b-c"},
                                           {"a b", "\"a b\""},
                                           {"a\" peer=x", "\"a\\\" peer=x\""},
                                           {"a\nb", "\"a\\x0ab\""},
                                           {"\xff\xc3", "\"\\xff\\xc3\""},
                                           {"\xc3\xa9", "\"\xc3\xa9\""},
                                           {"a\xe2\x80\xaetxt", "\"a\\xe2\\x80\\xaetxt\""},
                                           {"a\xe2\x80\x8b", "\"a\\xe2\\x80\\x8b\""},
                                           {"a\xe2\x80\xa8", "\"a\\xe2\\x80\\xa8\""},
                                           {"\xef\xbb\xbf", "\"\\xef\\xbb\\xbf\""},
                                           {"\xe2\x82\xac", "\"\xe2\x82\xac\""},
                                           {"", "\"\""}};
    char out[MESSAGE_NAME_TEXT_SIZE];
    char longest[MESSAGE_NAME_MAX + 1];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        message_name_text(out, pairs[i][0]);
        assert_string_equal(out, pairs[i][1]);
    }
    memset(longest, '\x80', sizeof longest - 1);
    longest[MESSAGE_NAME_MAX] = '\0';
    message_name_text(out, longest);
    assert_int_equal(strlen(out), MESSAGE_NAME_TEXT_SIZE - 1);
}

static void progress_keeps_to_the_terminal(void **state)
{
    char line[PROGRESS_LINE_MAX];
    (void)state;
    progress_line(line, "short", "1 KiB 2 KiB/s", 79);
    assert_string_equal(line, "short 1 KiB 2 KiB/s");
    progress_line(line, "a/very/long/path/to/a/file", "1 KiB", 20);
    assert_string_equal(line, "...h/to/a/file 1 KiB");
    progress_line(line, "x\033[2Jy\nz", "1 KiB", 79);
    assert_string_equal(line, "x?[2Jy?z 1 KiB");
    progress_line(line, "name", "1 KiB", 3);
    assert_string_equal(line, " 1 KiB");
}

static void every_refusal_has_words(void **state)
{
    (void)state;
    for (int why = REFUSAL_NO_INBOX; why <= REFUSAL_NOT_YOU; why++)
        assert_string_not_equal(message_refusal_text((enum message_refusal)why),
                                "for a reason unknown here");
    assert_string_equal(message_refusal_text((enum message_refusal)200),
                        "for a reason unknown here");
}

/* --- options --- */

static bool parse(struct options *o, enum command_bit command, int argc, char **argv, int *words,
                  struct error *e)
{
    argv[0] = (char[]){"program"};
    return options_parse(o, command, argc, argv, words, e);
}

static void options_and_words_mix(void **state)
{
    char dir[] = "--dir", folder[] = "/d", count[] = "--count=3", wait[] = "--wait", half[] = "0.5",
         target[] = "beta", *argv[] = {NULL, target, dir, folder, count, wait, half, NULL};
    struct options o;
    struct error e;
    int words;
    (void)state;
    assert_true(parse(&o, CMD_PING, 7, argv, &words, &e));
    assert_string_equal(o.dir, "/d");
    assert_int_equal(o.ping_count, 3);
    assert_int_equal(o.wait_ms, 500);
    assert_int_equal(o.interval_ms, 1000); /* the default */
    assert_int_equal(words, 1);
    assert_string_equal(argv[1], "beta");
}

static void seconds_have_three_places(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } good[] = {{"0", 0}, {"1", 1000}, {"0.001", 1}, {"1.5", 1500}, {"3600", 3600000}};
    static const char *const bad[] = {"",    "1.", "-1",  "1.0005", "3600.001",
                                      "1,5", "x",  "1.x", "1 ",     "."};
    struct options o;
    struct error e;
    int words;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char name[] = "--interval", value[16], *argv[] = {NULL, name, value, NULL};
        (void)snprintf(value, sizeof value, "%s", good[i].text);
        assert_true(parse(&o, CMD_PING, 3, argv, &words, &e));
        assert_int_equal(o.interval_ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char name[] = "--interval", value[16], *argv[] = {NULL, name, value, NULL};
        (void)snprintf(value, sizeof value, "%s", bad[i]);
        assert_false(parse(&o, CMD_PING, 3, argv, &words, &e));
        assert_int_equal(e.code, EXIT_USAGE);
    }
}

/* --- the budget of log lines --- */

static void budget_gives_a_burst_then_a_rate(void **state)
{
    struct log_budget b = {0};
    uint64_t now_ms = 1000;
    int lines = 0;
    (void)state;
    for (int i = 0; i < 1000; i++)
        lines += log_budget_take(&b, now_ms);
    assert_int_equal(lines, LOG_BUDGET_BURST);
    assert_int_equal(b.dropped_count, 1000 - LOG_BUDGET_BURST);
    lines = 0;
    for (int i = 0; i < 10000; i++) { /* ten seconds of a flood */
        now_ms++;
        lines += log_budget_take(&b, now_ms);
    }
    assert_in_range(lines, 10 * LOG_BUDGET_PER_SECOND - 1, 10 * LOG_BUDGET_PER_SECOND);
    now_ms += 3600000; /* a quiet hour gives a burst again, not more */
    lines = 0;
    for (int i = 0; i < 1000; i++)
        lines += log_budget_take(&b, now_ms);
    assert_int_equal(lines, LOG_BUDGET_BURST);
}

/* --- sizes for people --- */

static void bytes_are_readable(void **state)
{
    static const struct {
        uint64_t len;
        const char *text;
    } rows[] = {{0, "0 B"},
                {1023, "1023 B"},
                {1024, "1.0 KiB"},
                {10240, "10 KiB"},
                {1536 * 1024, "1.5 MiB"},
                {(uint64_t)1 << 30, "1.0 GiB"},
                {UINT64_MAX, "16 EiB"}};
    char out[16];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        progress_format_bytes(rows[i].len, out);
        assert_string_equal(out, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_these_bytes),
        cmocka_unit_test(longest_name_goes_through),
        cmocka_unit_test(bytes_point_to_where_they_were_read),
        cmocka_unit_test(longest_bytes_pass),
        cmocka_unit_test(malformed_messages_are_refused),
        cmocka_unit_test(names_are_any_text_of_one_line),
        cmocka_unit_test(no_name_is_hidden_or_an_option_in_the_inbox),
        cmocka_unit_test(names_in_a_log_stay_one_word),
        cmocka_unit_test(progress_keeps_to_the_terminal),
        cmocka_unit_test(every_refusal_has_words),
        cmocka_unit_test(options_and_words_mix),
        cmocka_unit_test(seconds_have_three_places),
        cmocka_unit_test(budget_gives_a_burst_then_a_rate),
        cmocka_unit_test(bytes_are_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
