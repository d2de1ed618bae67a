/* SPDX-License-Identifier: Apache-2.0 */
/* One queue for each priority; the head of the highest one runs. */
#include "sched.h"

#include "queue.h"

struct queue sched_run_queue[ABI_PRIORITY_COUNT];
struct process *sched_running;
uint64_t sched_charged_until;
bool sched_changed;

void sched_add(struct process *process)
{
    process->slice_left = ABI_SLICE_TICKS;
    sched_changed = true;
    queue_push(&sched_run_queue[process->priority], process);
}

void sched_remove(struct process *process)
{
    sched_changed = true;
    queue_remove(&sched_run_queue[process->priority], process);
}

struct process *sched_head(void)
{
    for (uint32_t priority = ABI_PRIORITY_COUNT; priority > 0; priority--)
        if (sched_run_queue[priority - 1].head)
            return sched_run_queue[priority - 1].head;
    return NULL;
}

void sched_rotate(struct process *process)
{
    process->slice_left = ABI_SLICE_TICKS;
    sched_changed = true;
    queue_remove(&sched_run_queue[process->priority], process);
    queue_push(&sched_run_queue[process->priority], process);
}
