/* SPDX-License-Identifier: Apache-2.0 */
/* A server that owes several callers: what a reply token does, and every way in which it ends. */
#include "audit.h"
#include "clock.h"
#include "machine.h"
#include "test.h"
#include "wait.h"

#include <string.h>

#define BUFFER       MACHINE_SCRATCH
#define CAPS         (MACHINE_SCRATCH + 3 * 4096)
#define CLIENT_COUNT 3

static struct process *init, *server, *client[CLIENT_COUNT];
static uint64_t endpoint;
static uint64_t client_slot[CLIENT_COUNT], server_slot;

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    endpoint = (uint64_t)machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    server = machine_spawn_on("server", endpoint, ABI_RIGHT_RECV, 0, 3, &server_slot);
    for (uint64_t i = 0; i < CLIENT_COUNT; i++)
        client[i] = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, i + 1, 3, &client_slot[i]);
    return 0;
}

static void call_with(uint32_t i, uint64_t capacity, uint64_t caps, uint64_t deadline)
{
    machine_call(client[i], ABI_SYS_CALL, MACHINE_SLOT_GIVEN, BUFFER, BUFFER,
                 ABI_LENGTHS(4, capacity), caps, deadline, 0);
}

static void call(uint32_t i)
{
    call_with(i, 8, 0, ABI_DEADLINE_NONE);
}

static int64_t recv(void)
{
    return machine_call(server, ABI_SYS_RECV, MACHINE_SLOT_GIVEN, 0, BUFFER, ABI_LENGTHS(0, 16), 0,
                        machine_time, 0);
}

static int64_t later(void)
{
    return machine_call(server, ABI_SYS_REPLY_LATER, 0, 0, 0, 0, 0, 0, 0);
}

static int64_t reply_with(int64_t token, uint64_t addr, uint64_t len, uint64_t caps)
{
    return machine_call(server, ABI_SYS_REPLY, (uint64_t)token, addr, 0, ABI_LENGTHS(len, 0), caps,
                        0, 0);
}

static int64_t reply(int64_t token)
{
    return reply_with(token, BUFFER, 5, 0);
}

/* Client i calls, the server takes it and puts it off. */
static int64_t park(uint32_t i)
{
    call(i);
    assert_int_equal(recv(), ABI_EVENT_MESSAGE);
    assert_int_equal(machine_result(server, 2), i + 1);
    int64_t token = later();
    assert_true(token > 0);
    return token;
}

static void expire_after(uint64_t ticks)
{
    machine_time += ticks;
    wait_expire();
}

static void test_answers_in_any_order(void **state)
{
    (void)state;
    int64_t token[CLIENT_COUNT];
    for (uint32_t i = 0; i < CLIENT_COUNT; i++)
        token[i] = park(i);
    static const uint32_t order[CLIENT_COUNT] = {1, 2, 0};
    for (uint32_t k = 0; k < CLIENT_COUNT; k++) {
        uint32_t i = order[k];
        assert_true(process_is_blocked(client[i]));
        char answer[5] = {'a', 'n', 's', ' ', (char)('0' + i)}, seen[5];
        machine_write(server, BUFFER, answer, 5);
        assert_int_equal(reply(token[i]), 0);
        assert_int_equal(client[i]->state, PROCESS_RUNNABLE);
        assert_int_equal(machine_result(client[i], 0), 0);
        assert_int_equal(machine_result(client[i], 1), 5);
        machine_read(client[i], BUFFER, seen, 5);
        assert_memory_equal(seen, answer, 5);
    }
}

static void test_one_is_answered_at_once_while_others_wait(void **state)
{
    (void)state;
    int64_t token = park(0);
    call(1);
    assert_int_equal(recv(), ABI_EVENT_MESSAGE);
    assert_int_equal(reply(0), 0); /* that of the message received last */
    assert_int_equal(machine_result(client[1], 0), 0);
    assert_true(process_is_blocked(client[0]));
    call(1);
    assert_int_equal(recv(), ABI_EVENT_MESSAGE);
    assert_int_equal(reply(token), 0); /* while another is owed */
    assert_int_equal(client[1]->state, PROCESS_AWAITING_REPLY);
    assert_int_equal(reply(0), 0);
}

static void test_nothing_to_put_off(void **state)
{
    (void)state;
    assert_int_equal(later(), -ABI_E_STATE);
    int64_t token = park(0);
    assert_int_equal(later(), -ABI_E_STATE);
    assert_int_equal(reply(0), -ABI_E_STATE); /* the debt is the token's now */
    call_with(1, 8, 0, machine_time + 1);
    assert_int_equal(recv(), ABI_EVENT_MESSAGE);
    expire_after(1);
    assert_int_equal(later(), -ABI_E_CANCELLED); /* the caller has gone: paid */
    assert_int_equal(later(), -ABI_E_STATE);
    assert_int_equal(reply(token), 0);
}

