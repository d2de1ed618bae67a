/* SPDX-License-Identifier: Apache-2.0 */
/* ELF-64 object file format (System V gABI, chapters 4 and 5) and RISC-V ELF psABI, chapter 8.
 * Every header is copied out before it is checked, and only the copy is used. */
#include "elf.h"

#include "abi/memory.h"
#include "bytes.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_offset;
    uint64_t section_offset;
    uint32_t flags;
    uint16_t header_len;
    uint16_t program_entry_len;
    uint16_t program_count;
    uint16_t section_entry_len;
    uint16_t section_count;
    uint16_t section_names;
};

struct elf_program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t virtual_addr;
    uint64_t physical_addr;
    uint64_t file_len;
    uint64_t mem_len;
    uint64_t align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF-64 file header");
_Static_assert(sizeof(struct elf_program_header) == 56, "ELF-64 program header");

#define IDENT_CLASS   4
#define IDENT_DATA    5
#define IDENT_VERSION 6
#define CLASS_64      2
#define DATA_LITTLE   1
#define VERSION_1     1
#define TYPE_EXEC     2
#define MACHINE_RISCV 243
#define FLAG_RVC      0x1u /* the only flag of a soft-float lp64 program: compressed code */

#define SEGMENT_LOAD    1
#define SEGMENT_DYNAMIC 2
#define SEGMENT_INTERP  3
#define SEGMENT_TLS     7
#define SEGMENT_EXEC    1u
#define SEGMENT_WRITE   2u
#define SEGMENT_READ    4u

/* Segments end below the largest stack and the unmapped page under it. */
#define SEGMENT_END (ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES)

static enum abi_image_fault read_header(struct elf_header *header, const uint8_t *file,
                                        uint64_t file_len)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    if (file_len < sizeof *header)
        return ABI_IMAGE_TRUNCATED;
    memcpy(header, file, sizeof *header);
    for (uint32_t i = 0; i < sizeof magic; i++)
        if (header->ident[i] != magic[i])
            return ABI_IMAGE_MAGIC;
    if (header->ident[IDENT_CLASS] != CLASS_64 || header->ident[IDENT_DATA] != DATA_LITTLE ||
        header->ident[IDENT_VERSION] != VERSION_1 || header->version != VERSION_1)
        return ABI_IMAGE_CLASS;
    if (header->type != TYPE_EXEC)
        return ABI_IMAGE_TYPE;
    if (header->machine != MACHINE_RISCV || (header->flags & ~FLAG_RVC) != 0)
        return ABI_IMAGE_MACHINE;
    if (header->header_len != sizeof(struct elf_header) ||
        header->program_entry_len != sizeof(struct elf_program_header))
        return ABI_IMAGE_HEADER_SIZE;
    if (header->program_count == 0 || header->program_count > ELF_SEGMENT_COUNT_MAX)
        return ABI_IMAGE_SEGMENT_COUNT;
    uint64_t table_len = header->program_count * sizeof(struct elf_program_header);
    if (header->program_offset > file_len || table_len > file_len - header->program_offset)
        return ABI_IMAGE_TRUNCATED;
    return ABI_IMAGE_OK;
}

static void read_program(struct elf_program_header *program, const uint8_t *file,
                         const struct elf_header *header, uint32_t idx)
{
    memcpy(program, file + header->program_offset + idx * sizeof *program, sizeof *program);
}

static enum abi_image_fault check_segment(const struct elf_program_header *header,
                                          uint64_t file_len, uint64_t lowest_addr,
                                          uint64_t pages_left)
{
    uint32_t flags = header->flags;
    if ((flags & ~(SEGMENT_READ | SEGMENT_WRITE | SEGMENT_EXEC)) != 0 || !(flags & SEGMENT_READ) ||
        ((flags & SEGMENT_WRITE) && (flags & SEGMENT_EXEC)))
        return ABI_IMAGE_SEGMENT_FLAGS;
    if (header->mem_len == 0 || header->file_len > header->mem_len ||
        header->mem_len > pages_left * ABI_PAGE_BYTES)
        return ABI_IMAGE_SEGMENT_SIZE;
    if (header->offset > file_len || header->file_len > file_len - header->offset)
        return ABI_IMAGE_TRUNCATED;
    if (header->virtual_addr % ABI_PAGE_BYTES != 0)
        return ABI_IMAGE_SEGMENT_ALIGN;
    if (header->virtual_addr < ABI_USER_BASE || header->virtual_addr >= SEGMENT_END ||
        header->mem_len > SEGMENT_END - header->virtual_addr)
        return ABI_IMAGE_SEGMENT_RANGE;
    if (header->virtual_addr < lowest_addr)
        return ABI_IMAGE_SEGMENT_OVERLAP;
    return ABI_IMAGE_OK;
}

static void add_segment(struct elf_image *image, const struct elf_program_header *program)
{
    struct elf_segment *segment = &image->segment[image->segment_count++];
    segment->addr = program->virtual_addr;
    segment->mem_len = program->mem_len;
    segment->file_offset = program->offset;
    segment->file_len = program->file_len;
    segment->writable = (program->flags & SEGMENT_WRITE) != 0;
    segment->executable = (program->flags & SEGMENT_EXEC) != 0;
}

static bool entry_is_code(const struct elf_image *image)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        if (segment->executable && image->entry % 2 == 0 && image->entry >= segment->addr &&
            image->entry - segment->addr < segment->mem_len)
            return true;
    }
    return false;
}

enum abi_image_fault elf_read(const uint8_t *file, uint64_t file_len, struct elf_image *image)
{
    struct elf_header header;
    enum abi_image_fault fault = read_header(&header, file, file_len);
    if (fault != ABI_IMAGE_OK)
        return fault;

    image->entry = header.entry;
    image->segment_count = 0;
    uint64_t lowest_addr = 0; /* where the next segment may begin */
    /* Bounds the whole image, as it does one memory object: it is loaded with interrupts off. */
    uint64_t pages_left = ABI_MEMORY_BYTES_MAX / ABI_PAGE_BYTES;
    for (uint32_t i = 0; i < header.program_count; i++) {
        struct elf_program_header program;
        read_program(&program, file, &header, i);
        if (program.type == SEGMENT_DYNAMIC || program.type == SEGMENT_INTERP ||
            program.type == SEGMENT_TLS)
            return ABI_IMAGE_SEGMENT_TYPE;
        if (program.type != SEGMENT_LOAD)
            continue; /* notes and attributes: nothing to load */
        fault = check_segment(&program, file_len, lowest_addr, pages_left);
        if (fault != ABI_IMAGE_OK)
            return fault;
        uint64_t page_count = (program.mem_len + ABI_PAGE_BYTES - 1) / ABI_PAGE_BYTES;
        lowest_addr = program.virtual_addr + page_count * ABI_PAGE_BYTES;
        pages_left -= page_count;
        add_segment(image, &program);
    }
    if (image->segment_count == 0)
        return ABI_IMAGE_SEGMENT_COUNT;
    return entry_is_code(image) ? ABI_IMAGE_OK : ABI_IMAGE_ENTRY;
}
