/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include "log.h"
#include "process.h"

void queue_push(struct queue *queue, struct process *process)
{
    process->link = (struct queue_link){.previous = queue->tail, .next = NULL};
    if (queue->tail)
        queue->tail->link.next = process;
    else
        queue->head = process;
    queue->tail = process;
}

/* NULL: in front of all. */
static void insert_behind(struct queue *queue, struct process *previous, struct process *process)
{
    struct process *next = previous ? previous->link.next : queue->head;
    process->link = (struct queue_link){.previous = previous, .next = next};
    if (previous)
        previous->link.next = process;
    else
        queue->head = process;
    if (next)
        next->link.previous = process;
    else
        queue->tail = process;
}

void queue_push_by_priority(struct queue *queue, struct process *process)
{
    struct process *previous = queue->tail;
    while (previous && previous->priority < process->priority)
        previous = previous->link.previous;
    insert_behind(queue, previous, process);
}

void queue_remove(struct queue *queue, struct process *process)
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
