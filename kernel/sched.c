/* SPDX-License-Identifier: Apache-2.0 */
#include "sched.h"

#include "abi/process.h"
#include "log.h"
#include "process.h"

static struct queue run_queue[ABI_PRIORITY_COUNT];

void sched_ready(struct process *process)
{
    KASSERT(process->state != PROCESS_RUNNABLE && process_is_live(process));
    process->state = PROCESS_RUNNABLE;
    process->slice_left = ABI_SLICE_TICKS;
    queue_push(&run_queue[process->priority], process);
}

void sched_remove(struct process *process)
{
    KASSERT(process->state == PROCESS_RUNNABLE);
    queue_remove(&run_queue[process->priority], process);
}

struct process *sched_head(void)
{
    for (uint32_t priority = ABI_PRIORITY_COUNT; priority > 0; priority--) {
        if (run_queue[priority - 1].head)
            return run_queue[priority - 1].head;
    }
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
