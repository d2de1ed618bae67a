/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings at addresses that the runtime chooses, each followed by an unmapped page. */
#ifndef RT_MAP_H
#define RT_MAP_H

#include "rt/syscall.h"

/* Maps a memory object or a device with prot (ABI_PROT_*). *addr and *len (exact length in bytes)
 * are set on success alone. The mapping stays until the process ends or rt_unmap(). Of an empty
 * file nothing is mapped: *len is 0 and *addr is not to be followed. */
int64_t rt_map_any(rt_slot slot, uint32_t prot, void **addr, size_t *len);

/* Maps a data file of the boot bundle, read only. */
static inline int64_t rt_map_file(rt_slot slot, const uint8_t **data, size_t *data_len)
{
    void *addr;
    int64_t status = rt_map_any(slot, ABI_PROT_READ, &addr, data_len);
    if (status >= 0)
        *data = addr;
    return status;
}

#endif
