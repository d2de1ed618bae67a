/* SPDX-License-Identifier: Apache-2.0 */
/* Access to a process's memory: every kind of pointer that must not pass, and copies that cross
 * page borders. */
#include "space.h"

#include "abi/memory.h"
#include "audit.h"
#include "machine.h"
#include "memory.h"
#include "test.h"

#include <string.h>

#define PAGE   4096ull
#define DEVICE 0x20000000ull /* where a test maps a device */

static struct process *init, *other;

static int setup(void **state)
{
    (void)state;
    uint64_t slot;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    other = machine_spawn("other", &slot);
    return 0;
}

static int64_t map(uint64_t slot, uint64_t addr, uint64_t prot)
{
    return machine_call(init, ABI_SYS_MAP, slot, addr, prot, 0, 0, 0, 0);
}

/* An address range and whether it may be read and written. */
struct range {
    const char *what;
    uint64_t addr;
    uint64_t len;
    bool readable;
    bool writable;
};

static const struct range ranges[] = {
    {"data", MACHINE_SCRATCH, 1, true, true},
    {"all data", MACHINE_SCRATCH, 4 * PAGE, true, true},
    {"text", MACHINE_TEXT, PAGE, true, false},
    {"constants", MACHINE_RODATA, PAGE, true, false},
    {"text, constants and data", MACHINE_TEXT, 6 * PAGE, true, false},
    {"constants into data", MACHINE_SCRATCH - 1, 2, true, false},
    {"data and one byte more", MACHINE_SCRATCH, 4 * PAGE + 1, false, false},
    {"last byte and one more", MACHINE_SCRATCH + 4 * PAGE - 1, 2, false, false},
    {"behind data", MACHINE_SCRATCH + 4 * PAGE, 1, false, false},
    {"hole of length 0", 0x5000000, 0, true, true},
    {"hole", 0x5000000, 1, false, false},
    {"null", 0, 1, false, false},
    {"null and far", 0, UINT64_MAX, false, false},
    {"below user memory", ABI_USER_BASE - 1, 2, false, false},
    {"top of the stack", ABI_STACK_TOP - 1, 1, true, true},
    {"above the stack", ABI_STACK_TOP - 1, 2, false, false},
    {"guard page", ABI_STACK_TOP - 4 * PAGE - 1, 1, false, false},
    {"guard page into the stack", ABI_STACK_TOP - 4 * PAGE - 1, 2, false, false},
    {"end of user memory", ABI_USER_END, 1, false, false},
    {"across the end", ABI_USER_END - 1, 2, false, false},
    {"kernel text", 0xffffffc080200000ull, 8, false, false},
    {"non-canonical", 0x0000004000000000ull + MACHINE_SCRATCH, 8, false, false},
    {"non-canonical, high bit", 0x8000000000000000ull + MACHINE_SCRATCH, 8, false, false},
    {"wraps", UINT64_MAX, 2, false, false},
    {"wraps far", UINT64_MAX - 4095, 8192, false, false},
    {"length wraps", MACHINE_SCRATCH, UINT64_MAX, false, false},
    {"length wraps to start", MACHINE_SCRATCH, UINT64_MAX - MACHINE_SCRATCH + 1, false, false},
    {"device", DEVICE, 8, false, false},
    {"file page", 0x30000000, PAGE, true, false},
};

static void test_check(void **state)
{
    (void)state;
    assert_int_equal(map(ABI_INIT_SLOT_DEVICE, DEVICE, ABI_PROT_READ | ABI_PROT_WRITE), 0);
    assert_int_equal(map(MACHINE_SLOT_DATA, 0x30000000, ABI_PROT_READ), 0);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct range *range = &ranges[i];
        bool readable = space_check(init, range->addr, range->len, false);
        bool writable = space_check(init, range->addr, range->len, true);
        if (readable != range->readable || writable != range->writable)
            fail_msg("%s: %d %d", range->what, readable, writable);
    }
}

static void test_copies_refuse_what_check_refuses(void **state)
{
    (void)state;
    static uint8_t buffer[6 * PAGE];
    struct space_buffer in = {0}, out = {0};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct range *range = &ranges[i];
        if (range->len > sizeof buffer || range->addr == 0x30000000)
            continue;
        if (range->len <= ABI_MESSAGE_BYTES_MAX) {
            uint32_t len = (uint32_t)range->len;
            assert_int_equal(space_find_buffer(init, range->addr, len, false, &in),
                             range->readable);
            assert_int_equal(space_find_buffer(init, range->addr, len, true, &out),
                             range->writable);
        }
        assert_int_equal(space_copy_in(init, buffer, range->addr, range->len), range->readable);
        assert_int_equal(space_copy_out(init, range->addr, buffer, range->len), range->writable);
    }
}

