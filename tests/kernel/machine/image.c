/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a well-formed program image. */
#include "image.h"

#include "machine.h"

#include <string.h>

void image_init(struct image *image)
{
    memset(image, 0, sizeof *image);
    image->header = (struct image_header){
        .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
        .type = 2,
        .machine = 243,
        .version = 1,
        .entry = MACHINE_TEXT,
        .program_offset = sizeof(struct image_header),
        .flags = 1,
        .header_len = sizeof(struct image_header),
        .program_entry_len = sizeof(struct image_segment),
        .program_count = IMAGE_SEGMENTS,
    };
    image->segment[0] = (struct image_segment){.type = 1,
                                               .flags = 5,
                                               .offset = IMAGE_TEXT_OFFSET,
                                               .virtual_addr = MACHINE_TEXT,
                                               .file_len = 4096,
                                               .mem_len = 4096,
                                               .align = 4096};
    image->segment[1] = (struct image_segment){.type = 1,
                                               .flags = 4,
                                               .offset = IMAGE_RODATA_OFFSET,
                                               .virtual_addr = MACHINE_RODATA,
                                               .file_len = 100,
                                               .mem_len = 100,
                                               .align = 4096};
    image->segment[2] = (struct image_segment){.type = 1,
                                               .flags = 6,
                                               .offset = IMAGE_DATA_OFFSET,
                                               .virtual_addr = MACHINE_SCRATCH,
                                               .file_len = 64,
                                               .mem_len = IMAGE_DATA_MEM_LEN,
                                               .align = 4096};
    memset((uint8_t *)image + IMAGE_RODATA_OFFSET, 'r', 100);
    memset((uint8_t *)image + IMAGE_DATA_OFFSET, 'd', 64);
}