static void test_a_token_is_used_once(void **state)
{
    (void)state;
    int64_t token = park(0);
    assert_int_equal(reply(token), 0);
    assert_int_equal(reply(token), -ABI_E_SLOT);
    call(0);
    assert_int_equal(recv(), ABI_EVENT_MESSAGE);
    assert_int_equal(reply(token), -ABI_E_SLOT); /* also while the same one waits again */
    assert_int_equal(client[0]->state, PROCESS_AWAITING_REPLY);
}

static void test_caller_times_out(void **state)
{
    (void)state;
    call_with(0, 8, 0, machine_time + 10);
    recv();
    int64_t token = later();
    call(1);
    recv(); /* what happens to the one does not touch the debt to the other */
    expire_after(10);
    assert_int_equal(machine_result(client[0], 0), -ABI_E_TIMED_OUT);
    assert_int_equal(reply(0), 0);
    assert_int_equal(machine_result(client[1], 0), 0);
    assert_int_equal(reply(token), -ABI_E_CANCELLED);
    assert_int_equal(reply(token), -ABI_E_SLOT); /* it is spent all the same */
}

static void test_caller_dies(void **state)
{
    (void)state;
    int64_t token = park(0);
    process_die(client[0], ABI_DEATH_KILLED, 0);
    assert_int_equal(reply(token), -ABI_E_CANCELLED);
}

/* Neither the process that takes the dead one's place nor the same process's next call. */
static void test_an_old_token_never_answers_a_new_call(void **state)
{
    (void)state;
    int64_t old = park(0);
    process_die(client[0], ABI_DEATH_KILLED, 0);
    machine_call(init, ABI_SYS_CAP_DROP, client_slot[0], 0, 0, 0, 0, 0, 0);
    struct process *before = client[0];
    client[0] = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, 1, 3, &client_slot[0]);
    assert_ptr_equal(client[0], before);
    int64_t fresh = park(0);
    assert_int_not_equal(old, fresh); /* the slot was not given out again */
    assert_int_equal(reply(old), -ABI_E_CANCELLED);
    assert_true(process_is_blocked(client[0]));
    assert_int_equal(reply(fresh), 0);

    call_with(1, 8, 0, machine_time + 1);
    recv();
    old = later();
    expire_after(1);
    call(1);
    recv();
    assert_int_equal(reply(old), -ABI_E_CANCELLED);
    assert_int_equal(client[1]->state, PROCESS_AWAITING_REPLY);
    fresh = later();
    assert_int_equal(reply(fresh), 0);
    assert_int_equal(machine_result(client[1], 0), 0);
}

