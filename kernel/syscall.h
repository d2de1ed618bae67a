/* SPDX-License-Identifier: Apache-2.0 */
/* System calls: decode, check, act (docs/abi.md). */
#ifndef SYSCALL_H
#define SYSCALL_H

#include "abi/error.h"

#include <stdint.h>

struct process;

/* What a system call returns for an error. The enum is unsigned: a plain minus would not do. */
static inline int64_t syscall_status(enum abi_error error)
{
    return -(int64_t)error;
}

/* Of a handler: not done yet, the process makes the same call again. */
#define SYSCALL_AGAIN INT64_MIN

/* Performs the call in the registers of the running process. */
void syscall_dispatch(struct process *process);

#endif
