/* SPDX-License-Identifier: Apache-2.0 */
/* The processor, the clock and the memory of the kernel under test. */
#include "machine.h"

#include "audit.h"

#include "boot.h"
#include "clock.h"
#include "endpoint.h"
#include "fast.h"
#include "image.h"
#include "interrupt.h"
#include "kernel.h"
#include "log.h"
#include "memory.h"
#include "notification.h"
#include "pages.h"
#include "plat.h"
#include "sched.h"
#include "space.h"
#include "syscall.h"
#include "upkeep.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLE_BYTES (8u * 4096)
#define BUNDLE_PHYS  PLAT_RAM_BASE
#define FREE_PHYS    (PLAT_RAM_BASE + BUNDLE_BYTES)

uint64_t machine_time = 1000;
uint64_t machine_timer;
uint32_t machine_irq_line;
uint64_t machine_irq_enabled_mask;
uint64_t machine_irq_completed_mask;
uint64_t machine_active_root;
char machine_console[8192];
uint32_t machine_console_room = UINT32_MAX;
jmp_buf *machine_power_off_jump;
void (*machine_pause)(void);
enum machine_way machine_way;
uint32_t machine_short_count;

static uint8_t ram[MACHINE_RAM_BYTES] __attribute__((aligned(4096)));
static size_t console_len;

/* --- arch.h ----------------------------------------------------------------------------------- */

void *arch_direct(uint64_t phys)
{
    assert(phys >= PLAT_RAM_BASE && phys < PLAT_RAM_BASE + sizeof ram);
    return ram + (phys - PLAT_RAM_BASE);
}

uint64_t arch_time(void)
{
    return machine_time;
}

void arch_timer_set(uint64_t ticks)
{
    machine_timer = ticks;
}

void arch_space_activate(uint64_t root_phys)
{
    machine_active_root = root_phys;
}

void arch_space_leave(uint64_t root_phys)
{
    if (machine_active_root == root_phys)
        machine_active_root = 0;
}

void arch_space_flush(void)
{
}

/* The kernel's half: entries that no user walk may follow. */
void arch_code_written(void)
{
}

void arch_space_init_root(uint64_t *root)
{
    root[256] = UINT64_MAX;
    root[511] = UINT64_MAX;
}

void arch_idle(void)
{
    fprintf(stderr, "nothing to wait for in a unit test\n");
    abort();
}

void arch_power_off(enum abi_off how)
{
    if (machine_power_off_jump)
        longjmp(*machine_power_off_jump, 1);
    fprintf(stderr, "unexpected power off (%d): %s\n", (int)how, machine_console);
    abort();
}

/* --- plat.h ----------------------------------------------------------------------------------- */

uint32_t plat_console_write(const char *bytes, uint32_t len)
{
    uint32_t taken = len < machine_console_room ? len : machine_console_room;
    machine_console_room -= machine_console_room == UINT32_MAX ? 0 : taken;
    if (console_len + taken >= sizeof machine_console)
        console_len = 0;
    memcpy(machine_console + console_len, bytes, taken);
    console_len += taken;
    machine_console[console_len] = 0;
    return taken;
}

void machine_console_clear(void)
{
    console_len = 0;
    machine_console[0] = 0;
}

void plat_irq_init(void)
{
    machine_irq_enabled_mask = 0;
    machine_irq_completed_mask = 0;
}

void plat_irq_enable(uint32_t line)
{
    machine_irq_enabled_mask |= (uint64_t)1 << line;
}

void plat_irq_disable(uint32_t line)
{
    machine_irq_enabled_mask &= ~((uint64_t)1 << line);
}

uint32_t plat_irq_claim(void)
{
    uint32_t line = machine_irq_line;
    machine_irq_line = 0;
    return (machine_irq_enabled_mask >> line) & 1 ? line : 0;
}

void plat_irq_complete(uint32_t line)
{
    machine_irq_completed_mask |= (uint64_t)1 << line;
}

/* --- boot and calls -------------------------------------------------------------------------- */

static void make_bundle(void)
{
    struct abi_bundle_header *bundle = arch_direct(BUNDLE_PHYS);
    memset(bundle, 0, BUNDLE_BYTES);
    bundle->magic = ABI_BUNDLE_MAGIC;
    bundle->bundle_len = BUNDLE_BYTES;
    bundle->file_count = 2;
    strcpy(bundle->file[0].name, "init");
    bundle->file[0].offset = 4096;
    bundle->file[0].len = IMAGE_LEN;
    strcpy(bundle->file[1].name, "data");
    bundle->file[1].offset = 5 * 4096;
    bundle->file[1].len = MACHINE_DATA_LEN;
    bundle->bundle_len = 7 * 4096;
    struct image image;
    image_init(&image);
    memcpy(arch_direct(BUNDLE_PHYS + 4096), &image, sizeof image);
    memset(arch_direct(BUNDLE_PHYS + bundle->file[1].offset), 'x', MACHINE_DATA_LEN);
}

