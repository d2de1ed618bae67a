/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of memory.h. */
#include "netfacade/memory.h"

#include "rt/map.h"

struct net_shared *net_memory_map(uint32_t capability)
{
    void *memory = NULL;
    size_t len = 0;

    int64_t status = rt_map_any(capability, ABI_PROT_READ | ABI_PROT_WRITE, &memory, &len);
    (void)rt_cap_drop(capability);
    if (status < 0)
        return NULL;
    if (len >= sizeof(struct net_shared))
        return memory;
    if (len > 0)
        (void)rt_unmap((uintptr_t)memory);
    return NULL;
}

void net_memory_unmap(struct net_shared *shared)
{
    if (shared != NULL)
        (void)rt_unmap((uintptr_t)shared);
}
