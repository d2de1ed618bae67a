/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused before any handler runs, and what becomes of capabilities, of answers and of
 * those who die. */
#include "serve/toy.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_LEN sizeof(struct serve_request)

static void only_known_badges_are_clients(void **state)
{
    static const uint64_t strangers[] = {0, COUNTER_CLIENTS_MAX + 1, 1ull << 32, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_int_equal(toy_send(strangers[i], SERVE_OP_ATTACH, 0, 0, HEAD_LEN, 7), SERVE_IO);
        assert_int_equal(toy_call(strangers[i], COUNTER_OP_OPEN, 0), SERVE_IO);
    }
    assert_int_equal(fake_dropped_count[7], 4);
}

static void who_has_not_attached_gets_nothing(void **state)
{
    (void)state;
    for (uint32_t op = SERVE_OP_READY; op < COUNTER_OP_COUNT - 1; op++)
        if (op != COUNTER_OP_ADD)
            assert_int_equal(toy_call(3, op, 0), SERVE_IO);
    assert_int_equal(toy_add(3, 0, 1), SERVE_IO);
    toy_attach(3);
    (void)toy_open(3, COUNTER_OP_OPEN);
}

static void unknown_operations_are_malformed(void **state)
{
    static const uint32_t unknown[] = {0, COUNTER_OP_COUNT - 1, COUNTER_OP_COUNT, 0x10003,
                                       UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(toy_call(1, unknown[i], 0), SERVE_MALFORMED);
}

static void lengths_are_held_to_the_table(void **state)
{
    (void)state;
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN);
    const struct {
        uint32_t op;
        serve_handle handle;
        size_t min, max;
    } rows[] = {
        {SERVE_OP_READY, 0, 8, 8},         {COUNTER_OP_OPEN, 0, 8, 8},
        {COUNTER_OP_ADD, counter, 16, 16}, {COUNTER_OP_LIST, counter, 8, 12},
        {COUNTER_OP_FORGETFUL, 0, 8, 8},   {COUNTER_OP_CLOSE, counter, 8, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t len = 0; len <= 32; len++) {
            bool good = len >= rows[i].min && len <= rows[i].max;
            uint32_t status = toy_send(1, rows[i].op, rows[i].handle, 0, len, 0);
            assert_int_equal(status, good ? SERVE_OK : SERVE_MALFORMED);
        }
    }
}

static void a_handle_where_none_belongs_is_malformed(void **state)
{
    (void)state;
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_OPEN, counter), SERVE_MALFORMED);
    assert_int_equal(toy_call(1, COUNTER_OP_OPEN, 1), SERVE_MALFORMED);
    assert_int_equal(toy_call(1, SERVE_OP_READY, counter), SERVE_MALFORMED);
    assert_int_equal(toy_count(1), 1);
}

static void another_kind_is_malformed(void **state)
{
    (void)state;
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN), alarm = toy_open(1, COUNTER_OP_ALARM);
    assert_int_equal(toy_add(1, alarm, 1), SERVE_MALFORMED);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, counter), SERVE_MALFORMED);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, counter), SERVE_OK);
    assert_int_equal(toy_call(1, COUNTER_OP_CLOSE, alarm), SERVE_OK);
}

static void a_service_has_statuses_of_its_own(void **state)
{
    (void)state;
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN);
    assert_int_equal(toy_add(1, counter, COUNTER_LIST_MAX + 1), COUNTER_OVERFLOW);
    assert_int_equal(toy_add(1, counter, COUNTER_LIST_MAX), SERVE_OK);
    assert_int_equal(toy_call(1, COUNTER_OP_LIST, counter), SERVE_OK);
    assert_int_equal(toy_reply_len, sizeof(struct counter_list_reply));
}

static void an_answer_holds_nothing_of_an_earlier_one(void **state)
{
    (void)state;
    assert_int_equal(toy_call(1, COUNTER_OP_FORGETFUL, 0), SERVE_OK);
    assert_int_equal(toy_reply_len, sizeof(struct counter_forgetful_reply));
    assert_int_equal(toy_reply.head.value, 0);
    for (size_t i = 0; i < sizeof toy_reply.forgetful.secret; i++)
        assert_int_equal(toy_reply.forgetful.secret[i], 0);
}

