/* SPDX-License-Identifier: Apache-2.0 */
#include "pages.h"

#include "arch.h"
#include "bytes.h"
#include "log.h"
#include "plat.h"

#define WORD_BITS  64
#define WORD_COUNT (PLAT_RAM_BYTES / PAGE_BYTES / WORD_BITS)

static uint64_t used_bits[WORD_COUNT]; /* bit set: in use, or not ours */
static uint64_t base_phys;
static uint32_t total_count;
static uint32_t free_count;
static uint32_t lowest_free; /* no page below this index is free */

static bool is_used(uint32_t page)
{
    return (used_bits[page / WORD_BITS] >> (page % WORD_BITS)) & 1;
}

static void set_used(uint32_t page, bool used)
{
    uint64_t bit = 1ull << (page % WORD_BITS);
    if (used)
        used_bits[page / WORD_BITS] |= bit;
    else
        used_bits[page / WORD_BITS] &= ~bit;
}

void pages_init(uint64_t phys, uint32_t count)
{
    KASSERT(phys % PAGE_BYTES == 0 && count > 0 && count <= WORD_COUNT * WORD_BITS);
    base_phys = phys;
    total_count = count;
    free_count = count;
    lowest_free = 0;
    memset(used_bits, 0, sizeof(used_bits));
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
        set_used(first + i, true);
    free_count -= count;
    if (first == lowest_free)
        lowest_free = first + count;
    uint64_t phys = base_phys + first * PAGE_BYTES;
    memset(arch_direct(phys), 0, count * PAGE_BYTES);
    return phys;
}

void pages_free(uint64_t phys, uint32_t count)
{
    KASSERT(phys >= base_phys && phys % PAGE_BYTES == 0);
    uint64_t first = (phys - base_phys) / PAGE_BYTES;
    KASSERT(count <= total_count && first <= total_count - count);
    for (uint32_t i = 0; i < count; i++) {
        KASSERT(is_used((uint32_t)first + i));
        set_used((uint32_t)first + i, false);
    }
    free_count += count;
    if (first < lowest_free)
        lowest_free = (uint32_t)first;
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
