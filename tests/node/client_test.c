/* SPDX-License-Identifier: Apache-2.0 */
/* The client library beside a daemon that plays a script: what each call says and takes, and every
 * answer that is none. */
#include "node/client/dsoftbus-client.h"
#include "node/scripted_daemon.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* A handle beside a script; both have ended well when descriptors are as before. */
struct fixture {
    struct scripted_daemon daemon;
    struct dsbc *bus;
    unsigned before;
};

static void begin(struct fixture *f, const struct step *script)
{
    f->before = open_descriptors();
    scripted_start(&f->daemon, script);
    assert_int_equal(dsbc_open(&f->bus, f->daemon.path), DSBC_OK);
}

static void finish(struct fixture *f)
{
    dsbc_close(f->bus);
    assert_null(scripted_stop(&f->daemon));
    assert_int_equal(open_descriptors(), f->before);
}

/* The two ends of a handed over descriptor are one another's. */
static void assert_connected(const struct fixture *f, unsigned kept, int fd)
{
    char byte = 0;
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(read(f->daemon.kept[kept], &byte, 1), 1);
    assert_int_equal(byte, 'x');
}

/* --- the greeting --- */

static void nobody_listens(void **state)
{
    (void)state;
    struct dsbc *bus;
    assert_int_equal(dsbc_open(&bus, "/nowhere/at/all"), DSBC_NO_DAEMON);
    assert_string_equal(dsbc_text(bus), "nobody listens on the socket");
    assert_int_equal(dsbc_publish(bus, "log", false), DSBC_NO_DAEMON);
    dsbc_close(bus);
}

static void a_path_longer_than_a_socket_takes(void **state)
{
    char path[200] = "/";
    struct dsbc *bus;
    (void)state;
    memset(path + 1, 'x', sizeof path - 2);
    assert_int_equal(dsbc_open(&bus, path), DSBC_MISUSE);
    dsbc_close(bus);
    path[DSBC_PATH_SIZE - 1] = '\0';
    assert_int_equal(dsbc_open(&bus, path), DSBC_NO_DAEMON);
    dsbc_close(bus);
}

static void path_is_the_environments_else_the_users_else_the_systems(void **state)
{
    char path[DSBC_PATH_SIZE];
    char folder[] = "/tmp/dsbc-XXXXXX";
    char file[64];
    (void)state;
    assert_int_equal(setenv("DSOFTBUS_BUS", "/a/bus", 1), 0);
    assert_true(dsbc_default_path(path));
    assert_string_equal(path, "/a/bus");
    assert_int_equal(unsetenv("DSOFTBUS_BUS"), 0);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
    assert_true(dsbc_default_path(path));
    assert_string_equal(path, "/run/dsoftbus/bus");
    (void)snprintf(file, sizeof file, "%s/dsoftbus", folder);
    assert_int_equal(mkdir(file, 0700), 0);
    (void)snprintf(file, sizeof file, "%s/dsoftbus/bus", folder);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_true(dsbc_default_path(path));
    assert_string_equal(path, file);
    assert_int_equal(rmdir(file), 0);
    (void)snprintf(file, sizeof file, "%s/dsoftbus", folder);
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
}

static void check_greeting(const char *answer, int fd_count, enum dsbc_result wanted)
{
    const struct step script[] = {{"hello 1", answer, fd_count, 0}, SCRIPT_END};
    struct fixture f = {.before = open_descriptors()};
    scripted_start(&f.daemon, script);
    assert_int_equal(dsbc_open(&f.bus, f.daemon.path), wanted);
    assert_int_equal(dsbc_watch(f.bus), wanted);
    finish(&f);
}

static void another_version_is_told(void **state)
{
    (void)state;
    check_greeting("error version this daemon speaks 2", 0, DSBC_VERSION);
    check_greeting("error limit 64 clients are here", 0, DSBC_LIMIT);
}

