/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt lines: each reaches the one notification it is bound to. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "abi/error.h"
#include "abi/system.h"

#include <stdbool.h>
#include <stdint.h>

struct notification;
struct process;

struct interrupt {
    struct process *binder; /* who bound it; NULL: not bound, and disabled at the controller */
    struct notification *notification;
    uint64_t bits;
    bool in_service; /* claimed, and silent until the binder acknowledges it */
};

/* By device number (ABI_DEVICE_*). */
extern struct interrupt interrupts[ABI_DEVICE_COUNT];

/* Sets the bits of notification from now on. ABI_E_BUSY when another process has it bound. */
enum abi_error interrupt_bind(uint32_t device, struct process *binder,
                              struct notification *notification, uint64_t bits);

/* Its line falls silent. ABI_E_STATE when the process has not bound it. */
enum abi_error interrupt_unbind(uint32_t device, const struct process *process);

/* ABI_E_STATE when the process has not bound it or nothing is to be acknowledged. */
enum abi_error interrupt_acknowledge(uint32_t device, const struct process *process);

/* Signals every line that interrupts now. */
void interrupt_dispatch(void);

/* The process died: its lines fall silent. */
void interrupt_unbind_all(const struct process *binder);

#endif