/* What a search that failed found on its way is not what the one before found. */
static void test_a_failed_search_forgets(void **state)
{
    (void)state;
    const uint64_t last = MACHINE_SCRATCH + 4 * PAGE - 8; /* nothing is mapped behind it */
    struct space_buffer buffer = {0};
    assert_true(space_find_buffer(init, MACHINE_SCRATCH, 8, false, &buffer));
    const uint8_t *place = buffer.part[0];
    assert_false(space_find_buffer(init, last, 16, false, &buffer));
    assert_true(space_find_buffer(init, MACHINE_SCRATCH, 8, false, &buffer));
    assert_ptr_equal(buffer.part[0], place);
    assert_true(space_find_buffer(init, last, 8, false, &buffer));
    assert_false(space_find_buffer(init, last, 9, false, &buffer));
}

/* All combinations of offsets around the page borders of both sides. */
static void test_copies_across_borders(void **state)
{
    (void)state;
    static const uint64_t offsets[] = {0, 1, 7, 8, PAGE - 9, PAGE - 8, PAGE - 1, PAGE, PAGE + 1};
    static const uint64_t lens[] = {0, 1, 8, 9, 63, 64, 65, PAGE - 1, PAGE};
    static uint8_t pattern[4 * PAGE], seen[4 * PAGE], expected[4 * PAGE];
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (uint8_t)(i * 7 + i / 251);
    machine_write(init, MACHINE_SCRATCH, pattern, sizeof pattern);
    for (size_t a = 0; a < sizeof offsets / sizeof offsets[0]; a++) {
        for (size_t b = 0; b < sizeof offsets / sizeof offsets[0]; b++) {
            for (size_t n = 0; n < sizeof lens / sizeof lens[0]; n++) {
                memset(expected, 0xee, sizeof expected);
                machine_write(other, MACHINE_SCRATCH, expected, sizeof expected);
                memcpy(expected + offsets[b], pattern + offsets[a], lens[n]);
                struct space_buffer to = {0}, from = {0};
                assert_true(space_find_buffer(other, MACHINE_SCRATCH + offsets[b],
                                              (uint32_t)lens[n], true, &to));
                assert_true(space_find_buffer(init, MACHINE_SCRATCH + offsets[a], (uint32_t)lens[n],
                                              false, &from));
                space_copy(&to, &from, (uint32_t)lens[n]);
                machine_read(other, MACHINE_SCRATCH, seen, sizeof seen);
                assert_memory_equal(seen, expected, sizeof expected);
            }
        }
    }
}

static void test_map_refuses(void **state)
{
    (void)state;
    const uint64_t rw = ABI_PROT_READ | ABI_PROT_WRITE;
    const uint64_t stack_low = ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * PAGE;
    int64_t memory = machine_call(init, ABI_SYS_MEMORY_CREATE, 0, 2 * PAGE, 0, 0, 0, 0, 0);
    assert_true(memory > 0);
    const struct {
        uint64_t addr, prot, status;
    } wrong[] = {
        {0x10000001, rw, ABI_E_ARGUMENT},
        {0, rw, ABI_E_ARGUMENT},
        {ABI_USER_BASE - PAGE, rw, ABI_E_ARGUMENT},
        {ABI_USER_END - PAGE, rw, ABI_E_ARGUMENT},
        {ABI_USER_END, rw, ABI_E_ARGUMENT},
        {0xffffffc080200000ull, rw, ABI_E_ARGUMENT},
        {UINT64_MAX - 4095, rw, ABI_E_ARGUMENT},
        {stack_low - PAGE, rw, ABI_E_ARGUMENT},
        {stack_low, rw, ABI_E_ARGUMENT},
        {ABI_STACK_TOP, rw, ABI_E_ARGUMENT},
        {MACHINE_SCRATCH, rw, ABI_E_OVERLAP},
        {MACHINE_TEXT, rw, ABI_E_OVERLAP},
        {MACHINE_SCRATCH + 3 * PAGE, rw, ABI_E_OVERLAP},
        {0x10000000, 0, ABI_E_ARGUMENT},
        {0x10000000, ABI_PROT_WRITE, ABI_E_ARGUMENT},
        {0x10000000, 4, ABI_E_ARGUMENT},
        {0x10000000, 5, ABI_E_ARGUMENT},
        {0x10000000, 7, ABI_E_ARGUMENT},
        {0x10000000, 0x100000000ull | ABI_PROT_READ, ABI_E_ARGUMENT},
    };
    uint32_t page_count = init->page_count;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(map((uint64_t)memory, wrong[i].addr, wrong[i].prot),
                         -(int64_t)wrong[i].status);
    assert_int_equal(init->page_count, page_count);
    assert_int_equal(map((uint64_t)memory, stack_low - 2 * PAGE, rw), 0);
    assert_int_equal(map((uint64_t)memory, ABI_USER_END - 2 * PAGE, rw), 0);
}

