/* SPDX-License-Identifier: Apache-2.0 */
/* Draws system calls and arguments, and audits after them. */
#include "random_calls.h"

#include "audit.h"
#include "kernel.h"
#include "machine.h"
#include "plat.h"
#include "sched.h"
#include "space.h"

#include <string.h>

#define WORKER_COUNT 6
/* First address of the page of structs that calls read: configurations and capability lists. */
#define STRUCTS (MACHINE_SCRATCH + 3 * 4096)

struct run {
    random_source source;
    void *context;
    bool empty;
};

static uint32_t pick(struct run *run, uint32_t bound)
{
    uint32_t number = 0;
    if (!run->empty && !run->source(run->context, &number))
        run->empty = true;
    return number % bound;
}

static uint64_t any_slot(struct run *run)
{
    uint32_t kind = pick(run, 16);
    return kind == 0 ? pick(run, 300) : kind == 1 ? UINT64_MAX - pick(run, 3) : pick(run, 24);
}

static uint64_t any_addr(struct run *run)
{
    static const uint64_t bases[] = {
        MACHINE_SCRATCH, MACHINE_SCRATCH + 4096 - 16, STRUCTS,       MACHINE_TEXT,
        MACHINE_RODATA,  MACHINE_SCRATCH + 4 * 4096,  ABI_STACK_TOP, 0,
        ABI_USER_END,    0xffffffc080200000ull,       UINT64_MAX,    0x10000000,
    };
    uint64_t base = bases[pick(run, sizeof bases / sizeof bases[0])];
    return pick(run, 3) ? base : base - pick(run, 4100);
}

static uint64_t any_page(struct run *run)
{
    return pick(run, 8) ? 0x10000000 + pick(run, 64) * 4096ull * 37 : any_addr(run);
}

static uint64_t any_len(struct run *run)
{
    static const uint64_t lens[] = {0, 1, 8, 60, 64, 4095, 4096, 4097, UINT32_MAX, 100000};
    return lens[pick(run, sizeof lens / sizeof lens[0])];
}

static uint64_t any_number(struct run *run)
{
    switch (pick(run, 6)) {
    case 0:
        return UINT64_MAX - pick(run, 4);
    case 1:
        return machine_time + pick(run, 50);
    case 2:
        return pick(run, 256);
    default:
        return pick(run, 8);
    }
}

/* What the first two arguments of a call name, when they are slots. */
static const uint8_t slot_types[ABI_SYS_COUNT][2] = {
    [ABI_SYS_LOG] = {ABI_CAP_CONSOLE},
    [ABI_SYS_LOG_READ] = {ABI_CAP_CONSOLE},
    [ABI_SYS_CALL] = {ABI_CAP_ENDPOINT},
    [ABI_SYS_RECV] = {ABI_CAP_ENDPOINT, ABI_CAP_NOTIFICATION},
    [ABI_SYS_REPLY_RECV] = {ABI_CAP_ENDPOINT, ABI_CAP_NOTIFICATION},
    [ABI_SYS_NOTIFY] = {ABI_CAP_NOTIFICATION},
    [ABI_SYS_MEMORY_PHYS] = {ABI_CAP_MEMORY},
    [ABI_SYS_MAP] = {ABI_CAP_MEMORY},
    [ABI_SYS_IRQ_BIND] = {ABI_CAP_IRQ, ABI_CAP_NOTIFICATION},
    [ABI_SYS_IRQ_ACK] = {ABI_CAP_IRQ},
    [ABI_SYS_PROCESS_CREATE] = {ABI_CAP_SYSTEM},
    [ABI_SYS_PROCESS_GIVE] = {ABI_CAP_PROCESS},
    [ABI_SYS_PROCESS_START] = {ABI_CAP_PROCESS},
    [ABI_SYS_PROCESS_KILL] = {ABI_CAP_PROCESS},
    [ABI_SYS_PROCESS_WATCH] = {ABI_CAP_PROCESS, ABI_CAP_NOTIFICATION},
    [ABI_SYS_PROCESS_INFO] = {ABI_CAP_PROCESS},
    [ABI_SYS_PROCESS_UNWATCH] = {ABI_CAP_PROCESS, ABI_CAP_NOTIFICATION},
    [ABI_SYS_IRQ_UNBIND] = {ABI_CAP_IRQ},
    [ABI_SYS_SYSTEM_INFO] = {ABI_CAP_SYSTEM},
    [ABI_SYS_SYSTEM_AUDIT] = {ABI_CAP_SYSTEM},
    [ABI_SYS_REPLY] = {ABI_CAP_REPLY},
};

