/* SPDX-License-Identifier: Apache-2.0 */
/* The processor as the host tests see it: physical memory is an array, time and interrupts are what
 * the test sets. */
#ifndef ARCH_H
#define ARCH_H

#include "abi/system.h"

#include <stdbool.h>
#include <stdint.h>

struct arch_frame {
    uint64_t x[32];
};

#define ARCH_REG_PC 0
#define ARCH_REG_SP 2
#define ARCH_REG_A0 10
#define ARCH_REG_A7 17

void *arch_direct(uint64_t phys);
uint64_t arch_time(void);
void arch_timer_set(uint64_t ticks);
void arch_space_activate(uint64_t root_phys);
void arch_space_leave(uint64_t root_phys);
void arch_space_flush(void);
void arch_code_written(void);
void arch_space_init_root(uint64_t *root);
void arch_idle(void);
void arch_power_off(enum abi_off how) __attribute__((noreturn));

#endif
