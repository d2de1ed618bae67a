/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between two processes: every order of arrival, every way to end. */
#include "ipc.h"

#include "audit.h"
#include "clock.h"
#include "endpoint.h"
#include "machine.h"
#include "notification.h"
#include "test.h"
#include "wait.h"

#include <string.h>

#define BUFFER MACHINE_SCRATCH              /* messages */
#define CAPS   (MACHINE_SCRATCH + 3 * 4096) /* struct abi_caps */
#define BADGE  77

static struct process *init, *server, *client;
static uint64_t server_endpoint, client_endpoint; /* slots in their tables */
static uint64_t server_slot, client_slot;         /* process slots in init's table */

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    uint64_t endpoint = (uint64_t)machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    server = machine_spawn_on("server", endpoint, ABI_RIGHT_RECV, 0, 3, &server_slot);
    client = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, BADGE, 3, &client_slot);
    server_endpoint = client_endpoint = MACHINE_SLOT_GIVEN;
    return 0;
}

static int64_t call(uint64_t len, uint64_t capacity, uint64_t caps, uint64_t deadline)
{
    return machine_call(client, ABI_SYS_CALL, client_endpoint, BUFFER, BUFFER,
                        ABI_LENGTHS(len, capacity), caps, deadline, 0);
}

static int64_t recv(uint64_t notification, uint64_t capacity, uint64_t caps, uint64_t deadline)
{
    return machine_call(server, ABI_SYS_RECV, server_endpoint, notification, BUFFER,
                        ABI_LENGTHS(0, capacity), caps, deadline, 0);
}

static int64_t reply(uint64_t len, uint64_t caps)
{
    return machine_call(server, ABI_SYS_REPLY, 0, BUFFER, 0, ABI_LENGTHS(len, 0), caps, 0, 0);
}

static void test_every_length_both_orders(void **state)
{
    (void)state;
    static uint8_t sent[ABI_MESSAGE_BYTES_MAX], seen[ABI_MESSAGE_BYTES_MAX];
    for (uint64_t len = 0; len <= ABI_MESSAGE_BYTES_MAX; len += len < 130 ? 1 : 661) {
        for (int server_first = 0; server_first < 2; server_first++) {
            memset(sent, (int)(len + 1), sizeof sent);
            machine_write(client, BUFFER, sent, sizeof sent);
            if (server_first)
                recv(0, ABI_MESSAGE_BYTES_MAX, 0, ABI_DEADLINE_NONE);
            call(len, ABI_MESSAGE_BYTES_MAX, 0, ABI_DEADLINE_NONE);
            if (!server_first)
                recv(0, ABI_MESSAGE_BYTES_MAX, 0, ABI_DEADLINE_NONE);
            assert_int_equal(machine_result(server, 0), ABI_EVENT_MESSAGE);
            assert_int_equal(machine_result(server, 1), len);
            assert_int_equal(machine_result(server, 2), BADGE);
            machine_read(server, BUFFER, seen, len);
            assert_memory_equal(seen, sent, len);
            assert_int_equal(client->state, PROCESS_AWAITING_REPLY);
            assert_int_equal(reply(len, 0), 0);
            assert_int_equal(client->state, PROCESS_RUNNABLE);
            assert_int_equal(machine_result(client, 0), 0);
            assert_int_equal(machine_result(client, 1), len);
        }
    }
}

