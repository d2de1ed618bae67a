/* SPDX-License-Identifier: Apache-2.0 */
/* Where mappings lie in the address space. */
#include "rt/map.h"

/* Far above any program image, far below the stack. Addresses are not used again: 38 bits outlast
 * every mapping a process can make in practice, and the kernel refuses the end. */
static uint64_t next_addr = 0x2000000000ull;

int64_t rt_map_any(rt_slot slot, uint32_t prot, void **addr, size_t *len)
{
    uint64_t rights, value;
    int64_t type = rt_cap_info(slot, &rights, &value);
    if (type < 0)
        return type;
    if (type == ABI_CAP_MEMORY && value == 0) { /* an empty file: there is nothing to map */
        *addr = (void *)(uintptr_t)next_addr;
        *len = 0;
        return ABI_OK;
    }
    int64_t status = rt_map(slot, next_addr, prot);
    if (status < 0)
        return status;
    *addr = (void *)(uintptr_t)next_addr;
    *len = value;
    uint64_t page_count = (value + ABI_PAGE_BYTES - 1) / ABI_PAGE_BYTES;
    next_addr += (page_count + 1) * ABI_PAGE_BYTES;
    return status;
}
