/* SPDX-License-Identifier: Apache-2.0 */
/* What happens at a trap, and who runs after it. */
#include "kernel.h"

#include "clock.h"
#include "interrupt.h"
#include "log.h"
#include "pages.h"
#include "process.h"
#include "sched.h"
#include "syscall.h"
#include "upkeep.h"
#include "wait.h"

static struct process *active; /* who ran last, and may have died since; NULL: nobody yet */

void kernel_system_call(void)
{
    syscall_dispatch(active);
}

void kernel_fault(uint32_t death, uint64_t addr)
{
    process_end(active, (enum abi_death)death, addr);
}

void kernel_timer_interrupt(void)
{
    clock_interrupt();
    if (active && active->state == PROCESS_RUNNABLE) { /* not while idle */
        sched_charge(active);
        if (active->slice_left == 0)
            sched_rotate(active);
    }
    wait_expire();
}

void kernel_device_interrupt(void)
{
    interrupt_dispatch();
}

/* How often the log and freed pages are looked after when nothing else happens. */
#define UPKEEP_TICKS (ABI_TICKS_PER_MS / 2)

static __attribute__((noinline)) void upkeep(void)
{
    process_reap();
    pages_scrub();
    log_drain();
    upkeep_needed = pages_scrub_needed() || log_pending();
    if (upkeep_needed)
        clock_program(arch_time() + UPKEEP_TICKS);
}

/* Waits, with nobody to charge, until somebody can run. */
static __attribute__((noinline)) struct process *idle(void)
{
    struct process *next;
    sched_charge(active);
    do {
        if (upkeep_needed)
            upkeep();
        clock_program(pages_scrub_needed() ? 0 : ABI_DEADLINE_NONE); /* 0: only a look around */
        arch_idle();
        next = sched_head();
    } while (!next);
    sched_charge(NULL);
    return next;
}

struct arch_frame *kernel_resume(void)
{
    if (upkeep_needed)
        upkeep();
    struct process *next = sched_head();
    if (!next)
        next = idle();
    if (next != active) {
        sched_charge(active);
        active = next;
        arch_space_activate(next->root_phys);
    }
    clock_program(sched_has_peer(next) ? sched_turn_end(next) : ABI_DEADLINE_NONE);
    return &next->frame;
}