static void test_map_needs_rights(void **state)
{
    (void)state;
    const uint64_t rw = ABI_PROT_READ | ABI_PROT_WRITE;
    assert_int_equal(map(MACHINE_SLOT_DATA, 0x10000000, rw), -ABI_E_RIGHTS); /* file: read only */
    assert_int_equal(map(ABI_INIT_SLOT_CONSOLE, 0x10000000, ABI_PROT_READ), -ABI_E_TYPE);
    assert_int_equal(map(0, 0x10000000, ABI_PROT_READ), -ABI_E_SLOT);
    int64_t weak =
        machine_call(init, ABI_SYS_CAP_COPY, MACHINE_SLOT_DATA, ABI_RIGHT_GRANT, 0, 0, 0, 0, 0);
    assert_int_equal(map((uint64_t)weak, 0x10000000, ABI_PROT_READ), -ABI_E_RIGHTS);
    /* No physical address without the DMA right, not even of own memory. */
    int64_t memory = machine_call(init, ABI_SYS_MEMORY_CREATE, 0, PAGE, 0, 0, 0, 0, 0);
    assert_int_equal(machine_call(init, ABI_SYS_MEMORY_PHYS, (uint64_t)memory, 0, 0, 0, 0, 0, 0),
                     -ABI_E_RIGHTS);
    memory = machine_call(init, ABI_SYS_MEMORY_CREATE, ABI_INIT_SLOT_SYSTEM, PAGE, 0, 0, 0, 0, 0);
    assert_int_equal(machine_call(init, ABI_SYS_MEMORY_PHYS, (uint64_t)memory, 0, 0, 0, 0, 0, 0),
                     0);
    assert_int_equal(init->frame.x[ARCH_REG_A0 + 1], memories[init->cap[memory].object].phys);
}

static void test_unmap_ends_access(void **state)
{
    (void)state;
    const uint64_t addr = 0x10000000;
    assert_int_equal(map(MACHINE_SLOT_DATA, addr, ABI_PROT_READ), 0);
    assert_true(space_check(init, addr, MACHINE_DATA_LEN, false));
    assert_int_equal(machine_call(init, ABI_SYS_UNMAP, addr + PAGE, 0, 0, 0, 0, 0, 0),
                     -ABI_E_ARGUMENT);
    assert_int_equal(machine_call(init, ABI_SYS_UNMAP, 0, 0, 0, 0, 0, 0, 0), -ABI_E_ARGUMENT);
    assert_int_equal(machine_call(init, ABI_SYS_UNMAP, addr, 0, 0, 0, 0, 0, 0), 0);
    assert_false(space_check(init, addr, 1, false));
    assert_int_equal(machine_call(init, ABI_SYS_UNMAP, addr, 0, 0, 0, 0, 0, 0), -ABI_E_ARGUMENT);
}

static void test_mapping_keeps_the_memory(void **state)
{
    (void)state;
    const uint64_t addr = 0x10000000;
    uint32_t page_count = init->page_count;
    int64_t memory = machine_call(init, ABI_SYS_MEMORY_CREATE, 0, 3 * PAGE, 0, 0, 0, 0, 0);
    assert_int_equal(map((uint64_t)memory, addr, ABI_PROT_READ | ABI_PROT_WRITE), 0);
    machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)memory, 0, 0, 0, 0, 0, 0);
    machine_write(init, addr, "still here", 10);
    assert_int_equal(machine_call(init, ABI_SYS_UNMAP, addr, 0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(init->page_count, page_count + 1); /* one table stays for the next mapping */
}

static void test_mapping_count_is_bounded(void **state)
{
    (void)state;
    uint32_t mapped = 0;
    while (map(MACHINE_SLOT_DATA, 0x10000000 + mapped * 2 * PAGE, ABI_PROT_READ) == 0)
        mapped++;
    assert_int_equal(mapped + 4, ABI_MAPPING_COUNT_MAX); /* three segments and the stack */
    assert_int_equal(map(MACHINE_SLOT_DATA, 0x20000000, ABI_PROT_READ), -ABI_E_NO_OBJECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_check, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_copies_refuse_what_check_refuses, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_a_failed_search_forgets, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_copies_across_borders, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_map_refuses, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_map_needs_rights, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_unmap_ends_access, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_mapping_keeps_the_memory, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_mapping_count_is_bounded, setup, machine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
