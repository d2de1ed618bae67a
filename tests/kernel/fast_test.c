/* SPDX-License-Identifier: Apache-2.0 */
/* The short way of a call has the outcome of the general one (kernel/fast.c), and what it remembers
 * of buffers is forgotten when they go. */
#include "machine.h"
#include "random_messages.h"
#include "test.h"
#include "upkeep.h"

#include <stdlib.h>
#include <string.h>

/* Steps of one run that go the short way, at least. */
#define SHORT_STEPS_MIN 200u

static bool next_number(void *context, uint32_t *number)
{
    uint64_t *state = context;
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    *number = (uint32_t)(*state >> 33);
    return true;
}

static uint32_t run(enum machine_way way, uint64_t seed, uint64_t *digest)
{
    machine_way = way;
    machine_short_count = 0;
    return random_messages(next_number, &seed, digest);
}

static void test_both_ways_have_the_same_outcome(void **state)
{
    (void)state;
    static uint64_t general[RANDOM_MESSAGES_STEPS], shorter[RANDOM_MESSAGES_STEPS];
    for (uint64_t seed = 1; seed <= 12; seed++) {
        uint32_t count = run(MACHINE_GENERAL, seed, general);
        assert_int_equal(machine_short_count, 0);
        assert_int_equal(run(MACHINE_SHORT, seed, shorter), count);
        assert_in_range(machine_short_count, SHORT_STEPS_MIN, UINT32_MAX);
        for (uint32_t i = 0; i < count; i++)
            if (general[i] != shorter[i])
                fail_msg("seed %u, step %u: not the same", (uint32_t)seed, i);
        if (seed == 1)
            print_message("%u of %u steps the short way\n", machine_short_count, count);
    }
}

/* --- buffers that went ------------------------------------------------------------------------ */

#define WINDOW     0x20000000ull
#define SLOT_FIRST 3u /* memory objects of the client */
#define SLOT_OTHER 4u

static struct process *server, *client;

static void map(uint64_t slot)
{
    assert_int_equal(
        machine_call(client, ABI_SYS_MAP, slot, WINDOW, ABI_PROT_READ | ABI_PROT_WRITE, 0, 0, 0, 0),
        0);
}

static void unmap(void)
{
    assert_int_equal(machine_call(client, ABI_SYS_UNMAP, WINDOW, 0, 0, 0, 0, 0, 0), 0);
}

static void boot(enum machine_way way)
{
    uint64_t slot;
    machine_way = MACHINE_HANDLER;
    machine_boot();
    uint64_t endpoint = (uint64_t)machine_call(&processes[INIT_PROCESS_IDX],
                                               ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    server = machine_spawn_on("server", endpoint, ABI_RIGHT_RECV, 0, 4, &slot);
    client = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, 1, 3, &slot);
    machine_call(server, ABI_SYS_RECV, MACHINE_SLOT_GIVEN, 0, MACHINE_SCRATCH, ABI_LENGTHS(0, 64),
                 0, ABI_DEADLINE_NONE, 0);
    for (uint64_t i = SLOT_FIRST; i <= SLOT_OTHER; i++) {
        uint64_t content = 1000 + i;
        while (machine_call(client, ABI_SYS_MEMORY_CREATE, 0, 4096, 0, 0, 0, 0, 0) != (int64_t)i)
            ;
        map(i);
        machine_write(client, WINDOW, &content, sizeof content);
        unmap();
    }
    machine_way = way;
    machine_short_count = 0;
}

/* The client's message at WINDOW arrives, and the server's answer, twice of it, at WINDOW + 8. */
static int64_t exchange(uint64_t send_addr, uint64_t recv_addr, uint64_t *message)
{
    const uint64_t lengths = ABI_LENGTHS(sizeof *message, sizeof *message);
    int64_t status = machine_call(client, ABI_SYS_CALL, MACHINE_SLOT_GIVEN, send_addr, recv_addr,
                                  lengths, 0, ABI_DEADLINE_NONE, 0);
    if (client->state == PROCESS_RUNNABLE)
        return status;
    machine_read(server, MACHINE_SCRATCH, message, sizeof *message);
    machine_call(server, ABI_SYS_REPLY_RECV, MACHINE_SLOT_GIVEN, 0, MACHINE_SCRATCH,
                 ABI_LENGTHS(sizeof *message, 64), 0, ABI_DEADLINE_NONE, MACHINE_SCRATCH);
    return machine_result(client, 0);
}