/* A handler's own fault ends the service; it does not reach the client. */
static void a_wrong_length_does_not_go_out(void **state)
{
    int status = 0;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        (void)toy_call(1, COUNTER_OP_WRONG, 0);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_capability_that_nobody_took_is_dropped(void **state)
{
    (void)state;
    assert_int_equal(toy_send(1, COUNTER_OP_OPEN, 0, 0, HEAD_LEN, 7), SERVE_OK);
    assert_int_equal(fake_dropped_count[7], 1);
    assert_int_equal(toy_send(1, COUNTER_OP_COUNT, 0, 0, HEAD_LEN, 7), SERVE_MALFORMED);
    assert_int_equal(fake_dropped_count[7], 2);
    assert_int_equal(toy_send(1, COUNTER_OP_ADD, 5, 0, 16, 7), SERVE_NOT_FOUND);
    assert_int_equal(fake_dropped_count[7], 3);
    assert_int_equal(toy_send(1, SERVE_OP_ATTACH, 0, 0, HEAD_LEN + 1, 7), SERVE_MALFORMED);
    assert_int_equal(fake_dropped_count[7], 4);
}

static void attach_keeps_its_capability_until_the_next(void **state)
{
    (void)state;
    assert_int_equal(toy_call(1, SERVE_OP_ATTACH, 0), SERVE_MALFORMED); /* without one */
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN); /* the earlier life stands */
    assert_int_equal(fake_dropped_count[101], 0);
    assert_int_equal(toy_send(1, SERVE_OP_ATTACH, 0, 0, HEAD_LEN, 7), SERVE_OK);
    assert_int_equal(fake_dropped_count[101], 1);
    assert_int_equal(fake_dropped_count[7], 0);
    assert_int_equal(toy_count(1), 0);
    assert_int_equal(toy_add(1, counter, 1), SERVE_NOT_FOUND);
}

static void the_dead_leave_nothing(void **state)
{
    (void)state;
    serve_handle counter = toy_open(1, COUNTER_OP_OPEN), alarm = toy_open(1, COUNTER_OP_ALARM);
    serve_handle others = toy_open(2, COUNTER_OP_OPEN);
    assert_int_equal(toy_call(1, COUNTER_OP_WAIT, alarm), SERVE_WOULD_BLOCK);
    counter_service.woken(COUNTER_ALARM_BIT);
    toy_dies(1);
    serve_signal(&counter_service);
    assert_int_equal(fake_signal_count[101], 0);
    assert_int_equal(fake_dropped_count[101], 1);
    assert_int_equal(toy_count(1), 0);
    assert_int_equal(toy_count(2), 1);
    assert_int_equal(toy_add(1, counter, 1),
                     SERVE_IO); /* whoever has the badge now, not attached */
    toy_attach(1);
    assert_int_equal(toy_add(1, counter, 1), SERVE_NOT_FOUND);
    assert_int_equal(toy_call(1, SERVE_OP_READY, 0), SERVE_OK);
    assert_int_equal(toy_reply.head.value, 0);
    assert_int_equal(toy_add(2, others, 1), SERVE_OK);
    toy_dies(3); /* who never attached had no capability to drop */
    assert_int_equal(fake_dropped_count[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_known_badges_are_clients, toy_begin),
        cmocka_unit_test_setup(who_has_not_attached_gets_nothing, toy_begin),
        cmocka_unit_test_setup(unknown_operations_are_malformed, toy_begin),
        cmocka_unit_test_setup(lengths_are_held_to_the_table, toy_begin),
        cmocka_unit_test_setup(a_handle_where_none_belongs_is_malformed, toy_begin),
        cmocka_unit_test_setup(another_kind_is_malformed, toy_begin),
        cmocka_unit_test_setup(a_service_has_statuses_of_its_own, toy_begin),
        cmocka_unit_test_setup(an_answer_holds_nothing_of_an_earlier_one, toy_begin),
        cmocka_unit_test_setup(a_wrong_length_does_not_go_out, toy_begin),
        cmocka_unit_test_setup(a_capability_that_nobody_took_is_dropped, toy_begin),
        cmocka_unit_test_setup(attach_keeps_its_capability_until_the_next, toy_begin),
        cmocka_unit_test_setup(the_dead_leave_nothing, toy_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
