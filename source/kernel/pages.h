/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator: one bit per page of RAM behind the kernel image. Runs are contiguous, so that
 * a memory object is one base address and a length, also for a device. */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES 4096ull

/* Hands the pages of [phys, phys + count * PAGE_BYTES) to the allocator. */
void pages_init(uint64_t phys, uint32_t count);

/* A cleared run of count pages, lowest address first; 0 when there is none. */
uint64_t pages_alloc(uint32_t count);

/* Returns a run that pages_alloc() gave. */
void pages_free(uint64_t phys, uint32_t count);

uint32_t pages_total(void);
uint32_t pages_free_count(void);

/* Whether the counter agrees with the bits. */
bool pages_audit(void);

static inline uint64_t pages_for(uint64_t len)
{
    return (len + PAGE_BYTES - 1) / PAGE_BYTES;
}

#endif
