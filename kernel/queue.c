/* SPDX-License-Identifier: Apache-2.0 */
/* The rarer half; the links of the two others are short enough to stand where they are used. */
#include "queue.h"

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
