/* SPDX-License-Identifier: Apache-2.0 */
/* Run queues, turns, and the list of deadlines. */
#include "sched.h"

#include "abi/ipc.h"
#include "audit.h"
#include "clock.h"
#include "kernel.h"
#include "machine.h"
#include "test.h"
#include "wait.h"

#define COUNT 3

static struct process *peers[COUNT]; /* equal priority */
static uint64_t peer_slots[COUNT];   /* init's capabilities to them */

static int setup(void **state)
{
    (void)state;
    machine_boot();
    for (uint32_t i = 0; i < COUNT; i++)
        peers[i] = machine_spawn("peer", &peer_slots[i]);
    return 0;
}

static struct process *resume(void)
{
    return (struct process *)(void *)kernel_resume();
}

static void sleep_until(struct process *process, uint64_t deadline)
{
    machine_call(process, ABI_SYS_RECV, 0, 0, 0, 0, 0, deadline, 0);
    assert_int_equal(process->state, PROCESS_RECEIVING);
}

static void test_highest_priority_runs(void **state)
{
    (void)state;
    struct process *init = &processes[INIT_PROCESS_IDX];
    assert_ptr_equal(resume(), init);
    sleep_until(init, machine_time + 100);
    assert_ptr_equal(resume(), peers[0]);
    assert_int_equal(machine_active_root, peers[0]->root_phys);
    machine_time += 100;
    kernel_timer_interrupt();
    assert_ptr_equal(resume(), init);
    assert_int_equal((int64_t)init->frame.x[ARCH_REG_A0], -ABI_E_TIMED_OUT);
}

static void test_who_wakes_runs_at_once(void **state)
{
    (void)state;
    struct process *init = &processes[INIT_PROCESS_IDX];
    sleep_until(init, ABI_DEADLINE_NONE);
    assert_ptr_equal(resume(), peers[0]);
    assert_ptr_equal(resume(), peers[0]); /* nothing happened */
    wait_fail(init, ABI_E_TIMED_OUT);
    assert_ptr_equal(resume(), init);
}

static void test_equals_take_turns(void **state)
{
    (void)state;
    sleep_until(&processes[INIT_PROCESS_IDX], machine_time + 100 * ABI_SLICE_TICKS);
    for (uint32_t turn = 0; turn < 2 * COUNT; turn++) {
        assert_ptr_equal(resume(), peers[turn % COUNT]);
        assert_int_equal(machine_timer, machine_time + ABI_SLICE_TICKS);
        machine_time += ABI_SLICE_TICKS - 1;
        kernel_timer_interrupt(); /* one tick too early: the turn goes on */
        assert_ptr_equal(resume(), peers[turn % COUNT]);
        assert_int_equal(machine_timer, machine_time + 1);
        machine_time += 1;
        kernel_timer_interrupt();
    }
}

/* A process of higher priority that wakes more often than a turn is long must not renew the turn
 * of whom it interrupts. */
static void test_interrupted_turn_is_not_renewed(void **state)
{
    (void)state;
    struct process *init = &processes[INIT_PROCESS_IDX];
    uint32_t turns_of_second = 0;
    for (uint32_t i = 0; i < 10; i++) {
        sleep_until(init, machine_time + ABI_SLICE_TICKS / 2);
        turns_of_second += resume() == peers[1];
        machine_time += ABI_SLICE_TICKS / 2;
        kernel_timer_interrupt();
        assert_ptr_equal(resume(), init);
    }
    assert_true(turns_of_second >= 2);
}

/* One timer interrupt after `ticks`, in whoever runs: his index among the peers, COUNT for init. */
static uint32_t run_for(uint64_t ticks)
{
    struct process *running = resume();
    machine_time += ticks;
    kernel_timer_interrupt();
    for (uint32_t i = 0; i < COUNT; i++)
        if (running == peers[i])
            return i;
    return COUNT;
}

/* Naps and burns of init that a turn counted in passing time would fall into step with. */
static void test_turns_count_own_time(void **state)
{
    (void)state;
    static const uint64_t rhythm[][2] = {
        {100000, 0}, {100500, 100000}, {102000, 100000}, {110000, 100000}};
    struct process *init = &processes[INIT_PROCESS_IDX];
    for (size_t k = 0; k < sizeof rhythm / sizeof rhythm[0]; k++) {
        uint64_t ran[COUNT + 1] = {0};
        for (uint32_t i = 0; i < 60; i++) {
            uint64_t end = machine_time + rhythm[k][0];
            sleep_until(init, end);
            while (machine_time < end) {
                (void)resume();
                uint64_t ticks = (machine_timer < end ? machine_timer : end) - machine_time;
                uint32_t who = run_for(ticks);
                ran[who] += ticks;
            }
            assert_int_equal(run_for(rhythm[k][1]), COUNT);
        }
        for (uint32_t i = 0; i < COUNT; i++)
            assert_true(ran[i] * 3 >= ran[(i + 1) % COUNT] && ran[i] > 0);
    }
}

