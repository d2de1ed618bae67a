/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: call, receive, reply. A call is a rendezvous: the bytes go from the one process's
 * memory to the other's when both are there; the kernel keeps none. */
#ifndef IPC_H
#define IPC_H

#include <stdint.h>

struct process;

/* System calls; arg are the registers a0 .. a6. */
int64_t ipc_call(struct process *process, const uint64_t *arg);
int64_t ipc_recv(struct process *process, const uint64_t *arg);
int64_t ipc_reply(struct process *process, const uint64_t *arg);
int64_t ipc_reply_later(struct process *process, const uint64_t *arg);
int64_t ipc_reply_recv(struct process *process, const uint64_t *arg);

#endif