static void a_greeting_that_is_none(void **state)
{
    (void)state;
    check_greeting("ok", 0, DSBC_GARBAGE);
    check_greeting("ok 2", 0, DSBC_GARBAGE);
    check_greeting("ok 1 ", 0, DSBC_GARBAGE);
    check_greeting("ok 1 1", 0, DSBC_GARBAGE);
    check_greeting("ok 1", 1, DSBC_GARBAGE);
    check_greeting("online gateway", 0, DSBC_GARBAGE);
    check_greeting("HTTP/1.1 400", 0, DSBC_GARBAGE);
    check_greeting(NULL, 0, DSBC_LOST);
}

/* --- requests --- */

static void connect_gives_a_descriptor(void **state)
{
    static const struct step script[] = {
        GREETING, {"connect lamp.1 log", "ok 7", 1, 0}, {NULL, "end 7 clean", 0, 0}, SCRIPT_END};
    struct fixture f;
    uint64_t stream = 0;
    int fd = -1;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_connect(f.bus, "lamp.1", "log", &stream, &fd), DSBC_OK);
    assert_int_equal(stream, 7);
    assert_int_equal(dsbc_wait_end(f.bus, 7, -1), DSBC_OK);
    assert_connected(&f, 0, fd);
    close(fd);
    finish(&f);
}

static void every_reason_is_told_with_its_words(void **state)
{
    static const char *const words[] = {
        "no-such-service", "not-allowed", "busy",        "cancelled",   "gone",
        "protocol",        "bad-request", "not-trusted", "unreachable", "timeout",
        "limit",           "exists",      "version"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char answer[64];
        (void)snprintf(answer, sizeof answer, "error %s so it is", words[i]);
        const struct step script[] = {GREETING, {"connect a b", answer, 0, 0}, SCRIPT_END};
        struct fixture f;
        uint64_t stream;
        int fd;
        begin(&f, script);
        assert_string_equal(dsbc_result_name(dsbc_connect(f.bus, "a", "b", &stream, &fd)),
                            words[i]);
        assert_string_equal(dsbc_text(f.bus), "so it is");
        finish(&f);
    }
}

static void reasons_and_texts_at_their_limits(void **state)
{
    char longest[1024] = "error tomorrow ";
    const struct step script[] = {GREETING,
                                  {"watch", "error moonshine not tonight", 0, 0},
                                  {"watch", "error busy", 0, 0},
                                  {"watch", longest, 0, sizeof longest},
                                  SCRIPT_END};
    struct fixture f;
    (void)state;
    memset(longest + 15, 'x', sizeof longest - 15);
    memcpy(longest + 15 + DSBC_TEXT_SIZE - 2, "\xc3\xa4", 2);
    begin(&f, script);
    assert_int_equal(dsbc_watch(f.bus), DSBC_OTHER);
    assert_string_equal(dsbc_text(f.bus), "not tonight");
    assert_int_equal(dsbc_watch(f.bus), DSBC_BUSY);
    assert_string_equal(dsbc_text(f.bus), "");
    assert_int_equal(dsbc_watch(f.bus), DSBC_OTHER);
    assert_int_equal(strlen(dsbc_text(f.bus)), DSBC_TEXT_SIZE - 2); /* not half of a character */
    finish(&f);
}

static void plain_requests_say_what_they_mean(void **state)
{
    static const struct step script[] = {GREETING,
                                         {"publish log", "ok", 0, 0},
                                         {"publish clock all", "error exists", 0, 0},
                                         {"unpublish log", "ok", 0, 0},
                                         {"accept 3", "ok", 0, 0},
                                         {"refuse 18446744073709551615 busy", "ok", 0, 0},
                                         {"reset 5", "ok", 0, 0},
                                         {"watch", "ok", 0, 0},
                                         SCRIPT_END};
    struct fixture f;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_publish(f.bus, "log", false), DSBC_OK);
    assert_int_equal(dsbc_publish(f.bus, "clock", true), DSBC_EXISTS);
    assert_int_equal(dsbc_unpublish(f.bus, "log"), DSBC_OK);
    assert_int_equal(dsbc_accept(f.bus, 3), DSBC_OK);
    assert_int_equal(dsbc_refuse(f.bus, UINT64_MAX, DSBC_BUSY), DSBC_OK);
    assert_int_equal(dsbc_reset(f.bus, 5), DSBC_OK);
    assert_int_equal(dsbc_watch(f.bus), DSBC_OK);
    finish(&f);
}

