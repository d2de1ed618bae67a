/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator: runs, exactness, exhaustion, and what it refuses. */
#include "pages.h"

#include "kernel.h"
#include "machine.h"
#include "plat.h"
#include "test.h"
#include "upkeep.h"

#include <string.h>

#define BASE  PLAT_RAM_BASE
#define COUNT 200u

static int setup(void **state)
{
    (void)state;
    pages_init(BASE, COUNT);
    return 0;
}

static void test_gives_every_page_once(void **state)
{
    (void)state;
    bool seen[COUNT] = {false};
    for (uint32_t i = 0; i < COUNT; i++) {
        uint64_t phys = pages_alloc(1);
        assert_true(phys >= BASE && phys % PAGE_BYTES == 0);
        uint64_t page = (phys - BASE) / PAGE_BYTES;
        assert_true(page < COUNT);
        assert_false(seen[page]);
        seen[page] = true;
        assert_int_equal(pages_free_count(), COUNT - i - 1);
        assert_true(pages_audit());
    }
    assert_int_equal(pages_alloc(1), 0);
    assert_int_equal(pages_free_count(), 0);
}

static void test_runs_are_contiguous_and_lowest(void **state)
{
    (void)state;
    uint64_t a = pages_alloc(10);
    uint64_t b = pages_alloc(70); /* across a word of bits */
    uint64_t c = pages_alloc(10);
    assert_int_equal(a, BASE);
    assert_int_equal(b, BASE + 10 * PAGE_BYTES);
    assert_int_equal(c, BASE + 80 * PAGE_BYTES);
    pages_free(b, 70);
    assert_int_equal(pages_alloc(71), BASE + 90 * PAGE_BYTES); /* the hole is one too short */
    assert_int_equal(pages_alloc(70), b);
    assert_true(pages_audit());
}

static void test_refuses_more_than_there_is(void **state)
{
    (void)state;
    assert_int_equal(pages_alloc(0), 0);
    assert_int_equal(pages_alloc(COUNT + 1), 0);
    assert_int_equal(pages_alloc(UINT32_MAX), 0);
    assert_int_equal(pages_alloc(COUNT), BASE);
    pages_free(BASE, COUNT);
    /* Free pages enough, but no run of them. */
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(pages_alloc(1), BASE + i * PAGE_BYTES);
    for (uint32_t i = 0; i < COUNT; i += 2)
        pages_free(BASE + i * PAGE_BYTES, 1);
    assert_int_equal(pages_free_count(), COUNT / 2);
    assert_int_equal(pages_alloc(2), 0);
    assert_int_equal(pages_free_count(), COUNT / 2);
    assert_true(pages_audit());
}

static void test_pages_come_cleared(void **state)
{
    (void)state;
    uint64_t phys = pages_alloc(2);
    memset(arch_direct(phys), 0xa5, 2 * PAGE_BYTES);
    pages_free(phys, 2);
    assert_int_equal(pages_alloc(2), phys);
    pages_clear(phys, 2);
    const uint8_t *bytes = arch_direct(phys);
    for (uint32_t i = 0; i < 2 * PAGE_BYTES; i++)
        assert_int_equal(bytes[i], 0);
}

static bool is_clear(uint64_t phys, uint32_t count)
{
    const uint8_t *bytes = arch_direct(phys);
    for (uint64_t i = 0; i < count * PAGE_BYTES; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* What a process leaves is gone by and by, whether or not anybody gets the pages; pages in use are
 * left alone, and no call does more than its piece. */
static void test_freed_pages_are_scrubbed(void **state)
{
    (void)state;
    uint64_t phys = pages_alloc(100), kept = pages_alloc(10), last = pages_alloc(20);
    memset(arch_direct(phys), 0xa5, 130 * PAGE_BYTES);
    pages_free(phys, 100);
    pages_free(last, 20);
    assert_true(upkeep_needed);
    uint32_t calls = 0;
    while (pages_scrub_needed()) {
        pages_scrub();
        calls++;
        assert_true(is_clear(phys, calls * PAGES_PIECE < 100 ? calls * PAGES_PIECE : 100));
        assert_true(calls * PAGES_PIECE >= 100 || !is_clear(phys, 100));
    }
    assert_int_equal(calls, (130 + PAGES_PIECE - 1) / PAGES_PIECE);
    assert_true(is_clear(last, 20));
    assert_false(is_clear(kept, 1));
    assert_int_equal(pages_alloc(100), phys);
    pages_free(phys, 100);
    assert_true(pages_scrub_needed());
    assert_true(pages_audit());
}

static void test_wrong_frees_panic(void **state)
{
    (void)state;
    uint64_t phys = pages_alloc(4);
    assert_true(MACHINE_PANICS(pages_free(phys + 1, 1)));
    assert_true(MACHINE_PANICS(pages_free(BASE - PAGE_BYTES, 1)));
    assert_true(MACHINE_PANICS(pages_free(BASE + COUNT * PAGE_BYTES, 1)));
    assert_true(MACHINE_PANICS(pages_free(BASE + (COUNT - 1) * PAGE_BYTES, 2)));
    assert_false(MACHINE_PANICS(pages_free(phys, 4)));
    assert_true(MACHINE_PANICS(pages_free(phys, 1))); /* twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gives_every_page_once, setup),
        cmocka_unit_test_setup(test_runs_are_contiguous_and_lowest, setup),
        cmocka_unit_test_setup(test_refuses_more_than_there_is, setup),
        cmocka_unit_test_setup(test_pages_come_cleared, setup),
        cmocka_unit_test_setup(test_freed_pages_are_scrubbed, setup),
        cmocka_unit_test_setup(test_wrong_frees_panic, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
