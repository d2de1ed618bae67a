/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a process. */
#ifndef ABI_MEMORY_H
#define ABI_MEMORY_H

#include <stdint.h>

#define ABI_PAGE_BYTES 4096ull

/* Largest memory object. The kernel clears it in pieces, with interrupts taken between. */
#define ABI_MEMORY_BYTES_MAX (4ull * 1024 * 1024)

/* User addresses: ABI_USER_BASE <= address < ABI_USER_END. Page zero and its neighbours stay
 * unmapped, so that a null pointer with an offset faults. */
#define ABI_USER_BASE 0x10000ull
#define ABI_USER_END  0x4000000000ull

/* The stack ends at ABI_STACK_TOP and grows down; the pages below and above it stay unmapped. */
#define ABI_STACK_TOP       0x3fffff0000ull
#define ABI_STACK_PAGES_MAX 64

/* Protection of MAP. Executable pages come from the program image alone. */
#define ABI_PROT_READ  0x1u
#define ABI_PROT_WRITE 0x2u /* only together with ABI_PROT_READ */

/* Mappings of one process, its segments and its stack included. */
#define ABI_MAPPING_COUNT_MAX 32
/* Objects that one process may have created at a time. The kernel's tables have room for every
 * process's whole allowance, so that none can starve another. */
#define ABI_PROCESS_ENDPOINTS_MAX     16
#define ABI_PROCESS_NOTIFICATIONS_MAX 16
#define ABI_PROCESS_MEMORIES_MAX      32

#endif
