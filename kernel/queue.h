/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of processes, removal anywhere. A process is in at most one: the run
 * queue of its priority or the queue of an endpoint. */
#ifndef QUEUE_H
#define QUEUE_H

struct process;

struct queue {
    struct process *head;
    struct process *tail;
};

struct queue_link {
    struct process *previous;
    struct process *next;
};

/* Behind all others. */
void queue_push(struct queue *queue, struct process *process);
/* Behind all others of its priority or a higher one. */
void queue_push_by_priority(struct queue *queue, struct process *process);
void queue_remove(struct queue *queue, struct process *process);

#endif