static void test_refused_lengths_and_pointers(void **state)
{
    (void)state;
    const uint64_t over = ABI_MESSAGE_BYTES_MAX + 1;
    assert_int_equal(call(over, 0, 0, ABI_DEADLINE_NONE), -ABI_E_TOO_BIG);
    assert_int_equal(call(0, over, 0, ABI_DEADLINE_NONE), -ABI_E_TOO_BIG);
    assert_int_equal(call(UINT32_MAX, 0, 0, ABI_DEADLINE_NONE), -ABI_E_TOO_BIG);
    assert_int_equal(recv(0, over, 0, ABI_DEADLINE_NONE), -ABI_E_TOO_BIG);
    const uint64_t bad[] = {0, 0xffffffc080200000ull, UINT64_MAX, 0x5000000,
                            MACHINE_SCRATCH + 4 * 4096 - 7};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(machine_call(client, ABI_SYS_CALL, client_endpoint, bad[i], BUFFER,
                                      ABI_LENGTHS(8, 8), 0, ABI_DEADLINE_NONE, 0),
                         -ABI_E_ADDRESS);
        assert_int_equal(machine_call(client, ABI_SYS_CALL, client_endpoint, BUFFER, bad[i],
                                      ABI_LENGTHS(8, 8), 0, ABI_DEADLINE_NONE, 0),
                         -ABI_E_ADDRESS);
        assert_int_equal(machine_call(server, ABI_SYS_RECV, server_endpoint, 0, bad[i],
                                      ABI_LENGTHS(0, 8), 0, ABI_DEADLINE_NONE, 0),
                         -ABI_E_ADDRESS);
        if (bad[i] != 0) /* 0: no capabilities */
            assert_int_equal(call(8, 8, bad[i], ABI_DEADLINE_NONE), -ABI_E_ADDRESS);
    }
    assert_int_equal(machine_call(client, ABI_SYS_CALL, client_endpoint, BUFFER, MACHINE_TEXT,
                                  ABI_LENGTHS(8, 8), 0, ABI_DEADLINE_NONE, 0),
                     -ABI_E_ADDRESS);
    assert_int_equal(client->state, PROCESS_RUNNABLE);
    assert_int_equal(server->state, PROCESS_RUNNABLE);
}

static void test_needs_rights(void **state)
{
    (void)state;
    assert_int_equal(machine_call(client, ABI_SYS_RECV, client_endpoint, 0, 0, 0, 0, 0, 0),
                     -ABI_E_RIGHTS);
    assert_int_equal(machine_call(server, ABI_SYS_CALL, server_endpoint, 0, 0, 0, 0, 0, 0),
                     -ABI_E_RIGHTS);
    assert_int_equal(machine_call(client, ABI_SYS_CALL, 1, 0, 0, 0, 0, 0, 0), -ABI_E_SLOT);
    assert_int_equal(machine_call(init, ABI_SYS_CALL, ABI_INIT_SLOT_CONSOLE, 0, 0, 0, 0, 0, 0),
                     -ABI_E_TYPE);
}

static void test_message_too_long_for_the_server(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    assert_int_equal(call(17, 0, 0, ABI_DEADLINE_NONE), -ABI_E_TOO_BIG);
    assert_int_equal(server->state, PROCESS_RECEIVING); /* goes on waiting */
    machine_call(client, ABI_SYS_CALL, client_endpoint, BUFFER, 0, ABI_LENGTHS(16, 0), 0,
                 ABI_DEADLINE_NONE, 0);
    assert_int_equal(machine_result(server, 0), ABI_EVENT_MESSAGE);
    assert_int_equal(reply(0, 0), 0);

    call(17, 0, 0, ABI_DEADLINE_NONE); /* the client first: refused when the server comes */
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    assert_int_equal(machine_result(client, 0), -ABI_E_TOO_BIG);
    assert_int_equal(server->state, PROCESS_RECEIVING);
}

static void test_reply_too_long_is_the_callers_error(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    assert_int_equal(reply(9, 0), 0);
    assert_int_equal(machine_result(client, 0), -ABI_E_TOO_BIG);
    assert_int_equal(reply(0, 0), -ABI_E_STATE);
}

static void test_one_debt_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(reply(0, 0), -ABI_E_STATE);
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    assert_int_equal(recv(0, 16, 0, ABI_DEADLINE_NONE), -ABI_E_STATE);
    /* Sleeping with a debt is allowed: a driver waits for its device. */
    machine_call(server, ABI_SYS_RECV, 0, 0, 0, 0, 0, machine_time + 5, 0);
    assert_int_equal(server->state, PROCESS_RECEIVING);
    machine_time += 5;
    wait_expire();
    assert_int_equal(reply(0, 0), 0);
    assert_int_equal(machine_result(client, 0), 0);
}