static void what_is_no_name_is_not_sent(void **state)
{
    static const struct step script[] = {
        GREETING,
        {"connect lamp@[fe80::1%eth0]:34567 log", "error gone", 0, 0},
        {"services lamp@host", "ok", 0, 0},
        SCRIPT_END};
    static const char *const bad[] = {
        "",         "two words",
        "lamp@",    "@host",
        "lamp@a b", "lamp@a\nb",
        "Upper",    "a\nb",
        "a/b",      "12345678901234567890123456789012345678901234567890123456789012345"};
    struct fixture f;
    uint64_t stream;
    int fd;
    (void)state;
    begin(&f, script);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dsbc_connect(f.bus, bad[i], "log", &stream, &fd), DSBC_MISUSE);
        assert_int_equal(dsbc_connect(f.bus, "lamp", bad[i], &stream, &fd), DSBC_MISUSE);
        assert_int_equal(dsbc_publish(f.bus, bad[i], true), DSBC_MISUSE);
        assert_int_equal(dsbc_unpublish(f.bus, bad[i]), DSBC_MISUSE);
        assert_int_equal(dsbc_services(f.bus, bad[i], NULL, NULL), DSBC_MISUSE);
    }
    assert_int_equal(dsbc_connect(f.bus, "lamp@[fe80::1%eth0]:34567", "log", &stream, &fd),
                     DSBC_GONE);
    assert_int_equal(dsbc_services(f.bus, "lamp@host", NULL, NULL), DSBC_OK);
    assert_int_equal(dsbc_publish(f.bus, "lamp@host", true), DSBC_MISUSE);
    assert_int_equal(dsbc_refuse(f.bus, 1, DSBC_OK), DSBC_MISUSE);
    assert_int_equal(dsbc_refuse(f.bus, 1, DSBC_BAD_REQUEST), DSBC_MISUSE);
    finish(&f);
}

struct listed {
    char text[256];
};

static void add(void *owner, const struct dsbc_event *event)
{
    struct listed *l = owner;
    size_t len = strlen(l->text);
    (void)snprintf(l->text + len, sizeof l->text - len, "%s%s %d %s;", event->device,
                   event->service, (int)event->state, event->text);
}

static void lists_come_whole_and_events_between_are_kept(void **state)
{
    static const struct step script[] = {GREETING,
                                         {"peers", "peer a online 192.0.2.1:34567 and more", 0, 0},
                                         {NULL, "online c", 0, 0},
                                         {NULL, "peer b offline", 0, 0},
                                         {NULL, "peer c dialling -", 0, 0},
                                         {NULL, "ok", 0, 0},
                                         {"services a", "service log", 0, 0},
                                         {NULL, "stream 9 clock a", 1, 0},
                                         {NULL, "service info", 0, 0},
                                         {NULL, "ok", 0, 0},
                                         {"services b", "error unreachable no route", 0, 0},
                                         SCRIPT_END};
    struct fixture f;
    struct listed l = {""};
    struct dsbc_event event;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_peers(f.bus, add, &l), DSBC_OK);
    assert_string_equal(l.text, "a 2 192.0.2.1:34567 and more;b 0 ;c 1 ;");
    l.text[0] = '\0';
    assert_int_equal(dsbc_services(f.bus, "a", add, &l), DSBC_OK);
    assert_string_equal(l.text, "log 0 ;info 0 ;");
    assert_int_equal(dsbc_services(f.bus, "b", add, &l), DSBC_UNREACHABLE);
    assert_int_equal(dsbc_next(f.bus, &event, 0), DSBC_OK);
    assert_int_equal(event.kind, DSBC_ONLINE);
    assert_string_equal(event.device, "c");
    assert_int_equal(dsbc_next(f.bus, &event, 0), DSBC_OK);
    assert_int_equal(event.kind, DSBC_STREAM);
    assert_string_equal(event.service, "clock");
    assert_connected(&f, 0, event.fd);
    close(event.fd);
    assert_int_equal(dsbc_next(f.bus, &event, -1), DSBC_LOST);
    finish(&f);
}

