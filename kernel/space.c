/* SPDX-License-Identifier: Apache-2.0 */
/* User memory is reached by walking the page table: no user pointer is ever followed. */
#include "space.h"

#include "abi/memory.h"
#include "account.h"
#include "arch.h"
#include "bytes.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "sv39.h"

static bool is_user_range(uint64_t addr, uint64_t len)
{
    return addr >= ABI_USER_BASE && addr < ABI_USER_END && len <= ABI_USER_END - addr;
}

static uint64_t alloc_table(void *process)
{
    uint64_t phys = account_alloc(process, 1);
    if (phys != 0)
        pages_clear(phys, 1);
    return phys;
}

static void free_table(void *process, uint64_t table_phys)
{
    account_free(process, table_phys, 1);
}

bool space_create(struct process *process)
{
    process->root_phys = alloc_table(process);
    if (process->root_phys == 0)
        return false;
    arch_space_init_root(arch_direct(process->root_phys));
    return true;
}

void space_destroy(struct process *process)
{
    if (process->root_phys == 0)
        return;
    arch_space_leave(process->root_phys);
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++) {
        struct mapping mapping = process->mapping[i];
        process->mapping[i] = (struct mapping){0};
        if (mapping.addr != 0 && mapping.memory_idx != MEMORY_IDX_NONE)
            memory_release(mapping.memory_idx);
    }
    sv39_free(process->root_phys, free_table, process);
    process->root_phys = 0;
}

static uint64_t leaf_flags(enum space_kind kind, uint32_t memory_idx)
{
    uint64_t flags = PTE_READ;
    if (kind == SPACE_READ_WRITE)
        flags |= PTE_WRITE;
    if (kind == SPACE_READ_EXECUTE)
        flags |= PTE_EXEC;
    if (memory_idx == MEMORY_IDX_NONE)
        flags |= PTE_DEVICE;
    return flags;
}

static bool overlaps(const struct process *process, uint64_t addr, uint64_t len)
{
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++) {
        const struct mapping *mapping = &process->mapping[i];
        if (mapping->addr != 0 && addr < mapping->addr + mapping->page_count * PAGE_BYTES &&
            mapping->addr < addr + len)
            return true;
    }
    return false;
}

static struct mapping *free_mapping(struct process *process)
{
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++)
        if (process->mapping[i].addr == 0)
            return &process->mapping[i];
    return NULL;
}

static void clear_leaves(struct process *process, uint64_t addr, uint32_t page_count)
{
    for (uint32_t i = 0; i < page_count; i++)
        sv39_unmap(process->root_phys, addr + i * PAGE_BYTES);
    arch_space_flush();
}

/* The mapping itself; its range is free and its entry found. */
static bool set_leaves(struct process *process, uint64_t addr, uint64_t phys, uint32_t page_count,
                       uint64_t flags)
{
    for (uint32_t i = 0, count; i < page_count; i += count) {
        count = sv39_map(process->root_phys, addr + i * PAGE_BYTES, phys + i * PAGE_BYTES,
                         page_count - i, flags, alloc_table, process);
        if (count == 0) {
            clear_leaves(process, addr, i);
            return false;
        }
    }
    arch_space_flush();
    return true;
}

enum abi_error space_map(struct process *process, uint64_t addr, uint64_t phys, uint32_t page_count,
                         enum space_kind kind, uint32_t memory_idx)
{
    uint64_t len = page_count * PAGE_BYTES;
    if (page_count == 0 || addr % PAGE_BYTES != 0 || !is_user_range(addr, len))
        return ABI_E_ARGUMENT;
    if (overlaps(process, addr, len))
        return ABI_E_OVERLAP;
    struct mapping *mapping = free_mapping(process);
    if (!mapping)
        return ABI_E_NO_OBJECT;
    if (!set_leaves(process, addr, phys, page_count, leaf_flags(kind, memory_idx)))
        return ABI_E_NO_MEMORY;
    *mapping = (struct mapping){.addr = addr, .page_count = page_count, .memory_idx = memory_idx};
    if (memory_idx != MEMORY_IDX_NONE)
        memory_retain(memory_idx);
    return ABI_OK;
}

enum abi_error space_map_user(struct process *process, uint64_t addr, uint64_t phys, uint64_t len,
                              enum space_kind kind, uint32_t memory_idx)
{
    uint64_t page_count = pages_for(len);
    uint64_t stack_low = ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * PAGE_BYTES;
    uint64_t stack_high = ABI_STACK_TOP + PAGE_BYTES;
    if (addr < stack_high && addr + page_count * PAGE_BYTES > stack_low)
        return ABI_E_ARGUMENT;
    return space_map(process, addr, phys, (uint32_t)page_count, kind, memory_idx);
}

/* Its mappings are not what they were. */
static void forget_buffers(struct process *process)
{
    process->outgoing.buffer.found_len = 0;
    process->incoming.buffer.found_len = 0;
    process->incoming.caps.found_len = 0;
}