/* After two exchanges nothing is looked for any more. */
static void remember_buffers(void)
{
    uint64_t message = 0;
    map(SLOT_FIRST);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(exchange(WINDOW, WINDOW + 8, &message), 0);
        assert_int_equal(message, 1000 + SLOT_FIRST);
    }
}

static void check_unmapped_buffers_are_forgotten(enum machine_way way)
{
    uint64_t message = 0, answer;
    boot(way);
    remember_buffers();
    unmap();
    assert_int_equal(exchange(WINDOW, MACHINE_SCRATCH, &message), -ABI_E_ADDRESS);
    assert_int_equal(exchange(MACHINE_SCRATCH, WINDOW + 8, &message), -ABI_E_ADDRESS);
    map(SLOT_OTHER);
    assert_int_equal(exchange(WINDOW, WINDOW + 8, &message), 0);
    assert_int_equal(message, 1000 + SLOT_OTHER);
    machine_read(client, WINDOW + 8, &answer, sizeof answer);
    assert_int_equal(answer, 1000 + SLOT_OTHER);
    assert_true((machine_short_count > 0) == (way == MACHINE_SHORT));
}

static void test_unmapped_buffers_are_forgotten_by_the_handler(void **state)
{
    (void)state;
    check_unmapped_buffers_are_forgotten(MACHINE_HANDLER);
}

static void test_unmapped_buffers_are_forgotten_the_short_way(void **state)
{
    (void)state;
    check_unmapped_buffers_are_forgotten(MACHINE_SHORT);
}

/* The struct of capabilities that a server offers is written when a message comes, also when its
 * memory is another one by then. */
static void test_unmapped_capability_structs_are_forgotten(void **state)
{
    (void)state;
    struct abi_caps caps = {.recv_capacity = 1, .recv_count = 99};
    boot(MACHINE_SHORT);
    map(SLOT_FIRST);
    machine_write(client, WINDOW, &caps, sizeof caps);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(machine_call(client, ABI_SYS_RECV, 0, 0, 0, 0, WINDOW, 0, 0),
                         -ABI_E_TIMED_OUT);
    }
    unmap();
    assert_int_equal(machine_call(client, ABI_SYS_RECV, 0, 0, 0, 0, WINDOW, 0, 0), -ABI_E_ADDRESS);
}

/* Nothing was found yet, or it went: then the address 0 is as little there as any other. */
static void test_no_buffer_is_not_a_buffer_at_0(void **state)
{
    (void)state;
    uint64_t message = 0;
    boot(MACHINE_SHORT);
    assert_int_equal(exchange(0, MACHINE_SCRATCH, &message), -ABI_E_ADDRESS);
    remember_buffers();
    unmap();
    assert_int_equal(exchange(0, MACHINE_SCRATCH, &message), -ABI_E_ADDRESS);
    assert_int_equal(exchange(MACHINE_SCRATCH, 0, &message), -ABI_E_ADDRESS);
}

static void test_what_is_left_to_do_is_done_first(void **state)
{
    (void)state;
    uint64_t message = 0;
    boot(MACHINE_SHORT);
    remember_buffers();
    machine_short_count = 0;
    upkeep_needed = true;
    machine_call(client, ABI_SYS_CALL, MACHINE_SLOT_GIVEN, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
    upkeep_needed = true;
    machine_call(server, ABI_SYS_REPLY_RECV, MACHINE_SLOT_GIVEN, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
    assert_int_equal(machine_short_count, 0);
    assert_int_equal(exchange(WINDOW, WINDOW + 8, &message), -ABI_E_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways_have_the_same_outcome),
        cmocka_unit_test(test_unmapped_buffers_are_forgotten_by_the_handler),
        cmocka_unit_test(test_unmapped_buffers_are_forgotten_the_short_way),
        cmocka_unit_test(test_unmapped_capability_structs_are_forgotten),
        cmocka_unit_test(test_no_buffer_is_not_a_buffer_at_0),
        cmocka_unit_test(test_what_is_left_to_do_is_done_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
