/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: call, receive, reply. A call is a rendezvous: the bytes go from the one process's
 * memory to the other's when both are there; the kernel keeps none. */
#ifndef IPC_H
#define IPC_H

#include "abi/error.h"

#include <stdint.h>

struct cap;
struct process;

/* Ends the wait of a blocked process with the results of its system call. */
void ipc_wake(struct process *process, int64_t status, uint64_t result1, uint64_t result2);

/* Ends the wait with an error; the result registers keep their values. */
void ipc_fail(struct process *process, enum abi_error error);

/* Takes a blocked process out of everything it waits on; it stays blocked. */
void ipc_unlink(struct process *process);

/* The caller that a reply token answers; NULL when it has gone. */
struct process *ipc_token_caller(const struct cap *token);

/* A process lets go of a reply token: a caller that still waits for it is told. */
void ipc_drop_token(struct process *process, const struct cap *token);

/* The process died: whom it owes a reply is told. */
void ipc_abandon_caller(struct process *process);

/* System calls; arg are the registers a0 .. a6. */
int64_t ipc_call(struct process *process, const uint64_t *arg);
int64_t ipc_recv(struct process *process, const uint64_t *arg);
int64_t ipc_reply(struct process *process, const uint64_t *arg);
int64_t ipc_reply_later(struct process *process, const uint64_t *arg);
int64_t ipc_reply_recv(struct process *process, const uint64_t *arg);

#endif