static struct abi_process_info info_of(uint64_t slot)
{
    struct process *init = &processes[INIT_PROCESS_IDX];
    struct abi_process_info info;
    struct arch_frame frame = init->frame;
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_INFO, slot, MACHINE_SCRATCH, 0, 0, 0, 0, 0),
                     0);
    machine_read(init, MACHINE_SCRATCH, &info, sizeof info);
    init->frame = frame;
    return info;
}

static void test_information_counts_processor_time(void **state)
{
    (void)state;
    struct process *init = &processes[INIT_PROCESS_IDX];
    assert_ptr_equal(resume(), init);
    uint64_t before = info_of(peer_slots[0]).cpu_ticks;
    assert_int_equal(before, 0);
    sleep_until(init, machine_time + 700);
    assert_int_equal(run_for(300), 0);
    assert_int_equal(run_for(400), 0);
    assert_ptr_equal(resume(), init);
    uint64_t own = init->cpu_ticks;
    machine_time += 5000; /* init's own */
    assert_int_equal(info_of(peer_slots[0]).cpu_ticks, 700);
    assert_int_equal(info_of(peer_slots[1]).cpu_ticks, 0);
    assert_int_equal(init->cpu_ticks, own + 5000); /* charged before it was told */
    sleep_until(init, machine_time + 50);
    assert_int_equal(run_for(50), 0);
    process_die(peers[0], ABI_DEATH_KILLED, 0);
    assert_int_equal(info_of(peer_slots[0]).cpu_ticks, 750);
}

/* A watchdog's question: when was it last in a receive? */
static void test_information_tells_last_receive(void **state)
{
    (void)state;
    uint64_t start = info_of(peer_slots[1]).receive_time;
    assert_int_equal(start, machine_time);
    machine_time += 100;
    assert_int_equal(info_of(peer_slots[1]).receive_time, start); /* it never received */
    sleep_until(peers[1], machine_time + 1000);
    machine_time += 500;
    assert_int_equal(info_of(peer_slots[1]).receive_time, machine_time); /* it is in one */
    machine_time += 500;
    uint64_t end = machine_time;
    wait_expire();
    machine_time += 77;
    assert_int_equal(info_of(peer_slots[1]).receive_time, end);
    assert_int_equal(machine_call(peers[1], ABI_SYS_RECV, 0, 0, 0, 0, 0, 0, 0), -ABI_E_TIMED_OUT);
    end = machine_time;
    machine_time += 5;
    assert_int_equal(info_of(peer_slots[1]).receive_time, end); /* one that did not wait */
}

static void test_alone_needs_no_timer(void **state)
{
    (void)state;
    sleep_until(&processes[INIT_PROCESS_IDX], ABI_DEADLINE_NONE);
    sleep_until(peers[0], ABI_DEADLINE_NONE);
    sleep_until(peers[1], ABI_DEADLINE_NONE);
    clock_interrupt();
    assert_ptr_equal(resume(), peers[2]);
    assert_int_equal(machine_timer, ABI_DEADLINE_NONE);
}

static void test_deadlines_in_order(void **state)
{
    (void)state;
    uint64_t start = machine_time;
    sleep_until(peers[0], start + 300);
    sleep_until(peers[1], start + 100);
    sleep_until(peers[2], start + 200);
    assert_ptr_equal(clock_first(), peers[1]);
    (void)resume();
    assert_int_equal(machine_timer, start + 100);
    machine_time = start + 99;
    wait_expire();
    assert_int_equal(peers[1]->state, PROCESS_RECEIVING);
    machine_time = start + 200;
    wait_expire();
    assert_int_equal(peers[1]->state, PROCESS_RUNNABLE);
    assert_int_equal(peers[2]->state, PROCESS_RUNNABLE);
    assert_int_equal(peers[0]->state, PROCESS_RECEIVING);
    process_die(peers[0], ABI_DEATH_KILLED, 0);
    assert_null(clock_first());
}

static void test_past_deadline_times_out_at_once(void **state)
{
    (void)state;
    assert_int_equal(machine_call(peers[0], ABI_SYS_RECV, 0, 0, 0, 0, 0, machine_time, 0),
                     -ABI_E_TIMED_OUT);
    assert_int_equal(machine_call(peers[0], ABI_SYS_RECV, 0, 0, 0, 0, 0, 0, 0), -ABI_E_TIMED_OUT);
    assert_int_equal(peers[0]->state, PROCESS_RUNNABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_highest_priority_runs, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_who_wakes_runs_at_once, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_equals_take_turns, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_interrupted_turn_is_not_renewed, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_turns_count_own_time, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_information_counts_processor_time, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_information_tells_last_receive, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_alone_needs_no_timer, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_deadlines_in_order, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_past_deadline_times_out_at_once, setup,
                                        machine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
