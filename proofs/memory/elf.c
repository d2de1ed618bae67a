/* SPDX-License-Identifier: Apache-2.0 */
/* A program image of any content, in files that end where elf_read() is told that they do: every
 * number of program headers, lengths around every one that the headers can need, and the longest
 * here. Whatever is found to be an image has its segments in the table for them. */
#include "elf.h"

#include "bytes.h"
#include "exact.h"

#include <string.h>

#define HEADER_LEN        64
#define PROGRAM_LEN       56
#define PROGRAM_COUNT_AT  56
#define PROGRAM_COUNT_END (ELF_SEGMENT_COUNT_MAX + 2)

static void read_image(size_t len, uint16_t program_count)
{
    struct elf_image image;
    uint8_t *file = any_bytes(len);

    if (len >= HEADER_LEN) {
        file[PROGRAM_COUNT_AT] = (uint8_t)program_count;
        file[PROGRAM_COUNT_AT + 1] = 0;
    }
    if (elf_read(file, len, &image) == ABI_IMAGE_OK)
        /*@ assert counted: 1 <= image.segment_count <= ELF_SEGMENT_COUNT_MAX; */;
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
    read_image(0, 0);
    read_image(HEADER_LEN - 1, 0);
    /*@ loop unroll PROGRAM_COUNT_END; */
    for (uint16_t count = 0; count < PROGRAM_COUNT_END; count++)
        read_images(count);
    return 0;
}
