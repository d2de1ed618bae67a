/* SPDX-License-Identifier: Apache-2.0 */
/* What the handler of a system call returns: 0 or more, syscall_status(), or SYSCALL_AGAIN. */
#ifndef STATUS_H
#define STATUS_H

#include "abi/error.h"

#include <stdint.h>

/* The status for an error. The enum is unsigned: a plain minus would not do for a variable. */
static inline int64_t syscall_status(enum abi_error error)
{
    return -(int64_t)error;
}

/* Not done yet, the process makes the same call again. */
#define SYSCALL_AGAIN INT64_MIN

#endif
