/* SPDX-License-Identifier: Apache-2.0 */
/* Memory objects: contiguous pages. Those of a process are charged to it until the last capability
 * and the last mapping is gone; those of the boot bundle live for ever. */
#ifndef MEMORY_H
#define MEMORY_H

#include "abi/error.h"
#include "object.h"

#include <stdint.h>

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
