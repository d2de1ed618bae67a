/* Sv39 page tables: three levels of 512 entries, 4 KiB pages. Plain memory work, also on the host.
 */
#ifndef SV39_H
#define SV39_H

#include <stdbool.h>
#include <stdint.h>

#define SV39_ENTRIES 512

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
uint64_t sv39_entry_phys(uint64_t entry);

/* The leaf entry that maps addr (below the user end), 0 when there is none. */
uint64_t sv39_lookup(uint64_t root_phys, uint64_t addr);

/* Sets one leaf, making tables on the way. False when a table could not be had; tables made until
 * then stay linked and are found by sv39_free(). */
bool sv39_map(uint64_t root_phys, uint64_t addr, uint64_t phys, uint64_t flags, sv39_alloc_fn alloc,
              void *context);

/* Clears one leaf that sv39_map() set. */
void sv39_unmap(uint64_t root_phys, uint64_t addr);

/* Gives every table of the user half back, the root included. Leaves are not followed. */
void sv39_free(uint64_t root_phys, sv39_free_fn free_table, void *context);

/* Calls visit for every leaf of the user half and returns the number of tables, root included. */
typedef void (*sv39_visit_fn)(void *context, uint64_t addr, uint64_t entry);
uint32_t sv39_walk(uint64_t root_phys, sv39_visit_fn visit, void *context);

#endif
