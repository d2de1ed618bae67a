/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of blocked processes, and the one timer of the machine. */
#ifndef CLOCK_H
#define CLOCK_H

#include "abi/ipc.h"
#include "arch.h"
#include "object.h"

#include <stdbool.h>
#include <stdint.h>

/* Called once; no interrupt is asked for yet. */
void clock_init(void);

/* Whether a deadline (ticks; ABI_DEADLINE_NONE never) is over. */
static inline bool clock_passed(uint64_t deadline)
{
    return deadline != ABI_DEADLINE_NONE && deadline <= arch_time();
}

/* Into the list of deadlines, and out of it. */
void clock_enter(struct process *process, uint64_t deadline);
void clock_leave(struct process *process);

/* The process is about to block until the deadline; ABI_DEADLINE_NONE for no limit. */
static inline void clock_wait(struct process *process, uint64_t deadline)
{
    if (deadline != ABI_DEADLINE_NONE)
        clock_enter(process, deadline);
}

/* Its wait ended for another reason. */
static inline void clock_cancel(struct process *process)
{
    if (process->deadline != ABI_DEADLINE_NONE)
        clock_leave(process);
}

/* The first process whose deadline has passed, NULL when there is none. */
struct process *clock_late(void);

/* Asks for the next timer interrupt: at the first deadline, or at slice_end if that comes before.
 */
void clock_program(uint64_t slice_end);

/* The timer interrupt came: the next clock_program() sets a new one. */
void clock_interrupt(void);

/* First process of the list, in order of deadlines (audit). */
struct process *clock_first(void);

#endif
