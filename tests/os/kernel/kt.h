/* SPDX-License-Identifier: Apache-2.0 */
/* Frame of the on-machine kernel tests: cases, checks, and what every case leaves behind.
 *
 * A case is a function. A check that fails prints "KTEST: <case> FAILED: ..." and ends the case.
 * "KTEST: <case> ok" is printed after the case returned, after everything it made was given back,
 * and after the machine's page and object counts were found the same as before and the audit
 * passed. */
#ifndef KT_H
#define KT_H

#include "rt/log.h"
#include "rt/syscall.h"
#include "rt/time.h"
#include "tests/os/system/slots.h"
#include "tests/support/xorshift.h"

#include <stdbool.h>

struct kt_case {
    const char *name; /* [a-z0-9-], unique: part of the marker */
    void (*run)(void);
};

struct kt_group {
    const struct kt_case *cases;
    uint32_t count;
};

#define KT_GROUP(array)                                                                            \
    {                                                                                              \
        .cases = (array), .count = sizeof(array) / sizeof((array)[0])                              \
    }

extern const struct kt_group kt_group_syscall, kt_group_ipc, kt_group_ipc_caps, kt_group_ipc_death,
    kt_group_reply, kt_group_rights, kt_group_memory, kt_group_pointer, kt_group_fault,
    kt_group_irq, kt_group_time, kt_group_image, kt_group_churn, kt_group_fuzz;

/* Runs every case of every group; returns how many failed. */
uint32_t kt_run(const struct kt_group *const groups[], uint32_t group_count);

/* --- checks: what is printed with both values; a failure does not return ------------------------
 */

void kt_fail(const char *what, int64_t expected, int64_t got) __attribute__((noreturn));

static inline void kt_eq(const char *what, int64_t expected, int64_t got)
{
    if (expected != got)
        kt_fail(what, expected, got);
}

static inline void kt_true(const char *what, bool got)
{
    kt_eq(what, 1, got);
}

/* A call that must succeed; returns its status. */
static inline int64_t kt_ok(const char *what, int64_t status)
{
    if (status < 0)
        kt_fail(what, 0, status);
    return status;
}

/* Gives back all that the case made so far: peers, mappings, capabilities. */
void kt_clean(void);

/* Names the step of a sweep: printed with a failure. */
void kt_step(const char *name, uint64_t number);

/* --- memory of the supervisor ------------------------------------------------------------------
 */

/* Where cases map: two megabytes aligned, this long, page tables always present. */
#define KT_WINDOW       0x2000000000ull
#define KT_WINDOW_BYTES (4ull * 1024 * 1024)
/* Two pages that a case may use as buffers; the pages before and behind stay unmapped. */
#define KT_BUFFER       0x2000600000ull
#define KT_BUFFER_BYTES (4 * ABI_PAGE_BYTES)

static inline uint8_t *kt_at(uint64_t addr)
{
    return (uint8_t *)(uintptr_t)addr;
}

/* The buffer, cleared. */
uint8_t *kt_buffer(void);

/* rt_map() that must succeed and is undone when the case ends. */
void kt_map(rt_slot slot, uint64_t addr, uint32_t prot);
void kt_unmap(uint64_t addr);

/* A slot number that is empty, from the top of the table. */
#define KT_SLOT_EMPTY (ABI_SLOT_COUNT - 1)

/* --- shared by cases ---------------------------------------------------------------------------
 */

/* Objects that must succeed; they vanish when the case ends. */
rt_slot kt_endpoint(void);
rt_slot kt_notification(void);
rt_slot kt_memory(size_t len);
rt_slot kt_copy(rt_slot source, uint32_t rights, uint64_t badge);
void kt_drop(rt_slot slot);

/* SYSTEM_INFO that must succeed. */
struct abi_system_info kt_info(void);
/* Compares everything of the two that counts pages and objects. */
void kt_same_info(const struct abi_system_info *before, const struct abi_system_info *after);

#endif
