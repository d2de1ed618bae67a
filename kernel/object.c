/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and when a process's place is free again. */
#include "object.h"

#include "upkeep.h"

struct process processes[ABI_PROCESS_COUNT_MAX];
struct endpoint endpoints[ENDPOINT_COUNT];
struct notification notifications[NOTIFICATION_COUNT];
struct memory memories[MEMORY_COUNT];

static bool orphan_left; /* a process in state CREATED lost its last capability */

/* Frees what nobody can name any more. One that was not started ends after the event, because a
 * chain of such that hold one another would be as many calls deep. */
static void unreferenced(struct process *process)
{
    if (process->cap_count > 0)
        return;
    if (process->state == PROCESS_CREATED) {
        orphan_left = true;
        upkeep_needed = true;
    } else if (process->state == PROCESS_DEAD && process->object_count == 0)
        process->state = PROCESS_FREE;
}

void object_retain_process(struct process *process)
{
    process->cap_count++;
}

void object_release_process(struct process *process)
{
    process->cap_count--;
    unreferenced(process);
}

void object_created(struct process *creator)
{
    creator->object_count++;
}

void object_gone(struct process *creator)
{
    creator->object_count--;
    unreferenced(creator);
}

static __attribute__((noinline)) struct process *find_orphan(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        if (processes[i].state == PROCESS_CREATED && processes[i].cap_count == 0)
            return &processes[i];
    orphan_left = false;
    return NULL;
}

struct process *object_orphan(void)
{
    return orphan_left ? find_orphan() : NULL;
}