/* --- events --- */

static void answers_to_questions_come_in_order_with_their_tags(void **state)
{
    static const struct step script[] = {GREETING,
                                         {"connect a log", NULL, 0, 0},
                                         {"accept 4", NULL, 0, 0},
                                         {"refuse 5 gone", NULL, 0, 0},
                                         {"publish x", "ok 70", 1, 0},
                                         {NULL, "ok", 0, 0},
                                         {NULL, "error bad-request no stream 5", 0, 0},
                                         {NULL, "end 70 reset gone", 0, 0},
                                         {NULL, "ok", 0, 0},
                                         {"reset 71", "ok", 0, 0},
                                         SCRIPT_END};
    static const enum dsbc_result results[] = {DSBC_OK, DSBC_OK, DSBC_BAD_REQUEST};
    struct fixture f;
    struct dsbc_event event;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_ask_connect(f.bus, "a", "log", 10), DSBC_OK);
    assert_int_equal(dsbc_ask_accept(f.bus, 4, 11), DSBC_OK);
    assert_int_equal(dsbc_ask_refuse(f.bus, 5, DSBC_GONE, 12), DSBC_OK);
    assert_int_equal(dsbc_publish(f.bus, "x", false), DSBC_OK);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(dsbc_next(f.bus, &event, 0), DSBC_OK);
        assert_int_equal(event.kind, DSBC_ANSWER);
        assert_int_equal(event.tag, 10 + i);
        assert_int_equal(event.result, results[i]);
        assert_int_equal(event.fd >= 0, i == 0);
        if (i == 0)
            close(event.fd);
    }
    assert_int_equal(dsbc_ask_reset(f.bus, 71, 13), DSBC_OK);
    assert_int_equal(dsbc_wait_end(f.bus, 70, 0), DSBC_GONE);
    assert_int_equal(dsbc_wait_end(f.bus, 71, -1), DSBC_LOST);
    finish(&f);
}

static void the_seventeenth_question_is_not_sent(void **state)
{
    static const struct step script[] = {
        GREETING, {"reset 1", NULL, 0, 0}, {NULL, "ok", 0, 0}, SCRIPT_END};
    struct fixture f;
    struct dsbc_event event;
    (void)state;
    begin(&f, script);
    for (unsigned i = 1; i <= DSBC_ASKED_MAX; i++)
        assert_int_equal(dsbc_ask_reset(f.bus, i, 0), DSBC_OK);
    assert_int_equal(dsbc_ask_reset(f.bus, 17, 0), DSBC_MISUSE);
    assert_int_equal(dsbc_next(f.bus, &event, -1), DSBC_OK);
    assert_int_equal(dsbc_ask_reset(f.bus, 17, 0), DSBC_OK);
    finish(&f);
}

