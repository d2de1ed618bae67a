/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of processes, removal anywhere. A process is in at most one: the run
 * queue of its priority or the queue of an endpoint. */
#ifndef QUEUE_H
#define QUEUE_H

#include "log.h"
#include "object.h"

/* Behind all others. */
static inline void queue_push(struct queue *queue, struct process *process)
{
    process->link = (struct queue_link){.previous = queue->tail, .next = NULL};
    if (queue->tail)
        queue->tail->link.next = process;
    else
        queue->head = process;
    queue->tail = process;
}

/* Behind all others of its priority or a higher one. */
void queue_push_by_priority(struct queue *queue, struct process *process);

static inline void queue_remove(struct queue *queue, struct process *process)
{
    struct process *previous = process->link.previous;
    struct process *next = process->link.next;
    KASSERT(previous ? previous->link.next == process : queue->head == process);
    KASSERT(next ? next->link.previous == process : queue->tail == process);
    if (previous)
        previous->link.next = next;
    else
        queue->head = next;
    if (next)
        next->link.previous = previous;
    else
        queue->tail = previous;
    process->link = (struct queue_link){0};
}

#endif
