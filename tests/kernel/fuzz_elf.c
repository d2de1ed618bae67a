/* SPDX-License-Identifier: Apache-2.0 */
/* The ELF reader on any bytes: what it accepts is within the file and within user memory, its
 * segments ascend, and no page is both writable and executable. */
#include "elf.h"

#include "abi/memory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct elf_image image;
    if (elf_read(data, len, &image) != ABI_IMAGE_OK)
        return 0;
    uint64_t lowest_addr = ABI_USER_BASE;
    bool entry_found = false;
    require(image.segment_count > 0 && image.segment_count <= ELF_SEGMENT_COUNT_MAX);
    for (uint32_t i = 0; i < image.segment_count; i++) {
        const struct elf_segment *segment = &image.segment[i];
        require(segment->file_offset <= len && segment->file_len <= len - segment->file_offset);
        require(segment->file_len <= segment->mem_len && segment->mem_len > 0);
        require(segment->addr % ABI_PAGE_BYTES == 0 && segment->addr >= lowest_addr);
        require(segment->mem_len <= ABI_MEMORY_BYTES_MAX);
        require(!(segment->writable && segment->executable));
        uint64_t page_count = (segment->mem_len + ABI_PAGE_BYTES - 1) / ABI_PAGE_BYTES;
        lowest_addr = segment->addr + page_count * ABI_PAGE_BYTES;
        require(lowest_addr <= ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES);
        entry_found = entry_found || (segment->executable && image.entry >= segment->addr &&
                                      image.entry < segment->addr + segment->mem_len);
    }
    require(entry_found);
    return 0;
}
