/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody waits for a server that cannot come: who is told, and when. */
#include "audit.h"
#include "endpoint.h"
#include "machine.h"
#include "test.h"

#include <string.h>

static struct process *init, *client;
static uint64_t endpoint; /* slot of init's */

static uint64_t create(const char *name)
{
    struct abi_process_config config = {
        .image_slot = MACHINE_SLOT_IMAGE, .priority = 3, .stack_pages = 1, .page_quota = 64};
    strncpy(config.name, name, sizeof config.name - 1);
    machine_write(init, MACHINE_SCRATCH, &config, sizeof config);
    int64_t slot = machine_call(init, ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM, MACHINE_SCRATCH,
                                0, 0, 0, 0, 0);
    assert_true(slot > 0);
    return (uint64_t)slot;
}

static void give(uint64_t process, uint64_t rights, uint64_t slot)
{
    assert_int_equal(
        machine_call(init, ABI_SYS_PROCESS_GIVE, process, endpoint, rights, 0, slot, 0, 0), 0);
}

/* One that may receive there, and has not started. */
static uint64_t create_server(void)
{
    uint64_t slot = create("server");
    give(slot, ABI_RIGHT_RECV, MACHINE_SLOT_GIVEN);
    return slot;
}

static struct process *start(uint64_t slot)
{
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_START, slot, 0, 0, 0, 0, 0, 0), 0);
    return &processes[init->cap[slot].object];
}

static void drop(struct process *process, uint64_t slot)
{
    assert_int_equal(machine_call(process, ABI_SYS_CAP_DROP, slot, 0, 0, 0, 0, 0, 0), 0);
}

static int setup(void **state)
{
    uint64_t slot;
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    endpoint = (uint64_t)machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    client = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, 0, 3, &slot);
    return 0;
}

static int64_t call(void)
{
    return machine_call(client, ABI_SYS_CALL, MACHINE_SLOT_GIVEN, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
}

static int64_t recv(struct process *process, uint64_t slot)
{
    return machine_call(process, ABI_SYS_RECV, slot, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
}

static void assert_waits(void)
{
    assert_int_equal(client->state, PROCESS_SENDING);
}

static void assert_told(void)
{
    assert_int_equal(client->state, PROCESS_RUNNABLE);
    assert_int_equal((int64_t)client->frame.x[ARCH_REG_A0], -ABI_E_PEER_DIED);
    assert_int_equal(call(), -ABI_E_PEER_DIED); /* and so is the next, at once */
}

/* Processes may start in any order. */
static void test_callers_wait_for_one_that_can_come(void **state)
{
    (void)state;
    call();
    assert_waits();
    struct process *server = start(create_server());
    assert_waits();
    assert_int_equal(recv(server, MACHINE_SLOT_GIVEN), ABI_EVENT_MESSAGE);
}

static void test_server_dies_before_its_first_receive(void **state)
{
    (void)state;
    struct process *server = start(create_server());
    call();
    assert_waits();
    process_die(server, ABI_DEATH_LOAD, 0);
    assert_told();
}

/* What init does after that: the new one serves, and dying it is noticed again. */
static void test_the_next_server(void **state)
{
    (void)state;
    process_die(start(create_server()), ABI_DEATH_LOAD, 0);
    call();
    assert_told();
    struct process *server = start(create_server());
    assert_int_equal(call(), -ABI_E_PEER_DIED); /* until it receives */
    recv(server, MACHINE_SLOT_GIVEN);
    call();
    assert_int_equal(client->state, PROCESS_AWAITING_REPLY);
    process_die(server, ABI_DEATH_LOAD, 0);
    assert_told();
}

static void test_server_is_never_started(void **state)
{
    (void)state;
    uint64_t server = create_server();
    call();
    drop(init, server);
    assert_told();
}

/* Only init holds it, and lets go. */
static void test_last_right_to_receive_is_dropped(void **state)
{
    (void)state;
    call();
    drop(init, endpoint);
    assert_told();
}

static void test_last_right_dies_with_its_holder(void **state)
{
    (void)state;
    uint64_t holder = create("holder");
    give(holder, ABI_RIGHT_RECV | ABI_RIGHT_SEND, MACHINE_SLOT_GIVEN);
    struct process *process = start(holder);
    drop(init, endpoint);
    call();
    assert_waits();
    process_die(process, ABI_DEATH_LOAD, 0);
    assert_told();
}

/* The server lives, but can receive no more; another could, and may take over. */
static void test_server_drops_its_right(void **state)
{
    (void)state;
    struct process *server = start(create_server());
    call();
    drop(server, MACHINE_SLOT_GIVEN);
    assert_told();
    recv(init, endpoint);
    call();
    assert_int_equal(client->state, PROCESS_AWAITING_REPLY);
}

static void test_a_second_copy_of_the_right_is_enough(void **state)
{
    (void)state;
    struct process *server = start(create_server());
    int64_t copy =
        machine_call(server, ABI_SYS_CAP_COPY, MACHINE_SLOT_GIVEN, ABI_RIGHT_RECV, 0, 0, 0, 0, 0);
    call();
    drop(server, MACHINE_SLOT_GIVEN);
    assert_waits();
    drop(server, (uint64_t)copy);
    assert_told();
}

/* Neither the right to send, nor that of one who is not the server. */
static void test_other_capabilities_do_not_count(void **state)
{
    (void)state;
    uint64_t server = create("server");
    give(server, ABI_RIGHT_RECV, MACHINE_SLOT_GIVEN);
    give(server, ABI_RIGHT_SEND, MACHINE_SLOT_GIVEN + 1);
    uint64_t standby = create_server();
    struct process *process = start(server), *other = start(standby);
    call();
    drop(process, MACHINE_SLOT_GIVEN + 1);
    drop(other, MACHINE_SLOT_GIVEN);
    assert_waits();
    process_die(other, ABI_DEATH_LOAD, 0);
    assert_waits();
    assert_int_equal(recv(process, MACHINE_SLOT_GIVEN), ABI_EVENT_MESSAGE);
}

/* Who may only send serves nobody. */
static void test_a_sender_is_no_server(void **state)
{
    (void)state;
    assert_null(endpoints[init->cap[endpoint].object].server);
    uint64_t sender = create("sender");
    give(sender, ABI_RIGHT_SEND, MACHINE_SLOT_GIVEN);
    process_die(start(sender), ABI_DEATH_LOAD, 0);
    call();
    assert_waits();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, machine_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_callers_wait_for_one_that_can_come),
        TEST(test_server_dies_before_its_first_receive),
        TEST(test_the_next_server),
        TEST(test_server_is_never_started),
        TEST(test_last_right_to_receive_is_dropped),
        TEST(test_last_right_dies_with_its_holder),
        TEST(test_server_drops_its_right),
        TEST(test_a_second_copy_of_the_right_is_enough),
        TEST(test_other_capabilities_do_not_count),
        TEST(test_a_sender_is_no_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