/* A slot of the type if the process has one, mostly. */
static uint64_t slot_of(struct run *run, const struct process *process, uint8_t type)
{
    uint32_t start = pick(run, ABI_SLOT_COUNT);
    for (uint32_t i = 0; i < ABI_SLOT_COUNT && start % 8 != 0; i++) {
        uint32_t slot = (start + i) % ABI_SLOT_COUNT;
        if (process->cap[slot].type == type)
            return slot;
    }
    return any_slot(run);
}

static void choose_message(struct run *run, uint64_t arg[7])
{
    static const uint64_t room[] = {4096, 4096, 64, 0};
    bool sensible = pick(run, 4) != 0;
    arg[2] = sensible ? MACHINE_SCRATCH : any_addr(run);
    arg[6] = sensible ? MACHINE_SCRATCH + 100 : any_addr(run);
    arg[3] = sensible ? ABI_LENGTHS(pick(run, 200), room[pick(run, 4)])
                      : ABI_LENGTHS(any_len(run), any_len(run));
    arg[4] = pick(run, 2) ? 0 : STRUCTS;
    arg[5] = pick(run, 4) ? machine_time + pick(run, 60) : any_number(run);
}

/* Arguments that fit the call more often than not. */
static void choose_arguments(struct run *run, const struct process *process, uint64_t number,
                             uint64_t arg[7])
{
    for (uint32_t i = 0; i < 7; i++)
        arg[i] = pick(run, 3) ? any_slot(run) : any_number(run);
    for (uint32_t i = 0; number < ABI_SYS_COUNT && i < 2; i++)
        if (slot_types[number][i] != ABI_CAP_NONE)
            arg[i] = slot_of(run, process, slot_types[number][i]);
    switch (number) {
    case ABI_SYS_CALL:
    case ABI_SYS_RECV:
    case ABI_SYS_REPLY:
    case ABI_SYS_REPLY_RECV:
        choose_message(run, arg);
        if (number == ABI_SYS_CALL || number == ABI_SYS_REPLY)
            arg[1] = arg[6];
        if (number == ABI_SYS_REPLY && pick(run, 2))
            arg[0] = ABI_SLOT_NONE; /* to whom it received from last */
        break;
    case ABI_SYS_LOG:
        arg[1] = any_addr(run);
        arg[2] = any_len(run);
        break;
    case ABI_SYS_LOG_READ:
        arg[2] = any_addr(run);
        arg[3] = any_len(run);
        break;
    case ABI_SYS_MEMORY_CREATE:
        arg[0] = pick(run, 2) ? 0 : slot_of(run, process, ABI_CAP_SYSTEM);
        arg[1] = any_len(run);
        break;
    case ABI_SYS_MAP:
        arg[1] = any_page(run);
        arg[2] = pick(run, 8) ? 1 + 2 * pick(run, 2) : any_number(run);
        break;
    case ABI_SYS_UNMAP:
        arg[0] = any_page(run);
        break;
    case ABI_SYS_PROCESS_CREATE:
        arg[1] = STRUCTS + 64;
        break;
    case ABI_SYS_PROCESS_INFO:
    case ABI_SYS_SYSTEM_INFO:
        arg[1] = any_addr(run);
        break;
    default:
        break;
    }
}

static void fill_structs(struct run *run, struct process *process)
{
    struct abi_caps caps = {.send_count = pick(run, 3), .recv_capacity = pick(run, 6)};
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS_MAX; i++) {
        caps.send_slot[i] = (uint32_t)slot_of(run, process, (uint8_t)(1 + pick(run, 8)));
        caps.send_rights[i] = pick(run, 256);
    }
    struct abi_process_config config = {
        .name = "child",
        .image_slot = pick(run, 4) ? 2 : pick(run, 24),
        .priority = pick(run, 5),
        .stack_pages = pick(run, 5),
        .page_quota = pick(run, 4) ? 10 + pick(run, 30) : pick(run, 100000),
    };
    /* The process may have unmapped its memory: then the calls meet bad pointers. */
    (void)space_copy_out(process, STRUCTS, &caps, sizeof caps);
    (void)space_copy_out(process, STRUCTS + 64, &config, sizeof config);
}

