/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: who is told of a death, how often, and how a watch ends before that. */
#include "audit.h"
#include "cap.h"
#include "machine.h"
#include "notification.h"
#include "test.h"

static struct process *init, *target;
static uint64_t target_slot;

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    target = machine_spawn("target", &target_slot);
    return 0;
}

static uint64_t create(struct process *process)
{
    return (uint64_t)machine_call(process, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
}

static uint64_t badged(uint64_t notification, uint64_t bits)
{
    return (uint64_t)machine_call(init, ABI_SYS_CAP_COPY, notification, ABI_RIGHT_SEND, bits, 0, 0,
                                  0, 0);
}

static int64_t watch(uint64_t signal)
{
    return machine_call(init, ABI_SYS_PROCESS_WATCH, target_slot, signal, 0, 0, 0, 0, 0);
}

static int64_t unwatch(uint64_t signal)
{
    return machine_call(init, ABI_SYS_PROCESS_UNWATCH, target_slot, signal, 0, 0, 0, 0, 0);
}

static void drop(uint64_t slot)
{
    assert_int_equal(machine_call(init, ABI_SYS_CAP_DROP, slot, 0, 0, 0, 0, 0, 0), 0);
}

static struct notification *object(uint64_t slot)
{
    return &notifications[init->cap[slot].object];
}

static uint32_t watch_count(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ABI_WATCH_COUNT_MAX; i++)
        count += target->watch[i].notification != NULL;
    return count;
}

static void test_each_notification_is_told_once(void **state)
{
    (void)state;
    uint64_t own[ABI_WATCH_COUNT_MAX + 1];
    for (uint64_t i = 0; i <= ABI_WATCH_COUNT_MAX; i++)
        own[i] = create(init);
    for (uint64_t i = 0; i < ABI_WATCH_COUNT_MAX; i++)
        assert_int_equal(watch(badged(own[i], 1ull << i)), 0);
    uint64_t late = badged(own[ABI_WATCH_COUNT_MAX], 1024);
    assert_int_equal(watch(late), -ABI_E_NO_OBJECT);
    assert_int_equal(watch(own[0]), -ABI_E_ARGUMENT); /* no badge: no bits */
    process_die(target, ABI_DEATH_STORE, 0x1234);
    for (uint64_t i = 0; i < ABI_WATCH_COUNT_MAX; i++)
        assert_int_equal(notification_take(object(own[i])), 1ull << i);
    assert_int_equal(watch(late), 0);
    assert_int_equal(notification_take(object(late)), 1024); /* already dead: at once */
}

static void test_bits_of_one_notification_take_one_place(void **state)
{
    (void)state;
    uint64_t own = create(init);
    for (uint32_t i = 0; i < 3 * ABI_WATCH_COUNT_MAX; i++)
        assert_int_equal(watch(badged(own, 1ull << i)), 0);
    assert_int_equal(watch_count(), 1);
    process_die(target, ABI_DEATH_KILLED, 0);
    assert_int_equal(notification_take(object(own)), (1ull << 3 * ABI_WATCH_COUNT_MAX) - 1);
}

static void test_a_watch_is_taken_back(void **state)
{
    (void)state;
    uint64_t own = create(init), other = create(init);
    uint64_t one = badged(own, 1), both = badged(own, 3), foreign = badged(other, 3);
    assert_int_equal(unwatch(one), -ABI_E_STATE);
    assert_int_equal(watch(both), 0);
    assert_int_equal(unwatch(foreign), -ABI_E_STATE);
    assert_int_equal(unwatch(one), 0);
    assert_int_equal(unwatch(one), -ABI_E_STATE);
    assert_int_equal(watch_count(), 1);
    process_die(target, ABI_DEATH_KILLED, 0);
    assert_int_equal(notification_take(object(own)), 2);
    assert_int_equal(unwatch(both), -ABI_E_STATE); /* it was told */
}

static void test_a_watch_taken_back_makes_room(void **state)
{
    (void)state;
    uint64_t own = create(init), bit = badged(own, 1);
    uint32_t refs = object(own)->ref_count;
    for (uint32_t i = 0; i < 2 * ABI_WATCH_COUNT_MAX; i++) {
        assert_int_equal(watch(bit), 0);
        assert_int_equal(object(own)->ref_count, refs + 1);
        assert_int_equal(unwatch(bit), 0);
    }
    assert_int_equal(watch_count(), 0);
    assert_int_equal(object(own)->ref_count, refs);
}

static void test_unwatch_needs_what_watch_needs(void **state)
{
    (void)state;
    uint64_t own = create(init), bit = badged(own, 1);
    assert_int_equal(watch(bit), 0);
    assert_int_equal(unwatch(own), -ABI_E_ARGUMENT);
    uint64_t no_send = (uint64_t)machine_call(init, ABI_SYS_CAP_COPY, bit, 0, 0, 0, 0, 0, 0);
    assert_int_equal(unwatch(no_send), -ABI_E_RIGHTS);
    uint64_t no_manage =
        (uint64_t)machine_call(init, ABI_SYS_CAP_COPY, target_slot, ABI_RIGHT_READ, 0, 0, 0, 0, 0);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_UNWATCH, no_manage, bit, 0, 0, 0, 0, 0),
                     -ABI_E_RIGHTS);
    assert_int_equal(unwatch(bit), 0);
}

/* A supervisor that died leaves no watches behind, and no place in the table of processes. */
static void test_a_watch_ends_with_who_could_hear_it(void **state)
{
    (void)state;
    uint64_t slot;
    struct process *watcher = machine_spawn("watcher", &slot);
    cap_insert(watcher, 1, &init->cap[target_slot]);
    uint64_t own = create(watcher);
    uint64_t bit =
        (uint64_t)machine_call(watcher, ABI_SYS_CAP_COPY, own, ABI_RIGHT_SEND, 1, 0, 0, 0, 0);
    assert_int_equal(machine_call(watcher, ABI_SYS_PROCESS_WATCH, 1, bit, 0, 0, 0, 0, 0), 0);
    assert_int_equal(watch_count(), 1);
    process_die(watcher, ABI_DEATH_LOAD, 0);
    assert_int_equal(watch_count(), 0);
    drop(slot);
    assert_int_equal(watcher->state, PROCESS_FREE);
}

static void test_nobody_can_hear(void **state)
{
    (void)state;
    uint64_t own = create(init), bit = badged(own, 1);
    uint64_t listener =
        (uint64_t)machine_call(init, ABI_SYS_CAP_COPY, own, ABI_RIGHT_RECV, 0, 0, 0, 0, 0);
    assert_int_equal(watch(bit), 0);
    drop(own);
    assert_int_equal(watch_count(), 1); /* the copy still hears */
    drop(listener);
    assert_int_equal(watch_count(), 0);
    assert_int_equal(watch(bit), -ABI_E_STATE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, machine_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_each_notification_is_told_once),
        TEST(test_bits_of_one_notification_take_one_place),
        TEST(test_a_watch_is_taken_back),
        TEST(test_a_watch_taken_back_makes_room),
        TEST(test_unwatch_needs_what_watch_needs),
        TEST(test_a_watch_ends_with_who_could_hear_it),
        TEST(test_nobody_can_hear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
