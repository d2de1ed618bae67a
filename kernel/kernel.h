/* SPDX-License-Identifier: Apache-2.0 */
/* Between trap and trap: which process runs. */
#ifndef KERNEL_H
#define KERNEL_H

#include "arch.h"

#include <stdint.h>

/* Events that end a stretch of user code; the process that ran is the active one. */
struct arch_frame *kernel_system_call(void);      /* goes on to kernel_resume() */
void kernel_fault(uint32_t death, uint64_t addr); /* enum abi_death */

/* Interrupts, also while idle. */
void kernel_timer_interrupt(void);
void kernel_device_interrupt(void);

/* Chooses who runs next (waits when all are blocked) and returns its registers. */
struct arch_frame *kernel_resume(void);

#endif