/* A process with a bit of everything, in random order of slots. */
static void spawn_worker(struct run *run, struct process *init, uint64_t endpoint,
                         uint64_t notification)
{
    struct abi_process_config config = {.name = "worker",
                                        .image_slot = MACHINE_SLOT_IMAGE,
                                        .priority = pick(run, 4),
                                        .stack_pages = 1,
                                        .page_quota = 60 + pick(run, 60)};
    const uint64_t sources[] = {ABI_INIT_SLOT_SYSTEM,
                                MACHINE_SLOT_IMAGE,
                                endpoint,
                                notification,
                                MACHINE_SLOT_DATA,
                                ABI_INIT_SLOT_IRQ,
                                ABI_INIT_SLOT_DEVICE + 8,
                                endpoint,
                                notification,
                                ABI_INIT_SLOT_CONSOLE};
    machine_write(init, STRUCTS, &config, sizeof config);
    int64_t slot =
        machine_call(init, ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM, STRUCTS, 0, 0, 0, 0, 0);
    if (slot < 0)
        return; /* table or memory is full of children: nothing more to start */
    for (uint64_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        /* Without WRITE nobody powers the machine off. */
        uint64_t rights = sources[i] == ABI_INIT_SLOT_SYSTEM ? 0xffu & ~ABI_RIGHT_WRITE : 0xff;
        uint64_t badge = i >= 7 && i <= 8 ? 1 + pick(run, 9) : 0;
        machine_call(init, ABI_SYS_PROCESS_GIVE, (uint64_t)slot, sources[i], rights, badge, 1 + i,
                     0, 0);
    }
    machine_call(init, ABI_SYS_PROCESS_START, (uint64_t)slot, 0, 0, 0, 0, 0, 0);
    machine_call(init, ABI_SYS_CAP_DROP, (uint64_t)slot, 0, 0, 0, 0, 0, 0);
}

static uint32_t live_count(void)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < ABI_PROCESS_COUNT_MAX; i++)
        count += process_is_live(&processes[i]);
    return count;
}

/* Nobody can run but init, or it is time for something from outside. */
static void disturb(struct run *run)
{
    machine_time += pick(run, 40);
    switch (pick(run, 4)) {
    case 0:
        machine_irq_line = plat_devices[0].irq_line;
        kernel_device_interrupt();
        break;
    case 1: {
        struct process *victim = &processes[1 + pick(run, 10)];
        if (process_is_live(victim))
            process_die(victim, ABI_DEATH_LOAD, 0);
        process_reap();
        break;
    }
    default:
        kernel_timer_interrupt();
        break;
    }
}

static void one_call(struct run *run)
{
    /* init lies at the head of the highest queue: take the next one below it. */
    struct process *process = NULL;
    for (uint32_t priority = ABI_PRIORITY_COUNT - 1; priority > 0 && !process; priority--)
        process = sched_queue(priority - 1)->head;
    if (!process || pick(run, 20) == 0) {
        disturb(run);
        return;
    }
    uint64_t arg[7];
    uint64_t number = pick(run, 64) ? 1 + pick(run, ABI_SYS_COUNT - 1) : any_number(run);
    if (number == ABI_SYS_EXIT)
        number = pick(run, 16) ? ABI_SYS_REPLY : ABI_SYS_RECV;
    if (process->owes_reply && pick(run, 3) == 0)
        number = pick(run, 2) ? ABI_SYS_REPLY_LATER : ABI_SYS_REPLY_RECV;
    fill_structs(run, process);
    choose_arguments(run, process, number, arg);
    machine_call(process, number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], arg[6]);
}

static struct run *pausing;

/* Between two pieces of a call. */
static void pause_call(void)
{
    if (pick(pausing, 2) == 0)
        disturb(pausing);
}

int random_calls(random_source source, void *context, uint32_t check_interval)
{
    struct run run = {.source = source, .context = context};
    machine_boot();
    pausing = &run;
    machine_pause = pause_call;
    struct process *init = &processes[INIT_PROCESS_IDX];
    uint64_t endpoint = (uint64_t)machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    uint64_t notification =
        (uint64_t)machine_call(init, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    for (uint32_t i = 0; !run.empty; i++) {
        if (live_count() < WORKER_COUNT)
            spawn_worker(&run, init, endpoint, notification);
        one_call(&run);
        if (i % check_interval == 0 && audit_walk() != AUDIT_OK)
            return (int)audit_walk();
    }
    return (int)audit_walk();
}