static void test_dropped_token(void **state)
{
    (void)state;
    int64_t token = park(0);
    assert_int_equal(machine_call(server, ABI_SYS_CAP_DROP, (uint64_t)token, 0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(client[0]->state, PROCESS_RUNNABLE);
    assert_int_equal(machine_result(client[0], 0), -ABI_E_PEER_DIED);
}

static void test_server_dies(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CLIENT_COUNT - 1; i++)
        park(i);
    call(CLIENT_COUNT - 1);
    recv();
    process_die(server, ABI_DEATH_LOAD, 0);
    for (uint32_t i = 0; i < CLIENT_COUNT; i++) {
        assert_int_equal(client[i]->state, PROCESS_RUNNABLE);
        assert_int_equal(machine_result(client[i], 0), -ABI_E_PEER_DIED);
    }
}

/* It is no capability that one could multiply or hand on: the debt stays with who took it. */
static void test_a_token_stays_where_it_is(void **state)
{
    (void)state;
    int64_t token = park(0);
    assert_int_equal(machine_call(server, ABI_SYS_CAP_COPY, (uint64_t)token, 0xff, 0, 0, 0, 0, 0),
                     -ABI_E_TYPE);
    struct abi_caps caps = {
        .send_count = 1, .send_slot = {(uint32_t)token}, .send_rights = {ABI_RIGHTS_ALL}};
    machine_write(server, CAPS, &caps, sizeof caps);
    assert_int_equal(reply_with(token, BUFFER, 0, CAPS), -ABI_E_RIGHTS);
    assert_int_equal(reply(token), 0);
}

static void test_refused_replies_leave_the_token(void **state)
{
    (void)state;
    int64_t token = park(0);
    assert_int_equal(reply_with(token, 0x5000000, 8, 0), -ABI_E_ADDRESS);
    assert_int_equal(reply_with(token, BUFFER, ABI_MESSAGE_BYTES_MAX + 1, 0), -ABI_E_TOO_BIG);
    assert_int_equal(reply_with(token, BUFFER, 8, 1), -ABI_E_ADDRESS);
    assert_int_equal(reply(MACHINE_SLOT_GIVEN), -ABI_E_TYPE);
    assert_int_equal(reply(ABI_SLOT_COUNT), -ABI_E_SLOT);
    assert_true(process_is_blocked(client[0]));
    assert_int_equal(reply_with(token, BUFFER, 9, 0), 0); /* longer than the caller's room */
    assert_int_equal(machine_result(client[0], 0), -ABI_E_TOO_BIG);
    assert_int_equal(reply(token), -ABI_E_SLOT);
}

static void test_capability_in_a_later_reply(void **state)
{
    (void)state;
    struct abi_caps caps = {.recv_capacity = 1};
    machine_write(client[0], CAPS, &caps, sizeof caps);
    call_with(0, 8, CAPS, ABI_DEADLINE_NONE);
    recv();
    int64_t token = later();
    int64_t memory = machine_call(server, ABI_SYS_MEMORY_CREATE, 0, 100, 0, 0, 0, 0, 0);
    caps = (struct abi_caps){
        .send_count = 1, .send_slot = {(uint32_t)memory}, .send_rights = {ABI_RIGHT_READ}};
    machine_write(server, CAPS, &caps, sizeof caps);
    assert_int_equal(reply_with(token, BUFFER, 0, CAPS), 0);
    machine_read(client[0], CAPS, &caps, sizeof caps);
    assert_int_equal(caps.recv_count, 1);
    assert_int_equal(client[0]->cap[caps.recv_slot[0]].rights, ABI_RIGHT_READ);
}

static void test_info_says_whether_the_caller_waits(void **state)
{
    (void)state;
    call_with(0, 8, 0, machine_time + 1);
    recv();
    int64_t token = later();
    assert_int_equal(machine_call(server, ABI_SYS_CAP_INFO, (uint64_t)token, 0, 0, 0, 0, 0, 0),
                     ABI_CAP_REPLY);
    assert_int_equal(machine_result(server, 1), 0); /* no rights */
    assert_int_equal(machine_result(server, 2), 1);
    expire_after(1);
    machine_call(server, ABI_SYS_CAP_INFO, (uint64_t)token, 0, 0, 0, 0, 0, 0);
    assert_int_equal(machine_result(server, 2), 0);
}

/* Callers that go away leave their tokens: those count until the server lets go of them. */
static void test_allowance(void **state)
{
    (void)state;
    int64_t token = 0;
    for (uint32_t i = 0; i <= ABI_PROCESS_REPLIES_MAX; i++) {
        call_with(0, 8, 0, machine_time + 1);
        recv();
        if (i == ABI_PROCESS_REPLIES_MAX)
            break;
        token = later();
        assert_true(token > 0);
        expire_after(1);
    }
    assert_int_equal(later(), -ABI_E_NO_OBJECT);
    assert_int_equal(client[0]->state, PROCESS_AWAITING_REPLY); /* still owed */
    assert_int_equal(reply(token), -ABI_E_CANCELLED);
    assert_int_equal(later(), token);
    assert_int_equal(reply(token), 0);
}

static void test_no_slot(void **state)
{
    (void)state;
    call(0);
    recv();
    while (machine_call(server, ABI_SYS_CAP_COPY, MACHINE_SLOT_GIVEN, 0, 0, 0, 0, 0, 0) > 0)
        ;
    assert_int_equal(later(), -ABI_E_NO_SLOT);
    assert_int_equal(reply(0), 0);
    assert_int_equal(machine_result(client[0], 0), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, machine_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_answers_in_any_order),
        TEST(test_one_is_answered_at_once_while_others_wait),
        TEST(test_nothing_to_put_off),
        TEST(test_a_token_is_used_once),
        TEST(test_caller_times_out),
        TEST(test_caller_dies),
        TEST(test_an_old_token_never_answers_a_new_call),
        TEST(test_dropped_token),
        TEST(test_server_dies),
        TEST(test_a_token_stays_where_it_is),
        TEST(test_refused_replies_leave_the_token),
        TEST(test_capability_in_a_later_reply),
        TEST(test_info_says_whether_the_caller_waits),
        TEST(test_allowance),
        TEST(test_no_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