static void waiting_for_an_end_keeps_the_rest_in_order(void **state)
{
    static const struct step script[] = {GREETING,
                                         {NULL, "online a", 0, 0},
                                         {NULL, "end 1 clean", 0, 0},
                                         {NULL, "offline a", 0, 0},
                                         {NULL, "end 2 reset cancelled", 0, 0},
                                         {"watch", "ok", 0, 0},
                                         SCRIPT_END};
    struct fixture f;
    struct dsbc_event event;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_wait_end(f.bus, 2, -1), DSBC_CANCELLED);
    assert_int_equal(dsbc_wait_end(f.bus, 3, 20), DSBC_TIMEOUT);
    assert_int_equal(dsbc_wait_end(f.bus, 1, -1), DSBC_OK);
    assert_int_equal(dsbc_next(f.bus, &event, 0), DSBC_OK);
    assert_int_equal(event.kind, DSBC_ONLINE);
    assert_int_equal(dsbc_next(f.bus, &event, 0), DSBC_OK);
    assert_int_equal(event.kind, DSBC_OFFLINE);
    assert_int_equal(dsbc_next(f.bus, &event, 20), DSBC_NOTHING);
    assert_int_equal(dsbc_watch(f.bus), DSBC_OK);
    finish(&f);
}

static void events_that_nobody_takes_are_bounded(void **state)
{
    static struct step script[DSBC_ASIDE_MAX + 4];
    struct fixture f;
    (void)state;
    script[0] = (struct step)GREETING;
    script[1].hears = "watch";
    for (unsigned i = 2; i < DSBC_ASIDE_MAX + 3; i++)
        script[i] = (struct step){NULL, "stream 1 log a", i % 10 == 0, 0};
    for (unsigned i = 2; i < DSBC_ASIDE_MAX + 3; i++)
        script[i].says = script[i].fd_count != 0 ? "stream 1 log a" : "online a";
    begin(&f, script);
    assert_int_equal(dsbc_watch(f.bus), DSBC_FULL);
    assert_int_equal(dsbc_watch(f.bus), DSBC_FULL);
    finish(&f);
}

/* --- what is not of the protocol --- */

static void check_garbage_len(const char *hears, const char *says, int fd_count, size_t says_len)
{
    const struct step script[] = {GREETING, {hears, says, fd_count, says_len}, SCRIPT_END};
    struct fixture f;
    struct dsbc_event event;
    begin(&f, script);
    if (hears != NULL)
        assert_int_equal(dsbc_ask_connect(f.bus, "a", "b", 0), DSBC_OK);
    assert_int_equal(dsbc_next(f.bus, &event, -1), DSBC_GARBAGE);
    assert_int_equal(dsbc_next(f.bus, &event, -1), DSBC_GARBAGE);
    assert_int_equal(dsbc_ask_reset(f.bus, 1, 0), DSBC_GARBAGE);
    finish(&f);
}

static void check_garbage(const char *hears, const char *says, int fd_count)
{
    check_garbage_len(hears, says, fd_count, 0);
}

static void a_stream_without_a_descriptor(void **state)
{
    (void)state;
    check_garbage("connect a b", "ok 1", 0);
    check_garbage(NULL, "stream 1 log a", 0);
}

static void a_stream_with_two_descriptors(void **state)
{
    (void)state;
    check_garbage("connect a b", "ok 1", 2);
    check_garbage(NULL, "stream 1 log a", 2);
    check_garbage(NULL, "stream 1 log a", 9); /* more than are looked at */
}

static void a_descriptor_that_nobody_asked_for(void **state)
{
    (void)state;
    check_garbage(NULL, "online a", 1);
    check_garbage(NULL, "end 1 clean", 1);
    check_garbage("connect a b", "error busy", 1);
}

static void answers_that_nobody_asked_for(void **state)
{
    (void)state;
    check_garbage(NULL, "ok", 0);
    check_garbage(NULL, "error busy", 0);
    check_garbage(NULL, "peer a online x", 0);
    check_garbage(NULL, "service log", 0);
    check_garbage("connect a b", "service log", 0);
}

