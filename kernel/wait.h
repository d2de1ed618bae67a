/* SPDX-License-Identifier: Apache-2.0 */
/* What processes wait for. Every change of a live process's state is made here (object.h has the
 * picture), together with what points at it: queues, receivers, servers, deadlines. fast.c alone
 * makes wait_for_reply with its server's wait_wake, and wait_to_receive with its caller's, in one.
 */
#ifndef WAIT_H
#define WAIT_H

#include "abi/error.h"
#include "object.h"

#include <stdint.h>

/* CREATED -> RUNNABLE. */
void wait_start(struct process *process);

/* Live -> DEAD: it waits for nothing any more. */
void wait_end(struct process *process);

/* RUNNABLE -> SENDING, in the endpoint's queue. */
void wait_to_send(struct process *process, struct endpoint *endpoint, uint64_t deadline);

/* RUNNABLE -> RECEIVING; either may be NULL. */
void wait_to_receive(struct process *process, struct endpoint *endpoint,
                     struct notification *notification, uint64_t deadline);

/* RUNNABLE -> AWAITING_REPLY of the server, which has the message. */
void wait_for_reply(struct process *process, struct process *server, uint64_t deadline);

/* SENDING -> AWAITING_REPLY: the server took the message, the deadline stays. */
void wait_taken(struct process *process, struct process *server);

/* AWAITING_REPLY -> PARKED: the token with this serial answers it, and its server owes nothing. */
void wait_for_token(struct process *process, uint64_t serial);

/* Blocked -> RUNNABLE with the results of its system call; with an error the result registers keep
 * their values. */
void wait_wake(struct process *process, int64_t status, uint64_t result1, uint64_t result2);
void wait_fail(struct process *process, enum abi_error error);

/* Fails whoever's deadline has passed. */
void wait_expire(void);

#endif