enum abi_error space_unmap(struct process *process, uint64_t addr)
{
    for (uint32_t i = 0; i < ABI_MAPPING_COUNT_MAX; i++) {
        struct mapping mapping = process->mapping[i];
        if (mapping.addr == 0 || mapping.addr != addr)
            continue;
        clear_leaves(process, addr, mapping.page_count);
        forget_buffers(process);
        process->mapping[i] = (struct mapping){0};
        if (mapping.memory_idx != MEMORY_IDX_NONE)
            memory_release(mapping.memory_idx);
        return ABI_OK;
    }
    return ABI_E_ARGUMENT;
}

/* Where the kernel sees addr of the process; NULL when it is not its memory or not so accessible.
 */
static inline uint8_t *translate(const struct process *process, uint64_t addr, bool write)
{
    uint64_t needed =
        write ? PTE_VALID | PTE_USER | PTE_READ | PTE_WRITE : PTE_VALID | PTE_USER | PTE_READ;
    uint64_t leaf = sv39_lookup(process->root_phys, addr);
    if ((leaf & (needed | PTE_DEVICE)) != needed)
        return NULL;
    return (uint8_t *)arch_direct(sv39_entry_phys(leaf)) + addr % PAGE_BYTES;
}

static uint64_t left_in_page(uint64_t addr)
{
    return PAGE_BYTES - addr % PAGE_BYTES;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

bool space_check(const struct process *process, uint64_t addr, uint64_t len, bool write)
{
    if (len == 0)
        return true;
    if (!is_user_range(addr, len))
        return false;
    for (uint64_t at = addr; at < addr + len; at += left_in_page(at))
        if (!translate(process, at, write))
            return false;
    return true;
}

bool space_copy_in(const struct process *process, void *to, uint64_t from_addr, uint64_t len)
{
    if (!space_check(process, from_addr, len, false))
        return false;
    uint8_t *out = to;
    while (len > 0) {
        uint64_t part = least(len, left_in_page(from_addr));
        memcpy(out, translate(process, from_addr, false), part);
        out += part;
        from_addr += part;
        len -= part;
    }
    return true;
}

bool space_copy_out(const struct process *process, uint64_t to_addr, const void *from, uint64_t len)
{
    if (!space_check(process, to_addr, len, true))
        return false;
    const uint8_t *in = from;
    while (len > 0) {
        uint64_t part = least(len, left_in_page(to_addr));
        memcpy(translate(process, to_addr, true), in, part);
        in += part;
        to_addr += part;
        len -= part;
    }
    return true;
}

/* Whole pages are found, so a longer buffer at the same place is there as far as they go. */
bool space_walk_buffer(const struct process *process, uint64_t addr, uint32_t len, bool write,
                       struct space_buffer *buffer)
{
    uint64_t first_len = left_in_page(addr), found_len = first_len;
    buffer->found_len = 0;
    if (!is_user_range(addr, len))
        return false;
    buffer->part[0] = translate(process, addr, write);
    if (!buffer->part[0])
        return false;
    if (len > first_len) {
        buffer->part[1] = translate(process, addr + first_len, write);
        if (!buffer->part[1])
            return false;
        found_len = ABI_MESSAGE_BYTES_MAX;
    }
    buffer->addr = addr;
    buffer->part_len = (uint32_t)first_len;
    buffer->found_len = (uint32_t)found_len;
    buffer->len = len;
    return true;
}

/* Where byte offset of the buffer is, and how many bytes follow it there. */
static uint8_t *buffer_at(const struct space_buffer *buffer, uint32_t offset, uint32_t *left)
{
    if (offset < buffer->part_len) {
        *left = buffer->part_len - offset;
        return buffer->part[0] + offset;
    }
    *left = buffer->len - offset;
    return buffer->part[1] + (offset - buffer->part_len);
}

static __attribute__((noinline)) void copy_parts(const struct space_buffer *to,
                                                 const struct space_buffer *from, uint32_t len)
{
    uint32_t offset = 0;
    while (offset < len) {
        uint32_t to_left, from_left;
        uint8_t *target = buffer_at(to, offset, &to_left);
        const uint8_t *source = buffer_at(from, offset, &from_left);
        uint64_t part = least(len - offset, least(to_left, from_left));
        memcpy(target, source, part);
        offset += (uint32_t)part;
    }
}

void space_copy(const struct space_buffer *to, const struct space_buffer *from, uint32_t len)
{
    KASSERT(len <= to->len && len <= from->len);
    if (len > to->part_len || len > from->part_len)
        copy_parts(to, from, len);
    else if (len > 0)
        memcpy(to->part[0], from->part[0], len);
}

void space_get(void *to, const struct space_buffer *from, uint32_t offset, uint32_t len)
{
    uint8_t *target = to;
    uint32_t left;
    for (; len > 0; len -= left, offset += left, target += left) {
        const uint8_t *source = buffer_at(from, offset, &left);
        left = (uint32_t)least(left, len);
        memcpy(target, source, left);
    }
}

void space_put(const struct space_buffer *to, uint32_t offset, const void *from, uint32_t len)
{
    const uint8_t *source = from;
    uint32_t left;
    for (; len > 0; len -= left, offset += left, source += left) {
        uint8_t *target = buffer_at(to, offset, &left);
        left = (uint32_t)least(left, len);
        memcpy(target, source, left);
    }
}
