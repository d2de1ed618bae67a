/* SPDX-License-Identifier: Apache-2.0 */
/* System calls on processes and on the machine; a part of syscall.c's table. */
#ifndef SYSCALL_PROCESS_H
#define SYSCALL_PROCESS_H

#include "abi/error.h"

#include <stdint.h>

struct cap;
struct process;

int64_t sys_process_create(struct process *process, const uint64_t *arg);
int64_t sys_process_give(struct process *process, const uint64_t *arg);
int64_t sys_process_start(struct process *process, const uint64_t *arg);
int64_t sys_process_kill(struct process *process, const uint64_t *arg);
int64_t sys_process_watch(struct process *process, const uint64_t *arg);
int64_t sys_process_unwatch(struct process *process, const uint64_t *arg);
int64_t sys_process_info(struct process *process, const uint64_t *arg);
int64_t sys_system_info(struct process *process, const uint64_t *arg);
int64_t sys_system_audit(struct process *process, const uint64_t *arg);
int64_t sys_system_off(struct process *process, const uint64_t *arg);

#endif
