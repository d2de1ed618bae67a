/* SPDX-License-Identifier: Apache-2.0 */
/* Capability tables: what is found, what a copy may keep, and that references come out even. */
#include "cap.h"

#include "abi/system.h"
#include "audit.h"
#include "endpoint.h"
#include "machine.h"
#include "memory.h"
#include "test.h"

static struct process *init;

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    return 0;
}

static void test_find(void **state)
{
    (void)state;
    struct cap *cap = NULL;
    const uint64_t console = ABI_INIT_SLOT_CONSOLE;
    assert_int_equal(cap_find(init, console, ABI_CAP_CONSOLE, ABI_RIGHT_WRITE, &cap), ABI_OK);
    assert_ptr_equal(cap, &init->cap[console]);
    assert_int_equal(cap_find(init, console, ABI_CAP_NONE, 0, &cap), ABI_OK);
    assert_int_equal(cap_find(init, console, ABI_CAP_MEMORY, 0, &cap), ABI_E_TYPE);
    assert_int_equal(cap_find(init, console, ABI_CAP_CONSOLE, ABI_RIGHT_SEND, &cap), ABI_E_RIGHTS);
    const uint64_t none[] = {
        0,         100, ABI_SLOT_COUNT - 1, ABI_SLOT_COUNT, UINT32_MAX, 0x100000000ull + console,
        UINT64_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(cap_find(init, none[i], ABI_CAP_NONE, 0, &cap), ABI_E_SLOT);
}

static void test_rights_only_shrink(void **state)
{
    (void)state;
    for (uint32_t rights = 0; rights <= ABI_RIGHTS_ALL; rights++) {
        for (uint32_t mask = 0; mask <= ABI_RIGHTS_ALL; mask++) {
            struct cap source = {.type = ABI_CAP_ENDPOINT, .rights = (uint8_t)rights};
            struct cap copy;
            assert_int_equal(cap_derive(&source, mask, 0, &copy), ABI_OK);
            assert_int_equal(copy.rights, rights & mask);
        }
    }
}

static void test_badge_is_set_once(void **state)
{
    (void)state;
    struct cap copy, again;
    struct cap source = {.type = ABI_CAP_ENDPOINT, .rights = ABI_RIGHTS_ALL};
    assert_int_equal(cap_derive(&source, ABI_RIGHTS_ALL, 7, &copy), ABI_OK);
    assert_int_equal(copy.badge, 7);
    assert_int_equal(copy.rights, ABI_RIGHTS_ALL & ~ABI_RIGHT_MINT);
    assert_int_equal(cap_derive(&copy, ABI_RIGHTS_ALL, 8, &again), ABI_E_RIGHTS);
    assert_int_equal(cap_derive(&copy, ABI_RIGHTS_ALL, 7, &again), ABI_E_RIGHTS);
    assert_int_equal(cap_derive(&copy, ABI_RIGHTS_ALL, 0, &again), ABI_OK);
    assert_int_equal(again.badge, 7); /* a badge does not come off */
    source.rights = ABI_RIGHTS_ALL & ~ABI_RIGHT_MINT;
    assert_int_equal(cap_derive(&source, ABI_RIGHTS_ALL, 7, &again), ABI_E_RIGHTS);
}

static void test_free_slots(void **state)
{
    (void)state;
    uint32_t slots[ABI_MESSAGE_CAPS_MAX];
    assert_true(cap_free_slots(init, 3, slots));
    assert_true(slots[0] < slots[1] && slots[1] < slots[2]);
    while (cap_free_slots(init, 1, slots))
        cap_insert(init, slots[0], &init->cap[ABI_INIT_SLOT_CONSOLE]);
    cap_remove(init, 50);
    cap_remove(init, 70);
    assert_false(cap_free_slots(init, 3, slots));
    assert_true(cap_free_slots(init, 2, slots));
    assert_int_equal(slots[0], 50);
    assert_int_equal(slots[1], 70);
}

static void test_last_reference_frees_the_object(void **state)
{
    (void)state;
    int64_t endpoint = machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    uint32_t idx = init->cap[endpoint].object;
    int64_t copy = machine_call(init, ABI_SYS_CAP_COPY, (uint64_t)endpoint, 0xff, 5, 0, 0, 0, 0);
    assert_int_equal(endpoints[idx].ref_count, 2);
    assert_int_equal(machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)endpoint, 0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(endpoints[idx].ref_count, 1);
    assert_int_equal(machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)copy, 0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(endpoints[idx].ref_count, 0);
    assert_int_equal(machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)copy, 0, 0, 0, 0, 0, 0),
                     -ABI_E_SLOT);
}

static void test_allowance_of_objects(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ABI_PROCESS_ENDPOINTS_MAX; i++)
        assert_true(machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0) > 0);
    assert_int_equal(machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0),
                     -ABI_E_NO_OBJECT);
    uint64_t slot;
    struct process *other = machine_spawn("other", &slot); /* has its own allowance */
    assert_true(machine_call(other, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0) > 0);
}

static void test_full_table_creates_nothing(void **state)
{
    (void)state;
    uint32_t slot;
    while (cap_free_slots(init, 1, &slot))
        cap_insert(init, slot, &init->cap[ABI_INIT_SLOT_CONSOLE]);
    uint32_t object_count = init->object_count, page_count = init->page_count;
    assert_int_equal(machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0),
                     -ABI_E_NO_SLOT);
    assert_int_equal(machine_call(init, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0),
                     -ABI_E_NO_SLOT);
    assert_int_equal(machine_call(init, ABI_SYS_MEMORY_CREATE, 0, 4096, 0, 0, 0, 0, 0),
                     -ABI_E_NO_SLOT);
    assert_int_equal(machine_call(init, ABI_SYS_CAP_COPY, 1, 0, 0, 0, 0, 0, 0), -ABI_E_NO_SLOT);
    assert_int_equal(init->object_count, object_count);
    assert_int_equal(init->page_count, page_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_find, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_rights_only_shrink, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_badge_is_set_once, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_free_slots, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_last_reference_frees_the_object, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_allowance_of_objects, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_full_table_creates_nothing, setup, machine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
