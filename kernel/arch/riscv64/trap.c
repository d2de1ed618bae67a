/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of the kernel in C, and traps: what the processor reports becomes one of kernel.h's events.
 */
#include "arch.h"
#include "boot.h"
#include "csr.h"
#include "fast.h"
#include "kernel.h"
#include "kernel_map.h"
#include "log.h"
#include "plat.h"
#include "process.h"
#include "sbi.h"

_Static_assert(offsetof(struct process, frame) == 0, "entry.S saves registers at the process");

extern const struct abi_bundle_header bundle_start;
extern const char bundle_end[], image_end[];

/* Called from entry.S. */
struct arch_frame *kernel_main(uint64_t entry_time, uint64_t entry_instret);
struct arch_frame *trap_from_user(void);
void trap_from_kernel(void) __attribute__((noreturn));

struct arch_frame *kernel_main(uint64_t entry_time, uint64_t entry_instret)
{
    boot_entry_time = entry_time;
    boot_entry_instret = entry_instret;
    kernel_map_init();
    CSR_WRITE(scounteren, SCOUNTEREN_CY_TM_IR);
    CSR_WRITE(sie, SIE_TIMER | SIE_EXTERNAL);
    CSR_WRITE(sstatus, SSTATUS_SPIE); /* SPP = 0: sret goes to user mode, with interrupts on */

    uint64_t bundle_phys = (uintptr_t)&bundle_start - ARCH_DIRECT_OFFSET;
    uint64_t bundle_len = (uintptr_t)bundle_end - (uintptr_t)&bundle_start;
    boot_start(&bundle_start, bundle_phys, bundle_len, (uintptr_t)image_end - ARCH_DIRECT_OFFSET,
               PLAT_RAM_END);
    return kernel_resume();
}

static enum abi_death death_of(uint64_t cause)
{
    switch (cause) {
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_FETCH_ACCESS:
    case CAUSE_FETCH_PAGE:
        return ABI_DEATH_FETCH;
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_LOAD_PAGE:
        return ABI_DEATH_LOAD;
    case CAUSE_STORE_MISALIGNED:
    case CAUSE_STORE_ACCESS:
    case CAUSE_STORE_PAGE:
        return ABI_DEATH_STORE;
    case CAUSE_ILLEGAL_INSTRUCTION:
        return ABI_DEATH_ILLEGAL_INSTRUCTION;
    case CAUSE_BREAKPOINT:
        return ABI_DEATH_BREAKPOINT;
    default:
        return ABI_DEATH_OTHER;
    }
}

struct arch_frame *trap_from_user(void)
{
    uint64_t cause = CSR_READ(scause);
    if (cause == CAUSE_USER_CALL)
        return fast_system_call();
    if (cause == CAUSE_TIMER)
        kernel_timer_interrupt();
    else if (cause == CAUSE_EXTERNAL)
        kernel_device_interrupt();
    else
        kernel_fault(death_of(cause), CSR_READ(stval));
    return kernel_resume();
}

void trap_from_kernel(void)
{
    log_text("kernel: trap at ");
    log_hex(CSR_READ(sepc));
    log_text(" addr ");
    log_hex(CSR_READ(stval));
    log_end();
    panic("trap in the kernel, cause", CSR_READ(scause));
}

void arch_idle(void)
{
    __asm__ volatile("wfi"); /* wakes on a pending interrupt, though none is taken in S-mode */
    uint64_t pending = CSR_READ(sip);
    if (pending & SIE_TIMER)
        kernel_timer_interrupt();
    if (pending & SIE_EXTERNAL)
        kernel_device_interrupt();
}

void arch_timer_set(uint64_t ticks)
{
    sbi_set_timer(ticks);
}

void arch_power_off(enum abi_off how)
{
    if (how == ABI_OFF_REBOOT)
        sbi_reboot(); /* returns when it cannot: off is better than on and useless */
    sbi_shutdown(how != ABI_OFF_SUCCESS);
    for (;;)
        __asm__ volatile("wfi");
}
