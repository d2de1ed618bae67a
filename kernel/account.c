/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas are set aside when a process is created, so that an allocation within one fails only for
 * want of a run. */
#include "account.h"

#include "log.h"
#include "object.h"
#include "pages.h"

static uint32_t unreserved_count;

void account_init(uint32_t page_count)
{
    unreserved_count = page_count;
}

bool account_open(struct process *process, uint32_t quota)
{
    if (quota > unreserved_count)
        return false;
    unreserved_count -= quota;
    process->page_quota = quota;
    process->page_count = 0;
    return true;
}

uint64_t account_alloc(struct process *process, uint32_t count)
{
    if (count > process->page_quota - process->page_count)
        return 0;
    uint64_t phys = pages_alloc(count);
    if (phys != 0)
        process->page_count += count;
    return phys;
}

static void shrink_quota(struct process *process)
{
    unreserved_count += process->page_quota - process->page_count;
    process->page_quota = process->page_count;
}

void account_free(struct process *process, uint64_t phys, uint32_t count)
{
    KASSERT(count <= process->page_count);
    pages_free(phys, count);
    process->page_count -= count;
    if (process->state == PROCESS_DEAD)
        shrink_quota(process);
}

void account_close(struct process *process)
{
    KASSERT(process->state == PROCESS_DEAD);
    shrink_quota(process);
}

uint32_t account_unreserved(void)
{
    return unreserved_count;
}
