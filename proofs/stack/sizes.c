/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the programs that the proof boots and the bytes of stack that the system table gives each.
 */
#include "system/system.h"

#include "abi/memory.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    const struct system_profile *profile = system_find_profile("default", strlen("default"));
    for (uint32_t i = 0; profile != NULL && i < profile->process_count; i++)
        printf("%s %lu\n", profile->processes[i]->program,
               profile->processes[i]->stack_pages * (unsigned long)ABI_PAGE_BYTES);
    return profile == NULL;
}
