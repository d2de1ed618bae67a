/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "account.h"
#include "bytes.h"
#include "clock.h"
#include "elf.h"
#include "endpoint.h"
#include "interrupt.h"
#include "ipc.h"
#include "kernel.h"
#include "log.h"
#include "memory.h"
#include "notification.h"
#include "pages.h"
#include "sched.h"
#include "space.h"

struct process processes[ABI_PROCESS_COUNT_MAX];
static bool reap_needed; /* a process in state CREATED lost its last capability */

static struct process *free_slot(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        if (processes[i].state == PROCESS_FREE)
            return &processes[i];
    }
    return NULL;
}

/* Memory of len bytes, mapped at addr and held by that mapping alone. */
static enum abi_error load_memory(struct process *process, uint64_t addr, uint64_t len,
                                  enum space_kind kind, uint64_t *phys)
{
    uint32_t memory_idx;
    enum abi_error error = memory_create(process, len, &memory_idx);
    if (error != ABI_OK)
        return error;
    const struct memory *memory = &memories[memory_idx];
    *phys = memory->phys;
    error = space_map(process, addr, memory->phys, memory->page_count, kind, memory_idx);
    memory_release(memory_idx);
    return error;
}

static enum abi_error load_image(struct process *process, const uint8_t *file,
                                 const struct elf_image *image)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        enum space_kind kind = segment->executable ? SPACE_READ_EXECUTE
                               : segment->writable ? SPACE_READ_WRITE
                                                   : SPACE_READ;
        uint64_t phys;
        enum abi_error error = load_memory(process, segment->addr, segment->mem_len, kind, &phys);
        if (error != ABI_OK)
            return error;
        memcpy(arch_direct(phys), file + segment->file_offset, segment->file_len);
    }
    arch_code_written();
    process->frame.x[ARCH_REG_PC] = image->entry;
    return ABI_OK;
}

static enum abi_error load(struct process *process, const struct abi_process_config *config,
                           const uint8_t *file, const struct elf_image *image)
{
    if (!space_create(process))
        return ABI_E_NO_MEMORY;
    enum abi_error error = load_image(process, file, image);
    if (error != ABI_OK)
        return error;
    uint64_t stack_len = config->stack_pages * PAGE_BYTES;
    uint64_t phys;
    process->frame.x[ARCH_REG_SP] = ABI_STACK_TOP;
    return load_memory(process, ABI_STACK_TOP - stack_len, stack_len, SPACE_READ_WRITE, &phys);
}

enum abi_error process_create(const struct abi_process_config *config, const uint8_t *file,
                              uint64_t file_len, struct process **created,
                              enum abi_image_fault *fault)
{
    struct elf_image image;
    *fault = elf_read(file, file_len, &image);
    if (*fault != ABI_IMAGE_OK)
        return ABI_E_IMAGE;
    struct process *process = free_slot();
    if (!process)
        return ABI_E_NO_OBJECT;
    memset(process, 0, sizeof(*process));
    if (!account_open(process, config->page_quota))
        return ABI_E_NO_MEMORY;
    process->state = PROCESS_CREATED;
    process->priority = config->priority;
    process->deadline = ABI_DEADLINE_NONE;
    memcpy(process->name, config->name, sizeof(process->name));

    enum abi_error error = load(process, config, file, &image);
    if (error != ABI_OK) {
        process_die(process, ABI_DEATH_KILLED, 0); /* no reference: frees the slot as well */
        return error;
    }
    *created = process;
    return ABI_OK;
}

void process_start(struct process *process, uint64_t arg)
{
    KASSERT(process->state == PROCESS_CREATED);
    process->frame.x[ARCH_REG_A0] = arg;
    process->receive_time = arch_time();
    sched_ready(process);
}

static void signal_watchers(struct process *process)
{
    for (uint32_t i = 0; i < ABI_WATCH_COUNT_MAX; i++) {
        struct watch watch = process->watch[i];
        process->watch[i] = (struct watch){0};
        if (!watch.notification)
            continue;
        notification_signal(watch.notification, watch.bits);
        notification_release(watch.notification);
    }
}

void process_die(struct process *process, enum abi_death death, uint64_t addr)
{
    KASSERT(process_is_live(process));
    if (process->state == PROCESS_RUNNABLE)
        sched_remove(process);
    else if (process_is_blocked(process))
        ipc_unlink(process);
    process->state = PROCESS_DEAD;
    process->death = death;
    process->death_pc = process->frame.x[ARCH_REG_PC];
    process->death_addr = addr;

    /* This reference keeps the slot until all below is done. */
    process->cap_count++;
    kernel_leave_process(process);
    ipc_abandon_caller(process);
    endpoint_server_died(process);
    interrupt_unbind_all(process);
    for (uint32_t slot = 1; slot < ABI_SLOT_COUNT; slot++) {
        if (process->cap[slot].type != ABI_CAP_NONE)
            cap_remove(process, slot);
    }
    space_destroy(process);
    account_close(process);
    signal_watchers(process);
    process->cap_count--;
    process_unreferenced(process);
}

void process_unreferenced(struct process *process)
{
    if (process->cap_count > 0)
        return;
    if (process->state == PROCESS_CREATED)
        reap_needed = true; /* nobody can start it any more */
    else if (process->state == PROCESS_DEAD && process->object_count == 0)
        process->state = PROCESS_FREE;
}

/* Not done in process_unreferenced(), because a chain of unstarted processes that hold one another
 * would be as many calls deep. */
static __attribute__((noinline)) void reap(void)
{
    reap_needed = false;
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        if (processes[i].state == PROCESS_CREATED && processes[i].cap_count == 0)
            process_die(&processes[i], ABI_DEATH_KILLED, 0);
    }
}

void process_reap(void)
{
    while (reap_needed)
        reap();
}
