/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the build machine that prints what the tables say, for the build and the tools: a
 * line for each profile, and behind it one for each program with its bytes of stack and the most
 * that it may have in all, one for each file that a process is given, one for each device that is
 * plugged in, by the number of its bus, and one for memory that a device may write to, in bytes.
 */
#include "system/system.h"

#include "abi/memory.h"
#include "abi/system.h"

#include <stdio.h>

static void describe(const struct system_process *process)
{
    printf("program %s %u %u\n", process->program,
           (unsigned)(process->stack_pages * ABI_PAGE_BYTES),
           (unsigned)(process->page_quota * ABI_PAGE_BYTES));
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        if (grant->kind == GRANT_FILE)
            printf("file %s\n", grant->file);
        if (grant->kind == GRANT_DEVICE && grant->object != ABI_DEVICE_RTC)
            printf("device %s %u\n", process->program,
                   (unsigned)(grant->object - ABI_DEVICE_VIRTIO0));
        if (grant->kind == GRANT_DMA)
            printf("dma %s %u\n", process->program, (unsigned)system_dma_len[grant->object]);
    }
}

int main(void)
{
    for (uint32_t i = 0; i < system_profile_count; i++) {
        printf("profile %s\n", system_profiles[i].name);
        for (uint32_t k = 0; k < system_profiles[i].process_count; k++)
            describe(system_profiles[i].processes[k]);
    }
    return 0;
}