static void test_deadlines(void **state)
{
    (void)state;
    assert_int_equal(call(4, 8, 0, machine_time), -ABI_E_TIMED_OUT);
    assert_int_equal(client->state, PROCESS_RUNNABLE);

    call(4, 8, 0, machine_time + 10); /* nobody takes it */
    machine_time += 10;
    wait_expire();
    assert_int_equal(machine_result(client, 0), -ABI_E_TIMED_OUT);

    recv(0, 16, 0, ABI_DEADLINE_NONE);
    assert_int_equal(call(4, 8, 0, machine_time), -ABI_E_TIMED_OUT); /* past: not delivered */
    assert_int_equal(server->state, PROCESS_RECEIVING);

    call(4, 8, 0, machine_time + 10); /* taken, not answered in time */
    assert_int_equal(machine_result(server, 0), ABI_EVENT_MESSAGE);
    machine_time += 10;
    wait_expire();
    assert_int_equal(machine_result(client, 0), -ABI_E_TIMED_OUT);
    assert_int_equal(reply(0, 0), -ABI_E_CANCELLED);
    assert_int_equal(reply(0, 0), -ABI_E_STATE);
}

static void test_caller_dies(void **state)
{
    (void)state;
    call(4, 8, 0, ABI_DEADLINE_NONE);
    process_die(client, ABI_DEATH_KILLED, 0); /* queued */
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    assert_int_equal(server->state, PROCESS_RECEIVING);
}

static void test_caller_dies_while_the_server_works(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    process_die(client, ABI_DEATH_KILLED, 0);
    assert_int_equal(reply(0, 0), -ABI_E_CANCELLED);
}

static void test_server_dies(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    process_die(server, ABI_DEATH_LOAD, 0); /* owes a reply */
    assert_int_equal(client->state, PROCESS_RUNNABLE);
    assert_int_equal(machine_result(client, 0), -ABI_E_PEER_DIED);
    assert_int_equal(call(4, 8, 0, ABI_DEADLINE_NONE), -ABI_E_PEER_DIED); /* at once */
}

static void test_server_dies_with_a_queue(void **state)
{
    (void)state;
    recv(0, 16, 0, machine_time + 1);
    machine_time += 1;
    wait_expire();
    call(4, 8, 0, ABI_DEADLINE_NONE);
    assert_int_equal(client->state, PROCESS_SENDING);
    process_die(server, ABI_DEATH_LOAD, 0);
    assert_int_equal(machine_result(client, 0), -ABI_E_PEER_DIED);
}

static void test_reply_recv(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    machine_write(client, BUFFER, "ping", 4);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    machine_write(server, BUFFER, "pong!", 5);
    machine_call(server, ABI_SYS_REPLY_RECV, server_endpoint, 0, BUFFER, ABI_LENGTHS(5, 16), 0,
                 ABI_DEADLINE_NONE, BUFFER);
    char seen[5];
    machine_read(client, BUFFER, seen, 5);
    assert_memory_equal(seen, "pong!", 5);
    assert_int_equal(machine_result(client, 1), 5);
    assert_int_equal(server->state, PROCESS_RECEIVING);
    call(4, 8, 0, machine_time + 1);
    machine_time += 1;
    wait_expire(); /* the caller has gone: REPLY_RECV goes on all the same */
    machine_call(server, ABI_SYS_REPLY_RECV, server_endpoint, 0, BUFFER, ABI_LENGTHS(5, 16), 0,
                 ABI_DEADLINE_NONE, BUFFER);
    assert_int_equal(server->state, PROCESS_RECEIVING);
    assert_false(server->owes_reply);
}

static void test_reply_recv_checks_before_it_replies(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    assert_int_equal(machine_call(server, ABI_SYS_REPLY_RECV, server_endpoint, 0, 0x5000000,
                                  ABI_LENGTHS(5, 16), 0, ABI_DEADLINE_NONE, BUFFER),
                     -ABI_E_ADDRESS);
    assert_int_equal(machine_call(server, ABI_SYS_REPLY_RECV, 9, 0, BUFFER, ABI_LENGTHS(5, 16), 0,
                                  ABI_DEADLINE_NONE, BUFFER),
                     -ABI_E_SLOT);
    assert_int_equal(client->state, PROCESS_AWAITING_REPLY);
    assert_int_equal(reply(0, 0), 0);
}

