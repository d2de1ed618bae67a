/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

#include "clock.h"
#include "interrupt.h"
#include "log.h"
#include "process.h"
#include "sched.h"
#include "syscall.h"

static struct process *active; /* whose address space is current and who ran last; NULL: none */

void kernel_system_call(void)
{
    active->frame.x[ARCH_REG_PC] += 4; /* behind the ecall */
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
    clock_expire();
    if (active && active->state == PROCESS_RUNNABLE && arch_time() >= active->slice_end)
        sched_rotate(active);
}

void kernel_device_interrupt(void)
{
    interrupt_dispatch();
}

struct arch_frame *kernel_resume(void)
{
    process_reap();
    struct process *next = sched_head();
    while (!next) {
        clock_program(ABI_DEADLINE_NONE);
        arch_idle();
        next = sched_head();
    }
    if (next != active) {
        active = next;
        arch_space_activate(next->root_phys);
    }
    if (next->slice_end == 0)
        next->slice_end = arch_time() + ABI_SLICE_TICKS;
    clock_program(sched_has_peer(next) ? next->slice_end : ABI_DEADLINE_NONE);
    return &next->frame;
}

void kernel_leave_process(const struct process *process)
{
    if (process == active) {
        active = NULL;
        arch_space_leave();
    }
}
