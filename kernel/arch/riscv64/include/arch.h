/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel asks of the processor. The host tests have their own arch.h and arch.c. */
#ifndef ARCH_H
#define ARCH_H

#include "abi/system.h"

#include <stdbool.h>
#include <stdint.h>

/* Physical address + ARCH_DIRECT_OFFSET = where the kernel sees it. Entry.S and kernel.ld hold the
 * same number. */
#define ARCH_DIRECT_OFFSET 0xffffffc000000000ull

/* A user process's registers while it does not run: x[1]..x[31], and its pc in x[0]. entry.S saves
 * and restores them by offset. */
struct arch_frame {
    uint64_t x[32];
};

#define ARCH_REG_PC 0
#define ARCH_REG_SP 2
#define ARCH_REG_A0 10
#define ARCH_REG_A7 17

static inline void *arch_direct(uint64_t phys)
{
    return (void *)(uintptr_t)(phys + ARCH_DIRECT_OFFSET);
}

static inline uint64_t arch_time(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Asks for a timer interrupt at the given value of `time`. */
void arch_timer_set(uint64_t ticks);

#define ARCH_SATP_SV39 (8ull << 60)

static inline uint64_t arch_satp_of(uint64_t root_phys)
{
    return ARCH_SATP_SV39 | root_phys >> 12;
}

/* Makes the page table at root_phys the current one. */
static inline void arch_space_activate(uint64_t root_phys)
{
    __asm__ volatile(".option push\n.option arch, +zicsr\ncsrw satp, %0\n.option pop\nsfence.vma"
                     :
                     : "r"(arch_satp_of(root_phys))
                     : "memory");
}

/* The page table at root_phys goes: if it is the current one, the kernel's own takes over. */
void arch_space_leave(uint64_t root_phys);

/* Entries of the current page table changed. */
void arch_space_flush(void);

/* Instructions were written to memory: the processor forgets those it fetched before. */
void arch_code_written(void);

/* The upper half of a new root table: the kernel's own mappings. */
void arch_space_init_root(uint64_t *root);

/* Waits for an interrupt, in wfi, and handles it. */
void arch_idle(void);

void arch_power_off(enum abi_off how) __attribute__((noreturn));

#endif
