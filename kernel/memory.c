/* SPDX-License-Identifier: Apache-2.0 */
/* Objects are contiguous, so that a device can use them and a mapping is one loop. */
#include "memory.h"

#include "account.h"
#include "log.h"
#include "pages.h"

enum abi_error memory_create(struct process *creator, uint64_t len, uint32_t *memory_idx)
{
    if (len == 0 || len > ABI_MEMORY_BYTES_MAX)
        return ABI_E_ARGUMENT;
    uint32_t first = process_idx(creator) * ABI_PROCESS_MEMORIES_MAX;
    uint32_t idx = first;
    while (idx < first + ABI_PROCESS_MEMORIES_MAX && memories[idx].ref_count != 0)
        idx++;
    if (idx == first + ABI_PROCESS_MEMORIES_MAX)
        return ABI_E_NO_OBJECT;
    uint32_t page_count = (uint32_t)pages_for(len);
    uint64_t phys = account_alloc(creator, page_count);
    if (phys == 0)
        return ABI_E_NO_MEMORY;
    memories[idx] =
        (struct memory){.phys = phys, .len = len, .page_count = page_count, .ref_count = 1};
    object_created(creator);
    *memory_idx = idx;
    return ABI_OK;
}

uint32_t memory_clear(uint32_t memory_idx, uint32_t done)
{
    const struct memory *memory = &memories[memory_idx];
    uint32_t left = memory->page_count - done;
    uint32_t count = left < PAGES_PIECE ? left : PAGES_PIECE;
    pages_clear(memory->phys + done * PAGE_BYTES, count);
    return count;
}

void memory_add_boot(uint32_t idx, uint64_t phys, uint64_t len)
{
    KASSERT(MEMORY_BOOT_FIRST + idx < MEMORY_COUNT);
    memories[MEMORY_BOOT_FIRST + idx] = (struct memory){
        .phys = phys, .len = len, .page_count = (uint32_t)pages_for(len), .ref_count = 1};
}

void memory_retain(uint32_t memory_idx)
{
    KASSERT(memories[memory_idx].ref_count > 0);
    memories[memory_idx].ref_count++;
}

void memory_release(uint32_t memory_idx)
{
    struct memory *memory = &memories[memory_idx];
    KASSERT(memory->ref_count > 0);
    if (--memory->ref_count > 0)
        return;
    KASSERT(memory_idx < MEMORY_BOOT_FIRST);
    struct process *creator = &processes[memory_idx / ABI_PROCESS_MEMORIES_MAX];
    account_free(creator, memory->phys, memory->page_count);
    object_gone(creator);
}
