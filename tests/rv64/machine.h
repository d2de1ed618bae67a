/* SPDX-License-Identifier: Apache-2.0 */
/* What the bare test programs have of the machine: a console, an end, an instruction counter, their
 * stack. */
#ifndef TESTS_RV64_MACHINE_H
#define TESTS_RV64_MACHINE_H

#include <stddef.h>
#include <stdint.h>

void machine_print(const char *text);
void machine_print_number(uint64_t number);
void machine_print_pair(const char *name, uint64_t value); /* "name value", a line */
_Noreturn void machine_off(void);

/* Called by the trap entry: says where it happened, then turns the machine off. */
_Noreturn void machine_trap(uint64_t scause, uint64_t sepc);

/* Instructions retired so far; exact under QEMU's -icount shift=0. */
uint64_t machine_instructions(void);

/* How many `call` takes. */
uint64_t machine_instructions_of(void (*call)(void));

/* Bytes of stack that `call` used below its caller. */
size_t machine_stack_used(void (*call)(void));

#endif
