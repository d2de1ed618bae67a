/* SPDX-License-Identifier: Apache-2.0 */
/* A small well-formed program image that tests then break. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define IMAGE_SEGMENTS      3
#define IMAGE_LEN           (3 * 4096 + 64)
#define IMAGE_TEXT_OFFSET   0x1000
#define IMAGE_RODATA_OFFSET 0x2000
#define IMAGE_DATA_OFFSET   0x3000
#define IMAGE_DATA_MEM_LEN  (4 * 4096)

struct image_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_len, program_entry_len, program_count;
    uint16_t section_entry_len, section_count, section_names;
};

struct image_segment {
    uint32_t type, flags;
    uint64_t offset, virtual_addr, physical_addr, file_len, mem_len, align;
};

struct image {
    struct image_header header;
    struct image_segment segment[IMAGE_SEGMENTS];
    uint8_t rest[IMAGE_LEN - sizeof(struct image_header) -
                 IMAGE_SEGMENTS * sizeof(struct image_segment)];
};

_Static_assert(sizeof(struct image) == IMAGE_LEN, "no padding");

/* Text, constants, data with a zero tail, as lib/rt/program.ld lays programs out. */
void image_init(struct image *image);

#endif
