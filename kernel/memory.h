/* SPDX-License-Identifier: Apache-2.0 */
/* Memory objects: contiguous pages. Those of a process are charged to it until the last capability
 * and the last mapping is gone; those of the boot bundle live for ever. */
#ifndef MEMORY_H
#define MEMORY_H

#include "abi/bundle.h"
#include "abi/error.h"
#include "abi/memory.h"
#include "abi/process.h"

#include <stdint.h>

struct process;

/* The table is divided: each process's allowance, then the bundle's files and its header. */
#define MEMORY_BOOT_FIRST (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_MEMORIES_MAX)
#define MEMORY_COUNT      (MEMORY_BOOT_FIRST + ABI_BUNDLE_FILES_MAX + 1)
#define MEMORY_IDX_NONE   MEMORY_COUNT

struct memory {
    uint64_t phys;
    uint64_t len; /* exact length in bytes */
    uint32_t page_count;
    uint32_t ref_count; /* capabilities and mappings; 0: entry not in use */
};

extern struct memory memories[MEMORY_COUNT];

/* Memory of len bytes, 1 .. ABI_MEMORY_BYTES_MAX, with one reference. Nobody may see it before
 * memory_clear() has cleared it. */
enum abi_error memory_create(struct process *creator, uint64_t len, uint32_t *memory_idx);

/* Clears up to PAGES_PIECE pages from page number `done`; how many. */
uint32_t memory_clear(uint32_t memory_idx, uint32_t done);

/* Memory of the bundle; idx counts from 0. It keeps one reference of its own. */
void memory_add_boot(uint32_t idx, uint64_t phys, uint64_t len);

void memory_retain(uint32_t memory_idx);
void memory_release(uint32_t memory_idx);

#endif
