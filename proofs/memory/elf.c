/* SPDX-License-Identifier: Apache-2.0 */
/* A program image of any content, in files that end where elf_read() is told that they do: every
 * number of program headers, lengths around every one that the headers can need, and the longest
 * here. Whatever is found to be an image has its segments in the table for them. */
#include "elf.h"

#include "abi/memory.h"
#include "bytes.h"
#include "exact.h"

#include <string.h>

#define HEADER_LEN        64
#define PROGRAM_LEN       56
#define PROGRAM_OFFSET_AT 32
#define PROGRAM_COUNT_AT  56
#define OFFSET_AT         8 /* of a program header, as the next two */
#define ADDR_AT           16
#define MEM_LEN_AT        40
#define LOAD_CODE         0x500000001ull /* a program header begins with it: type and flags */
#define PROGRAM_COUNT_END (ELF_SEGMENT_COUNT_MAX + 2)
#define SEGMENT_END       (ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES)

/* Where the kernel reads in the file, and what it maps. */
static void is_inside(const struct elf_segment *segment, size_t len)
{
    /*@ assert begins_in_file: segment->file_offset <= len; */
    /*@ assert from_file: segment->file_len <= len; */
    /*@ assert some: 1 <= segment->mem_len <= ABI_MEMORY_BYTES_MAX; */
    /*@ assert of_user: ABI_USER_BASE <= segment->addr < SEGMENT_END; */
    /*@ assert whole_pages: segment->addr % ABI_PAGE_BYTES == 0; */
}

static void read_image(size_t len, uint16_t program_count)
{
    struct elf_image image;
    uint8_t *file = any_bytes(len);

    if (len >= HEADER_LEN) {
        file[PROGRAM_COUNT_AT] = (uint8_t)program_count;
        file[PROGRAM_COUNT_AT + 1] = 0;
    }
    if (elf_read(file, len, &image) != ABI_IMAGE_OK)
        return;
    /*@ assert counted: 1 <= image.segment_count <= ELF_SEGMENT_COUNT_MAX; */
    if (program_count == 1)
        is_inside(&image.segment[0], len);
}

static void put(uint8_t *to, uint64_t value)
{
    /*@ loop unroll 8; */
    for (size_t i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

/* One number of the first of two segments is told, and bounds another one. */
static bool read_told(struct elf_image *image, size_t at, uint64_t value)
{
    const size_t len = HEADER_LEN + 2 * PROGRAM_LEN;
    uint8_t *file = any_bytes(len);

    file[PROGRAM_COUNT_AT] = 2;
    file[PROGRAM_COUNT_AT + 1] = 0;
    put(file + PROGRAM_OFFSET_AT, HEADER_LEN);
    put(file + HEADER_LEN, LOAD_CODE);
    put(file + HEADER_LEN + PROGRAM_LEN, LOAD_CODE);
    put(file + HEADER_LEN + at, value);
    return elf_read(file, len, image) == ABI_IMAGE_OK;
}

static void bound(void)
{
    const uint64_t last_page = SEGMENT_END - ABI_PAGE_BYTES;
    struct elf_image image;

    if (read_told(&image, OFFSET_AT, HEADER_LEN + 2 * PROGRAM_LEN - 1))
        /*@ assert in_file: image.segment[0].file_len <= 1; */;
    if (read_told(&image, MEM_LEN_AT, 1))
        /*@ assert in_memory: image.segment[0].file_len <= 1; */;
    if (read_told(&image, ADDR_AT, last_page - ABI_PAGE_BYTES))
        /*@ assert of_user: image.segment[0].mem_len <= 2 * ABI_PAGE_BYTES; */;
}

static void read_images(uint16_t program_count)
{
    size_t needed_len = HEADER_LEN + (size_t)program_count * PROGRAM_LEN;

    read_image(needed_len - 1, program_count);
    read_image(needed_len, program_count);
    read_image(needed_len + 1, program_count);
    read_image(EXACT_MAX, program_count);
}

int main(void)
{
    bound();
    read_image(0, 0);
    read_image(HEADER_LEN - 1, 0);
    /*@ loop unroll PROGRAM_COUNT_END; */
    for (uint16_t count = 0; count < PROGRAM_COUNT_END; count++)
        read_images(count);
    return 0;
}
