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

#include "object.h"

#include <stdbool.h>
#include <stdint.h>

extern struct queue sched_run_queue[ABI_PRIORITY_COUNT];
extern struct process *sched_running; /* who ran last, and may have died since; NULL: nobody yet */
extern uint64_t sched_charged_until;  /* time up to which whoever ran was charged */
extern bool sched_changed;            /* the queues, since somebody was last chosen to run */

/* Who became runnable: to the end of its queue, with a whole turn. */
void sched_add(struct process *process);

/* Who is runnable no more: out of its queue. */
void sched_remove(struct process *process);

/* The process that should run now; NULL when all are blocked. */
struct process *sched_head(void);

/* Its turn is over: behind its peers. */
void sched_rotate(struct process *process);

/* Ticks since the last call. */
static inline uint64_t sched_lap(void)
{
    uint64_t now = arch_time(), ticks = now - sched_charged_until;
    sched_charged_until = now;
    return ticks;
}

/* Charges the process (NULL: nobody) the time since the last charge: its turn is time that it ran
 * itself, whatever cuts in. */
static inline void sched_charge(struct process *ran)
{
    uint64_t ticks = sched_lap();
    if (!ran)
        return; /* boot, or nobody ran */
    ran->cpu_ticks += ticks;
    ran->slice_left = ran->slice_left > ticks ? ran->slice_left - ticks : 0;
}

/* The process runs from now on; who ran was charged. */
static inline struct arch_frame *sched_enter(struct process *next)
{
    sched_running = next;
    arch_space_activate(next->root_phys);
    return &next->frame;
}

/* When the turn of a process that runs since the last charge is over. */
static inline uint64_t sched_turn_end(const struct process *process)
{
    return sched_charged_until + process->slice_left;
}

/* Whether somebody of the same priority waits behind the head of its queue. */
static inline bool sched_has_peer(const struct process *head)
{
    return head->link.next != NULL;
}

/* The queue of one priority. */
static inline const struct queue *sched_queue(uint32_t priority)
{
    return &sched_run_queue[priority];
}

/* The running process, which the lap is charged to, blocks, and this one, whose queue is empty
 * then, runs in its place. */
static inline struct arch_frame *sched_hand_over(struct process *running, struct process *to)
{
    struct queue *queue = &sched_run_queue[running->priority];
    queue->head = running->link.next;
    if (queue->head)
        queue->head->link.previous = NULL;
    else
        queue->tail = NULL;
    running->link.next = NULL;
    running->cpu_ticks += sched_lap();
    to->slice_left = ABI_SLICE_TICKS;
    queue = &sched_run_queue[to->priority];
    queue->head = to;
    queue->tail = to;
    return sched_enter(to);
}

#endif
