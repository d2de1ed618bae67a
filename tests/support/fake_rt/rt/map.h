/* SPDX-License-Identifier: Apache-2.0 */
/* As lib/rt/map.h, for a test on the host. */
#ifndef RT_MAP_H
#define RT_MAP_H

#include "rt/syscall.h"

#include "abi/memory.h"

int64_t rt_map_any(rt_slot slot, uint32_t prot, void **address, size_t *len);
int64_t rt_map_file(rt_slot slot, const uint8_t **data, size_t *data_len);

#endif
