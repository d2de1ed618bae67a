/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler: fixed priorities, turns within one.
 *
 * Why: the system is a handful of services in layers (init above drivers above servers above
 * applications). A fixed order makes the lower layer answer before the upper one asks again, needs
 * no accounting, and lets one read off the table in services/init what can delay what. Equal
 * priorities take turns of ABI_SLICE_TICKS, so that a loop in one application does not stop its
 * peers. The running process is the head of the highest queue that is not empty. */
#ifndef SCHED_H
#define SCHED_H

#include "process.h"
#include "queue.h"

#include <stdbool.h>
#include <stdint.h>

/* To RUNNABLE, at the end of its queue. */
void sched_ready(struct process *process);

/* Out of its queue; the caller sets the next state. */
void sched_remove(struct process *process);

/* The process that should run now; NULL when all are blocked. */
struct process *sched_head(void);

/* Its turn is over: behind its peers. */
void sched_rotate(struct process *process);

/* Whether somebody of the same priority waits behind the head of its queue. */
static inline bool sched_has_peer(const struct process *head)
{
    return head->link.next != NULL;
}

/* The queue of one priority (audit). */
const struct queue *sched_queue(uint32_t priority);

#endif
