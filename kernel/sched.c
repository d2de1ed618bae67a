/* SPDX-License-Identifier: Apache-2.0 */
/* One queue for each priority; the head of the highest one runs. */
#include "sched.h"

#include "queue.h"

static struct queue run_queue[ABI_PRIORITY_COUNT];
uint64_t sched_charged_until;

void sched_add(struct process *process)
{
    process->slice_left = ABI_SLICE_TICKS;
    queue_push(&run_queue[process->priority], process);
}

void sched_remove(struct process *process)
{
    queue_remove(&run_queue[process->priority], process);
}

struct process *sched_head(void)
{
    for (uint32_t priority = ABI_PRIORITY_COUNT; priority > 0; priority--)
        if (run_queue[priority - 1].head)
            return run_queue[priority - 1].head;
    return NULL;
}

void sched_rotate(struct process *process)
{
    process->slice_left = ABI_SLICE_TICKS;
    queue_remove(&run_queue[process->priority], process);
    queue_push(&run_queue[process->priority], process);
}

const struct queue *sched_queue(uint32_t priority)
{
    return &run_queue[priority];
}
