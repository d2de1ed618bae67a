/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that are done in pieces: the result is that of one stroke, whatever happens between
 * two pieces, and whoever ends there leaves nothing behind. */
#include "account.h"
#include "audit.h"
#include "cap.h"
#include "image.h"
#include "machine.h"
#include "memory.h"
#include "pages.h"
#include "test.h"

#include <string.h>

#define BIG_BYTES   (1024u * 1024)
#define BIG_PAGES   (BIG_BYTES / 4096)
#define FILE_OFFSET 8193u /* of the large segment: on no word */

static struct process *init;
static struct process *maker;
static uint64_t maker_slot;
static uint32_t pause_count, kill_at;

static void count_pause(void)
{
    assert_int_equal(audit_walk(), AUDIT_OK);
    if (++pause_count == kill_at)
        process_die(maker, ABI_DEATH_KILLED, 0);
}

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    maker = machine_spawn("maker", &maker_slot);
    pause_count = 0;
    kill_at = 0;
    machine_pause = count_pause;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    machine_pause = NULL;
    return audit_walk() == AUDIT_OK ? 0 : 1;
}

static bool is_clear(uint64_t phys, uint64_t len)
{
    const uint8_t *bytes = arch_direct(phys);
    for (uint64_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Fills free memory, so that what is not cleared shows. */
static void soil(uint32_t page_count)
{
    uint64_t phys = pages_alloc(page_count);
    memset(arch_direct(phys), 0xa5, page_count * PAGE_BYTES);
    pages_free(phys, page_count);
}

static void test_memory_in_pieces(void **state)
{
    (void)state;
    soil(BIG_PAGES + 10);
    int64_t slot = machine_call(init, ABI_SYS_MEMORY_CREATE, 0, BIG_BYTES, 0, 0, 0, 0, 0);
    assert_true(slot > 0);
    assert_int_equal(pause_count, BIG_PAGES / PAGES_PIECE - 1);
    assert_true(is_clear(memories[init->cap[slot].object].phys, BIG_BYTES));
    assert_int_equal(memories[init->cap[slot].object].ref_count, 1);
}

static void test_memory_given_up(void **state)
{
    (void)state;
    uint32_t unreserved = account_unreserved();
    kill_at = 1;
    machine_call(maker, ABI_SYS_MEMORY_CREATE, 0, 40 * PAGE_BYTES, 0, 0, 0, 0, 0);
    assert_int_equal(pause_count, 1);
    assert_int_equal(maker->state, PROCESS_DEAD);
    assert_int_equal(maker->work.kind, WORK_NONE);
    assert_int_equal(maker->page_count, 0);
    assert_int_equal(account_unreserved(), unreserved + 64);
}

/* A program whose data segment is large and lies on no word of the file; init's memory. */
static uint32_t make_big_image(void)
{
    struct image image;
    int64_t slot = machine_call(init, ABI_SYS_MEMORY_CREATE, 0, BIG_BYTES + 12288, 0, 0, 0, 0, 0);
    assert_true(slot > 0);
    uint8_t *file = arch_direct(memories[init->cap[slot].object].phys);
    image_init(&image);
    image.segment[2].offset = FILE_OFFSET;
    image.segment[2].file_len = BIG_BYTES - 5;
    image.segment[2].mem_len = BIG_BYTES + 4096;
    for (uint32_t i = 0; i < BIG_BYTES + 12288; i++)
        file[i] = (uint8_t)(i * 7 + i / 256);
    memcpy(file, &image, FILE_OFFSET - 1);
    return (uint32_t)slot;
}

static int64_t create_big(struct process *creator, uint32_t image_slot)
{
    const struct abi_process_config config = {
        .name = "big", .image_slot = image_slot, .stack_pages = 64, .page_quota = 500};
    machine_write(creator, MACHINE_SCRATCH, &config, sizeof config);
    pause_count = 0;
    return machine_call(creator, ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM, MACHINE_SCRATCH, 0,
                        0, 0, 0, 0);
}

static void test_process_in_pieces(void **state)
{
    (void)state;
    uint32_t image_slot = make_big_image();
    const uint8_t *file = arch_direct(memories[init->cap[image_slot].object].phys);
    soil(500);
    int64_t slot = create_big(init, image_slot);
    assert_true(slot > 0);
    assert_true(pause_count >= (BIG_PAGES + 64) / PAGES_PIECE);
    struct process *big = &processes[init->cap[slot].object];
    assert_int_equal(big->cap_count, 1);
    const uint8_t *data = arch_direct(memories[big->mapping[2].memory_idx].phys);
    assert_memory_equal(data, file + FILE_OFFSET, BIG_BYTES - 5);
    assert_true(is_clear(memories[big->mapping[2].memory_idx].phys + BIG_BYTES - 5, 4096 + 5));
    assert_true(is_clear(memories[big->mapping[3].memory_idx].phys, 64 * PAGE_BYTES));
}

static void test_process_given_up(void **state)
{
    (void)state;
    uint32_t image_slot = make_big_image();
    cap_insert(maker, ABI_INIT_SLOT_SYSTEM, &init->cap[ABI_INIT_SLOT_SYSTEM]);
    cap_insert(maker, 9, &init->cap[image_slot]);
    uint32_t unreserved = account_unreserved(), free_count = pages_free_count();
    kill_at = 3;
    create_big(maker, 9);
    process_reap();
    assert_int_equal(maker->state, PROCESS_DEAD);
    for (uint32_t i = 2; i < ABI_PROCESS_COUNT_MAX; i++)
        assert_int_equal(processes[i].state, PROCESS_FREE);
    assert_int_equal(account_unreserved(), unreserved + 64);
    assert_true(pages_free_count() > free_count);
}

static void test_audit_in_pieces(void **state)
{
    (void)state;
    assert_int_equal(
        machine_call(init, ABI_SYS_SYSTEM_AUDIT, ABI_INIT_SLOT_SYSTEM, 0, 0, 0, 0, 0, 0), 0);
    uint32_t step_count = AUDIT_TABLE_STEPS;
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        for (uint32_t k = 0; k < ABI_MAPPING_COUNT_MAX; k++)
            step_count += processes[i].mapping[k].addr != 0;
        step_count += processes[i].state != PROCESS_FREE;
    }
    assert_in_range(pause_count, step_count - 1, step_count);
    maker->mapping[0].page_count--; /* a page that belongs to no mapping: a later piece finds it */
    machine_pause = NULL;
    assert_int_equal(
        machine_call(init, ABI_SYS_SYSTEM_AUDIT, ABI_INIT_SLOT_SYSTEM, 0, 0, 0, 0, 0, 0),
        AUDIT_MAPPINGS);
    maker->mapping[0].page_count++;
    assert_int_equal(init->work.kind, WORK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_in_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_process_in_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_process_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_audit_in_pieces, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
