/* SPDX-License-Identifier: Apache-2.0 */
/* System calls: decode, check, act (docs/abi.md). */
#ifndef SYSCALL_H
#define SYSCALL_H

struct process;

/* Performs the call in the registers of the running process. */
void syscall_dispatch(struct process *process);

#endif
