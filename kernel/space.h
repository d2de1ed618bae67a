/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: what is mapped where, and access to a process's memory from the kernel. */
#ifndef SPACE_H
#define SPACE_H

#include "abi/error.h"
#include "object.h"

#include <stdbool.h>
#include <stdint.h>

/* A root table with the kernel's half; false when the quota does not allow it. */
bool space_create(struct process *process);

/* Gives back every mapping and every table of a process, which may be the one that runs. */
void space_destroy(struct process *process);

enum space_kind {
    SPACE_READ,
    SPACE_READ_WRITE,
    SPACE_READ_EXECUTE,
};

/* Maps pages of a memory object (a reference is kept) or of a device (MEMORY_IDX_NONE). */
enum abi_error space_map(struct process *process, uint64_t addr, uint64_t phys, uint32_t page_count,
                         enum space_kind kind, uint32_t memory_idx);

/* The same for a process's own wish, which may not touch where the largest stack, or a page beside
 * it, would be. */
enum abi_error space_map_user(struct process *process, uint64_t addr, uint64_t phys, uint64_t len,
                              enum space_kind kind, uint32_t memory_idx);

/* Removes the mapping that begins at addr. */
enum abi_error space_unmap(struct process *process, uint64_t addr);

/* Whether all of [addr, addr + len) is the process's memory (no device), readable and, if asked,
 * writable. A range of length 0 always is. */
bool space_check(const struct process *process, uint64_t addr, uint64_t len, bool write);

/* Copies between a process and the kernel; false, with nothing promised about the target, when
 * the range does not pass space_check(). */
bool space_copy_in(const struct process *process, void *to, uint64_t from_addr, uint64_t len);
bool space_copy_out(const struct process *process, uint64_t to_addr, const void *from,
                    uint64_t len);

/* Whether the buffer, one of the process's own, already has [addr, addr + len). */
static inline bool space_has_buffer(const struct space_buffer *buffer, uint64_t addr, uint32_t len)
{
    return len == 0 || (addr == buffer->addr && len <= buffer->found_len);
}

bool space_walk_buffer(const struct process *process, uint64_t addr, uint32_t len, bool write,
                       struct space_buffer *buffer);

/* Finds the buffer [addr, addr + len), len <= ABI_MESSAGE_BYTES_MAX, by a walk unless it is there
 * already; false when it does not pass space_check(). The same buffer always has the same `write`.
 */
static inline bool space_find_buffer(const struct process *process, uint64_t addr, uint32_t len,
                                     bool write, struct space_buffer *buffer)
{
    if (!space_has_buffer(buffer, addr, len))
        return space_walk_buffer(process, addr, len, write, buffer);
    buffer->len = len;
    return true;
}

/* Copies len bytes, at most what either has, from the start of one buffer to the other. */
void space_copy(const struct space_buffer *to, const struct space_buffer *from, uint32_t len);

/* Copies between the kernel and a buffer, from an offset in it on. */
void space_get(void *to, const struct space_buffer *from, uint32_t offset, uint32_t len);
void space_put(const struct space_buffer *to, uint32_t offset, const void *from, uint32_t len);

#endif
