/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator: one bit per page of RAM behind the kernel image. Runs are contiguous, so that
 * a memory object is one base address and a length, also for a device. */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES 4096ull

/* Pages that are cleared or copied in one stretch with interrupts off: 64 KiB. */
#define PAGES_PIECE 16u

/* Hands the pages of [phys, phys + count * PAGE_BYTES) to the allocator. */
void pages_init(uint64_t phys, uint32_t count);

/* A run of count pages, lowest address first; 0 when there is none. It may hold what its former
 * owner left: pages_clear() before anybody sees it. */
uint64_t pages_alloc(uint32_t count);

/* Clears count pages of a new run, those that are not clear already. */
void pages_clear(uint64_t phys, uint32_t count);

/* Returns a run that pages_alloc() gave. Its pages are cleared by and by, by pages_scrub(). */
void pages_free(uint64_t phys, uint32_t count);

/* Clears freed pages, or passes over others, PAGES_PIECE in one call; nothing when all are clear.
 */
void pages_scrub(void);
bool pages_scrub_needed(void);

uint32_t pages_total(void);
uint32_t pages_free_count(void);

/* Whether the counter agrees with the bits. */
bool pages_audit(void);

static inline uint64_t pages_for(uint64_t len)
{
    return (len + PAGE_BYTES - 1) / PAGE_BYTES;
}

#endif
