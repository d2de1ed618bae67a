/* SPDX-License-Identifier: Apache-2.0 */
/* Program images: 64 bit little endian RISC-V ELF executables, statically linked. */
#ifndef ELF_H
#define ELF_H

#include "abi/process.h"

#include <stdbool.h>
#include <stdint.h>

/* Program headers of one image, and so its loadable segments. */
#define ELF_SEGMENT_COUNT_MAX 8

struct elf_segment {
    uint64_t addr;        /* user address, page aligned */
    uint64_t mem_len;     /* bytes in memory; what the file does not fill is zero */
    uint64_t file_offset; /* bytes from the start of the file */
    uint64_t file_len;
    bool writable;
    bool executable;
};

struct elf_image {
    uint64_t entry;
    uint32_t segment_count;
    struct elf_segment segment[ELF_SEGMENT_COUNT_MAX]; /* ascending, no two share a page */
};

/* Checks the whole file and fills *image. On a fault nothing of *image is to be used. */
enum abi_image_fault elf_read(const uint8_t *file, uint64_t file_len, struct elf_image *image);

#endif
