/* SPDX-License-Identifier: Apache-2.0 */
/* Walks, fills and empties the three levels of a page table. */
#include "sv39.h"

#include "arch.h"
#include "pages.h"

#define LEVEL_TOP  2
#define INDEX_BITS 9
/* Entries of the root that belong to user addresses: the lower half. */
#define USER_ROOT_ENTRIES 256

uint64_t sv39_entry(uint64_t phys, uint64_t flags)
{
    return (phys >> SV39_PAGE_SHIFT << SV39_FLAGS_BITS) | flags;
}

static uint64_t *entry_at(uint64_t table_phys, uint64_t addr, int level)
{
    uint64_t *table = arch_direct(table_phys);
    return &table[(addr >> (SV39_PAGE_SHIFT + level * INDEX_BITS)) % SV39_ENTRIES];
}

/* The table of the leaf, made if need be; 0 when it could not be had. */
static uint64_t leaf_table(uint64_t root_phys, uint64_t addr, sv39_alloc_fn alloc, void *context)
{
    uint64_t table_phys = root_phys;
    for (int level = LEVEL_TOP; level > 0; level--) {
        uint64_t *entry = entry_at(table_phys, addr, level);
        if (!(*entry & PTE_VALID)) {
            uint64_t new_phys = alloc(context);
            if (new_phys == 0)
                return 0;
            *entry = sv39_entry(new_phys, PTE_VALID);
        }
        table_phys = sv39_entry_phys(*entry);
    }
    return table_phys;
}

uint32_t sv39_map(uint64_t root_phys, uint64_t addr, uint64_t phys, uint32_t page_count,
                  uint64_t flags, sv39_alloc_fn alloc, void *context)
{
    uint64_t table_phys = leaf_table(root_phys, addr, alloc, context);
    if (table_phys == 0)
        return 0;
    uint64_t *leaf = entry_at(table_phys, addr, 0);
    uint64_t *table_end = (uint64_t *)arch_direct(table_phys) + SV39_ENTRIES;
    uint32_t count = 0;
    for (; count < page_count && leaf < table_end; count++, phys += PAGE_BYTES)
        *leaf++ = sv39_entry(phys, flags | PTE_VALID | PTE_USER | PTE_ACCESSED | PTE_DIRTY);
    return count;
}

void sv39_unmap(uint64_t root_phys, uint64_t addr)
{
    uint64_t table_phys = root_phys;
    for (int level = LEVEL_TOP; level > 0; level--) {
        uint64_t entry = *entry_at(table_phys, addr, level);
        if (!(entry & PTE_VALID))
            return;
        table_phys = sv39_entry_phys(entry);
    }
    *entry_at(table_phys, addr, 0) = 0;
}

void sv39_free(uint64_t root_phys, sv39_free_fn free_table, void *context)
{
    const uint64_t *root = arch_direct(root_phys);
    for (uint32_t i = 0; i < USER_ROOT_ENTRIES; i++) {
        if (!(root[i] & PTE_VALID))
            continue;
        const uint64_t *middle = arch_direct(sv39_entry_phys(root[i]));
        for (uint32_t j = 0; j < SV39_ENTRIES; j++)
            if (middle[j] & PTE_VALID)
                free_table(context, sv39_entry_phys(middle[j]));
        free_table(context, sv39_entry_phys(root[i]));
    }
    free_table(context, root_phys);
}

static void walk_leaves(uint64_t table_phys, uint64_t base, sv39_visit_fn visit, void *context)
{
    const uint64_t *table = arch_direct(table_phys);
    for (uint64_t k = 0; k < SV39_ENTRIES; k++)
        if (table[k] & PTE_VALID)
            visit(context, base + (k << SV39_PAGE_SHIFT), table[k]);
}

uint32_t sv39_walk(uint64_t root_phys, sv39_visit_fn visit, void *context)
{
    uint32_t table_count = 1;
    const uint64_t *root = arch_direct(root_phys);
    for (uint64_t i = 0; i < USER_ROOT_ENTRIES; i++) {
        if (!(root[i] & PTE_VALID))
            continue;
        table_count++;
        const uint64_t *middle = arch_direct(sv39_entry_phys(root[i]));
        for (uint64_t j = 0; j < SV39_ENTRIES; j++) {
            if (!(middle[j] & PTE_VALID))
                continue;
            table_count++;
            walk_leaves(sv39_entry_phys(middle[j]), (i << 30) + (j << 21), visit, context);
        }
    }
    return table_count;
}
