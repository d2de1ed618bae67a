/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

#include "clock.h"
#include "interrupt.h"
#include "log.h"
#include "pages.h"
#include "process.h"
#include "sched.h"
#include "syscall.h"
#include "upkeep.h"

static struct process *active; /* whose address space is current and who ran last; NULL: none */
static uint64_t charged_until; /* time up to which whoever ran was charged */

/* Charges the active process the time since the last charge: its turn is time that it ran itself,
 * whatever cuts in. */
static void charge(uint64_t now)
{
    uint64_t ran = now - charged_until;
    charged_until = now;
    if (!active)
        return; /* boot, or whoever ran has died */
    active->cpu_ticks += ran;
    active->slice_left = active->slice_left > ran ? active->slice_left - ran : 0;
}

uint64_t kernel_cpu_ticks(const struct process *process)
{
    return process->cpu_ticks + (process == active ? arch_time() - charged_until : 0);
}

void kernel_system_call(void)
{
    syscall_dispatch(active);
}

static void log_death(const struct process *process)
{
    log_text("kernel: process ");
    log_text(process->name);
    log_text(process->death == ABI_DEATH_EXIT && process->death_addr == 0 ? " ended: " : " died: ");
    log_text(abi_death_name(process->death));
    log_text(" at ");
    log_hex(process->death_pc);
    log_text(" addr ");
    log_hex(process->death_addr);
    log_end();
}

void kernel_fault(uint32_t death, uint64_t addr)
{
    struct process *process = active;
    process->cap_count++; /* the slot stays until the line is written */
    process_die(process, (enum abi_death)death, addr);
    log_death(process);
    if (process == &processes[INIT_PROCESS_IDX])
        panic("init is gone", death);
    process->cap_count--;
    process_unreferenced(process);
}

void kernel_timer_interrupt(void)
{
    clock_interrupt();
    if (active && active->state == PROCESS_RUNNABLE) { /* not while idle */
        charge(arch_time());
        if (active->slice_left == 0)
            sched_rotate(active);
    }
    clock_expire();
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
    charge(arch_time());
    do {
        if (upkeep_needed)
            upkeep();
        clock_program(pages_scrub_needed() ? 0 : ABI_DEADLINE_NONE); /* 0: only a look around */
        arch_idle();
        next = sched_head();
    } while (!next);
    charged_until = arch_time();
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
        charge(arch_time());
        active = next;
        arch_space_activate(next->root_phys);
    }
    clock_program(sched_has_peer(next) ? charged_until + next->slice_left : ABI_DEADLINE_NONE);
    return &next->frame;
}

void kernel_leave_process(const struct process *process)
{
    if (process == active) {
        charge(arch_time());
        active = NULL;
        arch_space_leave();
    }
}
