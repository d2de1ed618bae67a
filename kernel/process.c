/* SPDX-License-Identifier: Apache-2.0 */
/* From an image to a process, and from its last instruction to what all others learn of it. */
#include "process.h"

#include "account.h"
#include "bytes.h"
#include "cap.h"
#include "endpoint.h"
#include "interrupt.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "reply.h"
#include "space.h"
#include "wait.h"
#include "watch.h"

static struct process *free_slot(void)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        if (processes[i].state == PROCESS_FREE)
            return &processes[i];
    return NULL;
}

/* Memory of len bytes, mapped at addr and held by that mapping alone. */
static enum abi_error add_memory(struct process *process, uint64_t addr, uint64_t len,
                                 enum space_kind kind)
{
    uint32_t memory_idx;
    enum abi_error error = memory_create(process, len, &memory_idx);
    if (error != ABI_OK)
        return error;
    const struct memory *memory = &memories[memory_idx];
    error = space_map(process, addr, memory->phys, memory->page_count, kind, memory_idx);
    memory_release(memory_idx);
    return error;
}

static enum abi_error add_memories(struct process *process, uint32_t stack_pages)
{
    const struct elf_image *image = &process->load.image;
    if (!space_create(process))
        return ABI_E_NO_MEMORY;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        enum space_kind kind = segment->executable ? SPACE_READ_EXECUTE
                               : segment->writable ? SPACE_READ_WRITE
                                                   : SPACE_READ;
        enum abi_error error = add_memory(process, segment->addr, segment->mem_len, kind);
        if (error != ABI_OK)
            return error;
    }
    uint64_t stack_len = stack_pages * PAGE_BYTES;
    return add_memory(process, ABI_STACK_TOP - stack_len, stack_len, SPACE_READ_WRITE);
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
    memset(process, 0, sizeof *process);
    if (!account_open(process, config->page_quota))
        return ABI_E_NO_MEMORY;
    process->state = PROCESS_CREATED;
    process->priority = config->priority;
    process->deadline = ABI_DEADLINE_NONE;
    memcpy(process->name, config->name, sizeof process->name);
    process->frame.x[ARCH_REG_PC] = image.entry;
    process->frame.x[ARCH_REG_SP] = ABI_STACK_TOP;
    process->load = (struct load){.file = file, .image = image};

    enum abi_error error = add_memories(process, config->stack_pages);
    if (error != ABI_OK) {
        process_die(process, ABI_DEATH_KILLED, 0); /* no reference: frees the slot as well */
        return error;
    }
    object_retain_process(process);
    *created = process;
    return ABI_OK;
}

/* The pages [page, page + count) of a segment, which are clear: what the file has for them. */
static void load_segment(const struct load *load, uint64_t phys, uint32_t count)
{
    const struct elf_segment *segment = &load->image.segment[load->part];
    uint64_t offset = load->page * PAGE_BYTES;
    uint64_t len = count * PAGE_BYTES;
    if (offset >= segment->file_len)
        return;
    if (len > segment->file_len - offset)
        len = segment->file_len - offset;
    memcpy(arch_direct(phys), load->file + segment->file_offset + offset, len);
}

bool process_load(struct process *process)
{
    struct load *load = &process->load;
    uint32_t left = PAGES_PIECE;
    while (load->part <= load->image.segment_count && left > 0) {
        const struct memory *memory = &memories[process->mapping[load->part].memory_idx];
        uint64_t phys = memory->phys + load->page * PAGE_BYTES;
        uint32_t count = memory->page_count - load->page;
        if (count > left)
            count = left;
        pages_clear(phys, count);
        if (load->part < load->image.segment_count)
            load_segment(load, phys, count);
        left -= count;
        load->page += count;
        if (load->page == memory->page_count) {
            load->part++;
            load->page = 0;
        }
    }
    if (load->part <= load->image.segment_count)
        return false;
    arch_code_written();
    return true;
}

void process_start(struct process *process, uint64_t arg)
{
    process->frame.x[ARCH_REG_A0] = arg;
    process->receive_time = arch_time();
    wait_start(process);
}

/* What a call in pieces has begun goes as if it had never been. */
static void abandon_work(struct process *process)
{
    struct work work = process->work;
    process->work = (struct work){.kind = WORK_NONE};
    if (work.kind == WORK_MEMORY)
        memory_release(work.object);
    if (work.kind == WORK_PROCESS)
        object_release_process(&processes[work.object]);
}

static void log_end_of(const struct process *process)
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

static void drop_all(struct process *process)
{
    for (uint32_t slot = 1; slot < ABI_SLOT_COUNT; slot++)
        if (process->cap[slot].type != ABI_CAP_NONE)
            cap_remove(process, slot);
}

void process_die(struct process *process, enum abi_death death, uint64_t addr)
{
    wait_end(process);
    process->death = death;
    process->death_pc = process->frame.x[ARCH_REG_PC];
    process->death_addr = addr;

    object_retain_process(process); /* the slot stays until all below is done */
    abandon_work(process);
    reply_abandon(process);
    endpoint_server_died(process);
    interrupt_unbind_all(process);
    drop_all(process);
    space_destroy(process);
    account_close(process);
    watch_tell(process);
    object_release_process(process);
}

void process_end(struct process *process, enum abi_death death, uint64_t addr)
{
    object_retain_process(process); /* the slot stays until the line is written */
    process_die(process, death, addr);
    log_end_of(process);
    if (process == &processes[INIT_PROCESS_IDX])
        panic("init is gone", death);
    object_release_process(process);
}

void process_reap(void)
{
    for (struct process *orphan = object_orphan(); orphan; orphan = object_orphan())
        process_die(orphan, ABI_DEATH_KILLED, 0);
}
