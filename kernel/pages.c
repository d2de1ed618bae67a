/* SPDX-License-Identifier: Apache-2.0 */
/* Two bits a page: in use, and known to be clear. What is freed is cleared in the background. */
#include "pages.h"

#include "arch.h"
#include "bytes.h"
#include "log.h"
#include "plat.h"
#include "upkeep.h"

#define WORD_BITS  64
#define WORD_COUNT (PLAT_RAM_BYTES / PAGE_BYTES / WORD_BITS)

static uint64_t used_bits[WORD_COUNT];  /* bit set: in use, or not ours */
static uint64_t clear_bits[WORD_COUNT]; /* bit set: free, or just given out, and all zero */
static uint64_t base_phys;
static uint32_t total_count;
static uint32_t free_count;
static uint32_t lowest_free; /* no page below this index is free */
/* All pages that were freed and are not clear again lie in [scrub_first, scrub_end). */
static uint32_t scrub_first;
static uint32_t scrub_end;

static bool is_set(const uint64_t *bits, uint32_t page)
{
    return (bits[page / WORD_BITS] >> (page % WORD_BITS)) & 1;
}

static void set_bit(uint64_t *bits, uint32_t page, bool value)
{
    uint64_t bit = 1ull << (page % WORD_BITS);
    if (value)
        bits[page / WORD_BITS] |= bit;
    else
        bits[page / WORD_BITS] &= ~bit;
}

static bool is_used(uint32_t page)
{
    return is_set(used_bits, page);
}

static void clear_page(uint32_t page)
{
    if (is_set(clear_bits, page))
        return;
    memset(arch_direct(base_phys + page * PAGE_BYTES), 0, PAGE_BYTES);
    set_bit(clear_bits, page, true);
}

void pages_init(uint64_t phys, uint32_t count)
{
    KASSERT(phys % PAGE_BYTES == 0 && count > 0 && count <= WORD_COUNT * WORD_BITS);
    base_phys = phys;
    total_count = count;
    free_count = count;
    lowest_free = 0;
    scrub_first = 0;
    scrub_end = 0;
    memset(used_bits, 0, sizeof used_bits);
    memset(clear_bits, 0, sizeof clear_bits);
}

/* First page of the lowest free run of count pages; total_count when there is none. */
static uint32_t find_run(uint32_t count)
{
    uint32_t run = 0;
    for (uint32_t page = lowest_free; page < total_count; page++) {
        if (run == 0 && used_bits[page / WORD_BITS] == UINT64_MAX) {
            page |= WORD_BITS - 1; /* skip the whole word */
            continue;
        }
        run = is_used(page) ? 0 : run + 1;
        if (run == count)
            return page + 1 - count;
    }
    return total_count;
}

uint64_t pages_alloc(uint32_t count)
{
    if (count == 0 || count > free_count)
        return 0;
    uint32_t first = find_run(count);
    if (first == total_count)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        set_bit(used_bits, first + i, true);
    free_count -= count;
    if (first == lowest_free)
        lowest_free = first + count;
    return base_phys + first * PAGE_BYTES;
}

void pages_clear(uint64_t phys, uint32_t count)
{
    uint32_t first = (uint32_t)((phys - base_phys) / PAGE_BYTES);
    for (uint32_t i = 0; i < count; i++)
        clear_page(first + i);
}

void pages_free(uint64_t phys, uint32_t count)
{
    KASSERT(phys >= base_phys && phys % PAGE_BYTES == 0);
    uint64_t first = (phys - base_phys) / PAGE_BYTES;
    KASSERT(count <= total_count && first <= total_count - count);
    for (uint32_t i = 0; i < count; i++) {
        KASSERT(is_used((uint32_t)first + i));
        set_bit(used_bits, (uint32_t)first + i, false);
        set_bit(clear_bits, (uint32_t)first + i, false);
    }
    free_count += count;
    if (first < lowest_free)
        lowest_free = (uint32_t)first;
    if (!pages_scrub_needed() || first < scrub_first)
        scrub_first = (uint32_t)first;
    if (first + count > scrub_end)
        scrub_end = (uint32_t)first + count;
    upkeep_needed = true;
}

bool pages_scrub_needed(void)
{
    return scrub_first < scrub_end;
}

void pages_scrub(void)
{
    for (uint32_t i = 0; i < PAGES_PIECE && pages_scrub_needed(); i++, scrub_first++)
        if (!is_used(scrub_first))
            clear_page(scrub_first);
    if (!pages_scrub_needed())
        scrub_end = 0;
}

uint32_t pages_total(void)
{
    return total_count;
}

uint32_t pages_free_count(void)
{
    return free_count;
}

bool pages_audit(void)
{
    uint32_t counted = 0;
    for (uint32_t page = 0; page < total_count; page++) {
        counted += !is_used(page);
        if (page < lowest_free && !is_used(page))
            return false;
    }
    return counted == free_count;
}
