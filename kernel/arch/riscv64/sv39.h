/* SPDX-License-Identifier: Apache-2.0 */
/* Sv39 page tables: three levels of 512 entries, 4 KiB pages. Plain memory work, also on the host.
 */
#ifndef SV39_H
#define SV39_H

#include "arch.h"

#include <stdbool.h>
#include <stdint.h>

#define SV39_ENTRIES    512
#define SV39_PAGE_SHIFT 12
#define SV39_FLAGS_BITS 10

#define PTE_VALID    0x001ull
#define PTE_READ     0x002ull
#define PTE_WRITE    0x004ull
#define PTE_EXEC     0x008ull
#define PTE_USER     0x010ull
#define PTE_GLOBAL   0x020ull
#define PTE_ACCESSED 0x040ull
#define PTE_DIRTY    0x080ull
#define PTE_DEVICE   0x100ull /* software bit: not memory, never a message buffer */

/* Gets a cleared page for a table; returns 0 when there is none. */
typedef uint64_t (*sv39_alloc_fn)(void *context);
typedef void (*sv39_free_fn)(void *context, uint64_t table_phys);

/* Entry for a leaf or a table at phys. */
uint64_t sv39_entry(uint64_t phys, uint64_t flags);
static inline uint64_t sv39_entry_phys(uint64_t entry)
{
    return entry >> SV39_FLAGS_BITS << SV39_PAGE_SHIFT;
}

/* The leaf entry that maps addr (below the user end), 0 when there is none. Inline and unrolled,
 * because every message buffer goes through here. */
static inline uint64_t sv39_lookup(uint64_t root_phys, uint64_t addr)
{
    const uint64_t *table = arch_direct(root_phys);
    uint64_t entry = table[(addr >> 30) % SV39_ENTRIES];
    if (!(entry & PTE_VALID))
        return 0;
    table = arch_direct(sv39_entry_phys(entry));
    entry = table[(addr >> 21) % SV39_ENTRIES];
    if (!(entry & PTE_VALID))
        return 0;
    table = arch_direct(sv39_entry_phys(entry));
    return table[(addr >> SV39_PAGE_SHIFT) % SV39_ENTRIES];
}

/* Sets leaves of up to page_count pages, as many as are in one table, making tables on the way.
 * Returns how many; 0 when a table could not be had: tables made until then stay linked and are
 * found by sv39_free(). */
uint32_t sv39_map(uint64_t root_phys, uint64_t addr, uint64_t phys, uint32_t page_count,
                  uint64_t flags, sv39_alloc_fn alloc, void *context);

/* Clears one leaf that sv39_map() set. */
void sv39_unmap(uint64_t root_phys, uint64_t addr);

/* Gives every table of the user half back, the root included. Leaves are not followed. */
void sv39_free(uint64_t root_phys, sv39_free_fn free_table, void *context);

/* Calls visit for every leaf of the user half and returns the number of tables, root included. */
typedef void (*sv39_visit_fn)(void *context, uint64_t addr, uint64_t entry);
uint32_t sv39_walk(uint64_t root_phys, sv39_visit_fn visit, void *context);

#endif
