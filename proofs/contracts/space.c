/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the copies of kernel/space.c, which is included unchanged: whatever address and
 * length a process says, a buffer that is found has its bytes in pages that were looked up, and a
 * copy reads and writes within those alone, exactly as many bytes as it is told.
 *
 * Assumed is the direct mapping: of each page that a table names there are PAGE_BYTES bytes, apart
 * from the kernel's own.
 */
#include "space.h"

#include "abi/memory.h"
#include "arch.h"
#include "bytes.h"
#include "log.h"
#include "pages.h"
#include "sv39.h"

uint8_t any_page[PAGE_BYTES];

/*@ terminates \true;
    assigns \result \from phys;
    ensures \valid((uint8_t *)\result + (0 .. PAGE_BYTES - 1)); */
void *page_at(uint64_t phys)
{
    return any_page;
}
#define arch_direct page_at

/* What the kernel asserts is proved. */
/*@ requires condition;
    terminates \true;
    assigns \nothing; */
void holds(bool condition)
{
}
#undef KASSERT
#define KASSERT holds

/* memcpy() of bytes; two processes' buffers may be one. */
/*@ requires len == 0 || (\valid(to + (0 .. len - 1)) && \valid_read(from + (0 .. len - 1)));
    terminates \true;
    assigns to[0 .. len - 1]; */
void copy_bytes(uint8_t *to, const uint8_t *from, size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop assigns i, to[0 .. len - 1];
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        to[i] = from[i];
}
#define memcpy copy_bytes

/*@ predicate is_found{L}(struct space_buffer *buffer) =
        \valid(buffer) && buffer->found_len <= ABI_MESSAGE_BYTES_MAX &&
        1 <= buffer->part_len <= buffer->found_len &&
        \valid(buffer->part[0] + (0 .. buffer->part_len - 1)) &&
        (buffer->part_len < buffer->found_len ==>
            \valid(buffer->part[1] + (0 .. buffer->found_len - buffer->part_len - 1))); */
/*@ predicate is_buffer{L}(struct space_buffer *buffer) =
        is_found(buffer) && buffer->len <= buffer->found_len; */
/*@ predicate is_apart{L}(struct space_buffer *from, struct space_buffer *buffer) =
        \separated(from, buffer->part[0] + (0 .. buffer->part_len - 1)) &&
        \separated(from, buffer->part[1] + (0 .. buffer->found_len - buffer->part_len - 1)); */

/*@ terminates \true;
    assigns \nothing; */
static inline uint64_t sv39_lookup(uint64_t root_phys, uint64_t addr);

/*@ terminates \true;
    assigns \nothing; */
static inline uint64_t sv39_entry_phys(uint64_t entry);

/*@ requires \valid_read(process);
    terminates \true;
    assigns \result \from *process, addr, write;
    ensures \result == \null ||
        \valid(\result + (0 .. PAGE_BYTES - 1 - addr % PAGE_BYTES)); */
static inline uint8_t *translate(const struct process *process, uint64_t addr, bool write);

/*@ terminates \true;
    assigns \nothing;
    ensures \result == PAGE_BYTES - addr % PAGE_BYTES; */
static uint64_t left_in_page(uint64_t addr);

/*@ terminates \true;
    assigns \nothing;
    ensures \result == \min(a, b); */
static uint64_t least(uint64_t a, uint64_t b);

/*@ terminates \true;
    assigns \nothing;
    ensures \result ==> ABI_USER_BASE <= addr && addr + len <= ABI_USER_END; */
static bool is_user_range(uint64_t addr, uint64_t len);

/*@ requires \valid_read(process) && \valid(buffer) && \separated(process, buffer);
    requires len <= ABI_MESSAGE_BYTES_MAX;
    terminates \true;
    assigns *buffer;
    ensures \result ==> is_buffer(buffer) && buffer->len == len;
    ensures !\result ==> buffer->found_len == 0; */
