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

struct arch_frame *kernel_system_call(void)
{
    syscall_dispatch(sched_running);
    return kernel_resume();
}

void kernel_fault(uint32_t death, uint64_t addr)
{
    process_end(sched_running, (enum abi_death)death, addr);
}

void kernel_timer_interrupt(void)
{
    clock_interrupt();
    sched_changed = true; /* at least the end of a turn is to be programmed anew */
    if (sched_running && sched_running->state == PROCESS_RUNNABLE) { /* not while idle */
        sched_charge(sched_running);
        if (sched_running->slice_left == 0)
            sched_rotate(sched_running);
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
    sched_charge(sched_running);
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

/* Apart, so that a call after which its caller goes on needs no stack. */
static __attribute__((noinline)) struct arch_frame *choose(void)
{
    if (upkeep_needed)
        upkeep();
    sched_changed = false;
    struct process *next = sched_head();
    if (!next)
        next = idle();
    if (next != sched_running) {
        sched_charge(sched_running);
        sched_enter(next);
    }
    clock_program(sched_has_peer(next) ? sched_turn_end(next) : ABI_DEADLINE_NONE);
    return &next->frame;
}

struct arch_frame *kernel_resume(void)
{
    return upkeep_needed || sched_changed ? choose() : &sched_running->frame;
}