static void test_notification_comes_before_messages(void **state)
{
    (void)state;
    int64_t own = machine_call(server, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    int64_t bit3 = machine_call(server, ABI_SYS_CAP_COPY, (uint64_t)own, 0xff, 8, 0, 0, 0, 0);
    int64_t bit0 = machine_call(server, ABI_SYS_CAP_COPY, (uint64_t)own, 0xff, 1, 0, 0, 0, 0);
    assert_int_equal(machine_call(server, ABI_SYS_NOTIFY, (uint64_t)own, 0, 0, 0, 0, 0, 0),
                     -ABI_E_ARGUMENT); /* no badge: no bits */
    machine_call(server, ABI_SYS_NOTIFY, (uint64_t)bit3, 0, 0, 0, 0, 0, 0);
    machine_call(server, ABI_SYS_NOTIFY, (uint64_t)bit0, 0, 0, 0, 0, 0, 0);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    assert_int_equal(recv((uint64_t)own, 16, 0, ABI_DEADLINE_NONE), ABI_EVENT_NOTIFICATION);
    assert_int_equal(machine_result(server, 2), 9);
    assert_int_equal(recv((uint64_t)own, 16, 0, ABI_DEADLINE_NONE), ABI_EVENT_MESSAGE);
    assert_int_equal(reply(0, 0), 0);
    recv((uint64_t)own, 16, 0, ABI_DEADLINE_NONE);
    notification_signal(&notifications[server->cap[own].object], 4); /* wakes the sleeper */
    assert_int_equal(machine_result(server, 0), ABI_EVENT_NOTIFICATION);
    assert_int_equal(machine_result(server, 2), 4);
    assert_null(endpoints[server->cap[server_endpoint].object].receiver);
}

/* A second process that may receive on the endpoint: init, which made it. */
static int64_t recv_by_init(uint64_t deadline)
{
    uint64_t slot = 0;
    for (uint64_t s = 1; s < ABI_SLOT_COUNT; s++)
        if (init->cap[s].type == ABI_CAP_ENDPOINT)
            slot = s;
    return machine_call(init, ABI_SYS_RECV, slot, 0, 0, 0, 0, deadline, 0);
}

static void test_second_receiver_is_refused(void **state)
{
    (void)state;
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    assert_int_equal(recv_by_init(ABI_DEADLINE_NONE), -ABI_E_BUSY);
}

static void test_a_poll_in_vain_takes_nothing_over(void **state)
{
    (void)state;
    recv(0, 16, 0, machine_time + 1);
    machine_time += 1;
    wait_expire();
    assert_int_equal(recv_by_init(machine_time), -ABI_E_TIMED_OUT);
    call(4, 8, 0, ABI_DEADLINE_NONE);
    process_die(server, ABI_DEATH_LOAD, 0); /* still the server, whose callers are told */
    assert_int_equal(machine_result(client, 0), -ABI_E_PEER_DIED);
}

static void write_caps(struct process *process, const struct abi_caps *caps)
{
    machine_write(process, CAPS, caps, sizeof *caps);
}

static void test_capabilities_travel(void **state)
{
    (void)state;
    int64_t own = machine_call(client, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    int64_t bit = machine_call(client, ABI_SYS_CAP_COPY, (uint64_t)own, 0xff, 2, 0, 0, 0, 0);
    struct abi_caps caps = {.recv_capacity = 2};
    write_caps(server, &caps);
    recv(0, 16, CAPS, ABI_DEADLINE_NONE);
    caps = (struct abi_caps){.send_count = 2,
                             .send_slot = {(uint32_t)bit, (uint32_t)own},
                             .send_rights = {ABI_RIGHT_SEND, ABI_RIGHTS_ALL}};
    write_caps(client, &caps);
    call(4, 8, CAPS, ABI_DEADLINE_NONE);
    machine_read(server, CAPS, &caps, sizeof caps);
    assert_int_equal(caps.recv_count, 2);
    assert_int_equal(caps.recv_capacity, 2);
    const struct cap *got = &server->cap[caps.recv_slot[0]];
    assert_int_equal(got->type, ABI_CAP_NOTIFICATION);
    assert_int_equal(got->rights, ABI_RIGHT_SEND);
    assert_int_equal(got->badge, 2);
    assert_int_equal(server->cap[caps.recv_slot[1]].rights, client->cap[own].rights);
    process_die(client, ABI_DEATH_KILLED, 0); /* the copies keep the object */
    assert_int_equal(notifications[got->object].ref_count, 2);
}

static void test_capabilities_refused(void **state)
{
    (void)state;
    int64_t own = machine_call(client, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    int64_t kept = machine_call(client, ABI_SYS_CAP_COPY, (uint64_t)own, ABI_RIGHT_SEND, 0, 0, 0, 0,
                                0); /* without GRANT */
    struct abi_caps caps = {.send_count = 1, .send_slot = {(uint32_t)kept}};
    write_caps(client, &caps);
    assert_int_equal(call(0, 0, CAPS, ABI_DEADLINE_NONE), -ABI_E_RIGHTS);
    caps.send_slot[0] = 99;
    write_caps(client, &caps);
    assert_int_equal(call(0, 0, CAPS, ABI_DEADLINE_NONE), -ABI_E_SLOT);
    caps.send_count = ABI_MESSAGE_CAPS_MAX + 1;
    write_caps(client, &caps);
    assert_int_equal(call(0, 0, CAPS, ABI_DEADLINE_NONE), -ABI_E_ARGUMENT);
    caps = (struct abi_caps){.recv_capacity = ABI_MESSAGE_CAPS_MAX + 1};
    write_caps(client, &caps);
    assert_int_equal(call(0, 0, CAPS, ABI_DEADLINE_NONE), -ABI_E_ARGUMENT);

    caps = (struct abi_caps){
        .send_count = 1, .send_slot = {(uint32_t)own}, .send_rights = {ABI_RIGHTS_ALL}};
    write_caps(client, &caps);
    recv(0, 16, 0, ABI_DEADLINE_NONE); /* accepts none */
    assert_int_equal(call(0, 0, CAPS, ABI_DEADLINE_NONE), -ABI_E_NO_SLOT);
    assert_int_equal(server->state, PROCESS_RECEIVING);
}

static void test_capability_in_a_reply(void **state)
{
    (void)state;
    struct abi_caps caps = {.recv_capacity = 1};
    write_caps(client, &caps);
    recv(0, 16, 0, ABI_DEADLINE_NONE);
    call(0, 8, CAPS, ABI_DEADLINE_NONE);
    int64_t memory = machine_call(server, ABI_SYS_MEMORY_CREATE, 0, 100, 0, 0, 0, 0, 0);
    caps = (struct abi_caps){.send_count = 1,
                             .send_slot = {(uint32_t)memory},
                             .send_rights = {ABI_RIGHT_READ | ABI_RIGHT_DMA}};
    write_caps(server, &caps);
    assert_int_equal(reply(0, CAPS), 0);
    machine_read(client, CAPS, &caps, sizeof caps);
    assert_int_equal(caps.recv_count, 1);
    assert_int_equal(client->cap[caps.recv_slot[0]].rights, ABI_RIGHT_READ); /* none grew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_length_both_orders, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_refused_lengths_and_pointers, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_needs_rights, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_message_too_long_for_the_server, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_reply_too_long_is_the_callers_error, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_one_debt_at_a_time, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_deadlines, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_caller_dies, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_caller_dies_while_the_server_works, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_server_dies, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_server_dies_with_a_queue, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_reply_recv, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_reply_recv_checks_before_it_replies, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_notification_comes_before_messages, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_second_receiver_is_refused, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_a_poll_in_vain_takes_nothing_over, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_capabilities_travel, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_capabilities_refused, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_capability_in_a_reply, setup, machine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