bool space_walk_buffer(const struct process *process, uint64_t addr, uint32_t len, bool write,
                       struct space_buffer *buffer);

/*@ requires \valid_read(buffer);
    terminates \true;
    assigns \nothing;
    ensures \result <==> len == 0 || (addr == buffer->addr && len <= buffer->found_len); */
static inline bool space_has_buffer(const struct space_buffer *buffer, uint64_t addr, uint32_t len);

/* What was found before is there as long as the process keeps its mappings (space_unmap). */
/*@ requires \valid_read(process) && \valid(buffer) && \separated(process, buffer);
    requires len <= ABI_MESSAGE_BYTES_MAX && (buffer->found_len == 0 || is_found(buffer));
    terminates \true;
    assigns *buffer;
    ensures buffer->found_len == 0 || is_found(buffer);
    ensures \result ==> buffer->len == len && (len == 0 || is_buffer(buffer)); */
static inline bool space_find_buffer(const struct process *process, uint64_t addr, uint32_t len,
                                     bool write, struct space_buffer *buffer);

/*@ requires is_buffer((struct space_buffer *)buffer) && offset < buffer->len;
    requires \valid(left) && \separated(left, buffer);
    terminates \true;
    assigns *left, \result \from *buffer, offset;
    ensures 1 <= *left && \valid(\result + (0 .. *left - 1));
    ensures offset < buffer->part_len ==> \result == buffer->part[0] + offset &&
        *left == buffer->part_len - offset;
    ensures offset >= buffer->part_len ==> \result == buffer->part[1] + offset - buffer->part_len &&
        *left == buffer->len - offset; */
static uint8_t *buffer_at(const struct space_buffer *buffer, uint32_t offset, uint32_t *left);

/*@ requires len == 0 || (is_buffer((struct space_buffer *)to) && len <= to->len &&
        is_apart((struct space_buffer *)to, (struct space_buffer *)to) &&
        is_apart((struct space_buffer *)from, (struct space_buffer *)to));
    requires len == 0 || (is_buffer((struct space_buffer *)from) && len <= from->len);
    terminates \true;
    assigns to->part[0][0 .. to->part_len - 1], to->part[1][0 .. to->found_len - to->part_len - 1];
 */
static void copy_parts(const struct space_buffer *to, const struct space_buffer *from,
                       uint32_t len);

/*@ requires \valid_read(to) && \valid_read(from) && len <= to->len && len <= from->len;
    requires len == 0 || (is_buffer((struct space_buffer *)to) &&
        is_apart((struct space_buffer *)to, (struct space_buffer *)to) &&
        is_apart((struct space_buffer *)from, (struct space_buffer *)to));
    requires len == 0 || is_buffer((struct space_buffer *)from);
    terminates \true;
    assigns to->part[0][0 .. to->part_len - 1], to->part[1][0 .. to->found_len - to->part_len - 1];
 */
void space_copy(const struct space_buffer *to, const struct space_buffer *from, uint32_t len);

/*@ requires len == 0 || (is_buffer((struct space_buffer *)from) && offset + len <= from->len);
    requires len == 0 || \valid((uint8_t *)to + (0 .. len - 1));
    requires \separated(from, (uint8_t *)to + (0 .. len - 1));
    terminates \true;
    assigns ((uint8_t *)to)[0 .. len - 1]; */
void space_get(void *to, const struct space_buffer *from, uint32_t offset, uint32_t len);

/*@ requires len == 0 || (is_buffer((struct space_buffer *)to) && offset + len <= to->len &&
        is_apart((struct space_buffer *)to, (struct space_buffer *)to));
    requires len == 0 || \valid_read((uint8_t *)from + (0 .. len - 1));
    terminates \true;
    assigns to->part[0][0 .. to->part_len - 1], to->part[1][0 .. to->found_len - to->part_len - 1];
 */
void space_put(const struct space_buffer *to, uint32_t offset, const void *from, uint32_t len);

#include "../../kernel/space.c"
