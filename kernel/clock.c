/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted list: deadlines are few, and the timer needs the first one alone. */
#include "clock.h"

#include "log.h"
#include "object.h"

static struct process *first;  /* by deadline, the earliest first */
static uint64_t programmed_at; /* the interrupt that was asked for */

void clock_init(void)
{
    first = NULL;
    programmed_at = ABI_DEADLINE_NONE;
    arch_timer_set(ABI_DEADLINE_NONE);
}

void clock_enter(struct process *process, uint64_t deadline)
{
    KASSERT(process->deadline == ABI_DEADLINE_NONE);
    struct process *previous = NULL;
    struct process *next = first;
    while (next && next->deadline <= deadline) {
        previous = next;
        next = next->deadline_link.next;
    }
    process->deadline = deadline;
    process->deadline_link = (struct queue_link){.previous = previous, .next = next};
    if (previous)
        previous->deadline_link.next = process;
    else
        first = process;
    if (next)
        next->deadline_link.previous = process;
}

void clock_leave(struct process *process)
{
    struct queue_link link = process->deadline_link;
    if (link.previous)
        link.previous->deadline_link.next = link.next;
    else
        first = link.next;
    if (link.next)
        link.next->deadline_link.previous = link.previous;
    process->deadline_link = (struct queue_link){0};
    process->deadline = ABI_DEADLINE_NONE;
}

struct process *clock_late(void)
{
    return first && clock_passed(first->deadline) ? first : NULL;
}

void clock_program(uint64_t slice_end)
{
    uint64_t at = slice_end;
    if (first && first->deadline < at)
        at = first->deadline;
    /* A timer that fires too early only programs the next: cheaper than a call to the machine
     * below with every deadline that comes and goes. */
    if (at < programmed_at) {
        programmed_at = at;
        arch_timer_set(at);
    }
}

void clock_interrupt(void)
{
    programmed_at = ABI_DEADLINE_NONE;
    arch_timer_set(ABI_DEADLINE_NONE);
}

struct process *clock_first(void)
{
    return first;
}