static void clear_tables(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        if (process_is_live(&processes[i]))
            process_die(&processes[i], ABI_DEATH_KILLED, 0);
    process_reap();
    memset(processes, 0, sizeof processes);
    memset(memories, 0, sizeof memories);
    memset(endpoints, 0, sizeof endpoints);
    memset(notifications, 0, sizeof notifications);
    memset(interrupts, 0, sizeof interrupts);
}

void machine_boot(void)
{
    clear_tables();
    machine_time = 1000;
    sched_charged_until = machine_time;
    machine_irq_line = 0;
    machine_pause = NULL;
    machine_console_clear();
    make_bundle();
    const struct abi_bundle_header *bundle = arch_direct(BUNDLE_PHYS);
    boot_start(bundle, BUNDLE_PHYS, bundle->bundle_len, FREE_PHYS,
               PLAT_RAM_BASE + MACHINE_RAM_BYTES);
}

/* What the kernel does after every event. */
static void upkeep(void)
{
    if (machine_way == MACHINE_HANDLER) {
        process_reap();
        log_drain();
        return;
    }
    do
        kernel_resume();
    while (upkeep_needed);
}

struct process *machine_next(void)
{
    const struct process *init = &processes[INIT_PROCESS_IDX];
    for (uint32_t priority = ABI_PRIORITY_COUNT; priority > 0; priority--) {
        struct process *head = sched_queue(priority - 1)->head;
        if (head && head != init)
            return head;
    }
    return NULL;
}

/* init can always run, so the general way ends with it, and only the short way with another. */
static void dispatch(struct process *process)
{
    if (machine_way == MACHINE_HANDLER || process != machine_next()) {
        syscall_dispatch(process);
        return;
    }
    sched_running = process;
    sched_changed = true; /* so that the general way looks who runs next */
    struct arch_frame *frame =
        machine_way == MACHINE_SHORT ? fast_system_call() : kernel_system_call();
    if (frame == &processes[INIT_PROCESS_IDX].frame)
        return;
    assert(machine_way == MACHINE_SHORT && frame == &machine_next()->frame);
    assert(!clock_first() || machine_timer <= clock_first()->deadline);
    machine_short_count++;
    kernel_resume();
}

int64_t machine_call(struct process *process, uint64_t number, uint64_t a0, uint64_t a1,
                     uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6)
{
    const uint64_t arg[7] = {a0, a1, a2, a3, a4, a5, a6};
    assert(process->state == PROCESS_RUNNABLE);
    memcpy(&process->frame.x[ARCH_REG_A0], arg, sizeof arg);
    process->frame.x[ARCH_REG_A7] = number;
    dispatch(process);
    upkeep();
    while (process->state == PROCESS_RUNNABLE && process->work.kind != WORK_NONE) {
        if (machine_pause)
            machine_pause();
        if (process->state != PROCESS_RUNNABLE)
            break;
        syscall_dispatch(process);
        upkeep();
    }
    return (int64_t)process->frame.x[ARCH_REG_A0];
}

struct process *machine_create(const char *name, uint32_t priority, uint64_t *slot)
{
    struct process *init = &processes[INIT_PROCESS_IDX];
    struct abi_process_config config = {
        .image_slot = MACHINE_SLOT_IMAGE,
        .priority = priority,
        .stack_pages = 2,
        .page_quota = 64,
    };
    strncpy(config.name, name, sizeof config.name - 1);
    machine_write(init, MACHINE_SCRATCH, &config, sizeof config);
    int64_t status = machine_call(init, ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM,
                                  MACHINE_SCRATCH, 0, 0, 0, 0, 0);
    assert(status > 0);
    *slot = (uint64_t)status;
    return &processes[init->cap[status].object];
}

static void start(uint64_t slot)
{
    struct process *init = &processes[INIT_PROCESS_IDX];
    int64_t status = machine_call(init, ABI_SYS_PROCESS_START, slot, 0, 0, 0, 0, 0, 0);
    assert(status == 0);
}

struct process *machine_spawn(const char *name, uint64_t *slot)
{
    struct process *process = machine_create(name, 3, slot);
    start(*slot);
    return process;
}

struct process *machine_spawn_on(const char *name, uint64_t endpoint, uint64_t rights,
                                 uint64_t badge, uint32_t priority, uint64_t *slot)
{
    struct process *process = machine_create(name, priority, slot);
    int64_t status = machine_call(&processes[INIT_PROCESS_IDX], ABI_SYS_PROCESS_GIVE, *slot,
                                  endpoint, rights, badge, MACHINE_SLOT_GIVEN, 0, 0);
    assert(status == 0);
    start(*slot);
    return process;
}

void machine_write(struct process *process, uint64_t addr, const void *bytes, size_t len)
{
    bool ok = space_copy_out(process, addr, bytes, len);
    assert(ok);
}

void machine_read(struct process *process, uint64_t addr, void *bytes, size_t len)
{
    bool ok = space_copy_in(process, bytes, addr, len);
    assert(ok);
}

int64_t machine_result(const struct process *process, uint32_t number)
{
    return (int64_t)process->frame.x[ARCH_REG_A0 + number];
}

int machine_teardown(void **state)
{
    (void)state;
    return audit_walk() == AUDIT_OK ? 0 : 1;
}