static void unknown_words(void **state)
{
    (void)state;
    check_garbage(NULL, "shutdown now", 0);
    check_garbage(NULL, "Online a", 0);
    check_garbage(NULL, " online a", 0);
    check_garbage(NULL, "online", 0);
    check_garbage(NULL, "online a b", 0);
    check_garbage(NULL, "online  a", 0);
    check_garbage(NULL, "online A", 0);
    check_garbage(NULL, "offline a ", 0);
    check_garbage(NULL, "end 1", 0);
    check_garbage(NULL, "end 1 maybe", 0);
    check_garbage(NULL, "end 1 clean gone", 0);
    check_garbage(NULL, "end 1 reset", 0);
    check_garbage(NULL, "end 1 reset gone gone", 0);
    check_garbage(NULL, "end -1 clean", 0);
    check_garbage(NULL, "end 0x1 clean", 0);
    check_garbage(NULL, "end 12345678901234567890 clean", 0);
    check_garbage("connect a b", "ok", 1);
    check_garbage("connect a b", "ok one", 1);
    check_garbage("connect a b", "ok 1 2", 1);
    check_garbage("connect a b", "error", 0);
    check_garbage("connect a b", "error Busy", 0);
}

static void packets_too_long_and_with_control_bytes(void **state)
{
    static char longest[1100] = "error busy ";
    (void)state;
    memset(longest + 11, 'x', sizeof longest - 11);
    check_garbage_len("connect a b", longest, 0, 1025);
    check_garbage(NULL, "online a\n", 0);
    check_garbage_len(NULL, "online a\0b", 0, 10);
    check_garbage("connect a b", "error busy \033[2J", 0);
}

static void the_daemon_dies_in_the_middle(void **state)
{
    static const struct step script[] = {GREETING, {"peers", "peer a online x", 0, 0}, SCRIPT_END};
    struct fixture f;
    struct listed l = {""};
    struct dsbc_event event;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_peers(f.bus, add, &l), DSBC_LOST);
    assert_string_equal(dsbc_text(f.bus), "the daemon ended the connection");
    assert_int_equal(dsbc_next(f.bus, &event, -1), DSBC_LOST);
    assert_int_equal(dsbc_connect(f.bus, "a", "b", &event.stream, &event.fd), DSBC_LOST);
    finish(&f);
}

static void what_was_not_taken_is_closed_with_the_handle(void **state)
{
    static const struct step script[] = {GREETING,
                                         {"watch", "stream 1 log a", 1, 0},
                                         {NULL, "stream 2 log a", 1, 0},
                                         {NULL, "ok", 0, 0},
                                         SCRIPT_END};
    struct fixture f;
    (void)state;
    begin(&f, script);
    assert_int_equal(dsbc_watch(f.bus), DSBC_OK);
    finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_path_longer_than_a_socket_takes),
        cmocka_unit_test(path_is_the_environments_else_the_users_else_the_systems),
        cmocka_unit_test(another_version_is_told),
        cmocka_unit_test(a_greeting_that_is_none),
        cmocka_unit_test(connect_gives_a_descriptor),
        cmocka_unit_test(every_reason_is_told_with_its_words),
        cmocka_unit_test(reasons_and_texts_at_their_limits),
        cmocka_unit_test(plain_requests_say_what_they_mean),
        cmocka_unit_test(what_is_no_name_is_not_sent),
        cmocka_unit_test(lists_come_whole_and_events_between_are_kept),
        cmocka_unit_test(answers_to_questions_come_in_order_with_their_tags),
        cmocka_unit_test(the_seventeenth_question_is_not_sent),
        cmocka_unit_test(waiting_for_an_end_keeps_the_rest_in_order),
        cmocka_unit_test(events_that_nobody_takes_are_bounded),
        cmocka_unit_test(a_stream_without_a_descriptor),
        cmocka_unit_test(a_stream_with_two_descriptors),
        cmocka_unit_test(a_descriptor_that_nobody_asked_for),
        cmocka_unit_test(answers_that_nobody_asked_for),
        cmocka_unit_test(unknown_words),
        cmocka_unit_test(packets_too_long_and_with_control_bytes),
        cmocka_unit_test(the_daemon_dies_in_the_middle),
        cmocka_unit_test(what_was_not_taken_is_closed_with_the_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
