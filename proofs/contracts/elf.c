/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of kernel/elf.c, which is included unchanged: of a file of any length and content no
 * byte beyond it is read, and of an image that was taken all segments lie within the file and in
 * memory of their own, which is no more than one image may have.
 */
#include "elf.h"

#include "abi/memory.h"
#include "bytes.h"

/*@ logic integer in_pages(integer len) =
        (len + ABI_PAGE_BYTES - 1) / ABI_PAGE_BYTES * ABI_PAGE_BYTES; */
/*@ logic integer end_of{L}(struct elf_segment *segment) =
        segment->addr + in_pages(segment->mem_len); */

/* Its pages end below the largest stack and the unmapped page under it. */
/*@ predicate fits{L}(struct elf_segment *segment, integer file_len) =
        segment->file_offset + segment->file_len <= file_len &&
        segment->file_len <= segment->mem_len && 1 <= segment->mem_len &&
        segment->addr % ABI_PAGE_BYTES == 0 && ABI_USER_BASE <= segment->addr &&
        end_of(segment) <= ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES &&
        !(segment->writable && segment->executable); */
/*@ predicate all_fit{L}(struct elf_image *image, integer file_len) =
        image->segment_count <= ELF_SEGMENT_COUNT_MAX &&
        \forall integer k; 0 <= k < image->segment_count ==>
            fits(&image->segment[k], file_len); */

/* No two share a page. */
/*@ predicate ascend{L}(struct elf_image *image) =
        \forall integer j, k; 0 <= j < k < image->segment_count ==>
            end_of(&image->segment[j]) <= image->segment[k].addr; */
/*@ predicate end_by{L}(struct elf_image *image, integer addr) =
        \forall integer k; 0 <= k < image->segment_count ==>
            end_of(&image->segment[k]) <= addr; */

/*@ logic integer part{L}(struct elf_image *image, integer k) =
        k < image->segment_count ? in_pages(image->segment[k].mem_len) : 0; */
/*@ logic integer memory_of{L}(struct elf_image *image) =
        part(image, 0) + part(image, 1) + part(image, 2) + part(image, 3) + part(image, 4) +
        part(image, 5) + part(image, 6) + part(image, 7); */
_Static_assert(ELF_SEGMENT_COUNT_MAX == 8, "memory_of() adds all of them");

/*@ predicate is_code{L}(struct elf_segment *segment, integer addr) =
        segment->executable && addr % 2 == 0 &&
        segment->addr <= addr < segment->addr + segment->mem_len; */

/* memcpy() of a file's bytes into a header, which the prover does not look into: any content. */
struct elf_header;
struct elf_program_header;
void copy_header(struct elf_header *header, const uint8_t *from, uint64_t len);
void copy_program(struct elf_program_header *program, const uint8_t *from, uint64_t len);
#define memcpy(to, from, len) copy_##to(to, from, len)

#include "../../kernel/elf.c"

#define PROGRAM_LEN sizeof(struct elf_program_header)

/*@ requires \valid(header) && \valid_read(from + (0 .. len - 1));
    requires len == sizeof(struct elf_header);
    terminates \true;
    assigns *header; */
void copy_header(struct elf_header *header, const uint8_t *from, uint64_t len);

/*@ requires \valid(program) && \valid_read(from + (0 .. len - 1));
    requires len == sizeof(struct elf_program_header);
    terminates \true;
    assigns *program; */
void copy_program(struct elf_program_header *program, const uint8_t *from, uint64_t len);

/* By value: so the prover keeps a program header that is read apart from the image. */
/*@ logic integer end_of(struct elf_program_header program) =
        program.virtual_addr + in_pages(program.mem_len); */
/*@ predicate fits(struct elf_program_header program, integer file_len) =
        program.offset + program.file_len <= file_len &&
        program.file_len <= program.mem_len && 1 <= program.mem_len &&
        program.virtual_addr % ABI_PAGE_BYTES == 0 && ABI_USER_BASE <= program.virtual_addr &&
        end_of(program) <= SEGMENT_END &&
        ((program.flags & SEGMENT_WRITE) == 0 || (program.flags & SEGMENT_EXEC) == 0); */

/*@ requires \valid_read(file + (0 .. file_len - 1)) && \valid(header);
    requires \separated(header, file + (0 .. file_len - 1));
    terminates \true;
    assigns *header;
    ensures \result == ABI_IMAGE_OK ==> header->program_count <= ELF_SEGMENT_COUNT_MAX;
    ensures \result == ABI_IMAGE_OK ==>
        header->program_offset + header->program_count * PROGRAM_LEN <= file_len; */
static enum abi_image_fault read_header(struct elf_header *header, const uint8_t *file,
                                        uint64_t file_len);

/*@ requires \valid_read(header) && \valid(program) && \separated(program, header);
    requires \valid_read(file + (header->program_offset + idx * PROGRAM_LEN ..
                                 header->program_offset + (idx + 1) * PROGRAM_LEN - 1));
    terminates \true;
    assigns *program; */
static void read_program(struct elf_program_header *program, const uint8_t *file,
                         const struct elf_header *header, uint32_t idx);

/*@ requires \valid_read(header);
    requires pages_left <= ABI_MEMORY_BYTES_MAX / ABI_PAGE_BYTES;
    terminates \true;
    assigns \nothing;
    ensures \result == ABI_IMAGE_OK ==> fits(*header, file_len);
    ensures \result == ABI_IMAGE_OK ==>
        in_pages(header->mem_len) <= pages_left * ABI_PAGE_BYTES;
    ensures \result == ABI_IMAGE_OK ==> lowest_addr <= header->virtual_addr; */
static enum abi_image_fault check_segment(const struct elf_program_header *header,
                                          uint64_t file_len, uint64_t lowest_addr,
                                          uint64_t pages_left);

/*@ requires \valid(image) && image->segment_count < ELF_SEGMENT_COUNT_MAX;
    requires \valid_read(program) && \separated(image, program);
    terminates \true;
    assigns image->segment_count, image->segment[image->segment_count];
    ensures image->segment_count == \old(image->segment_count) + 1;
    ensures \forall integer file_len;
        \old(all_fit(image, file_len)) && fits(*program, file_len) ==> all_fit(image, file_len);
    ensures \forall integer addr; \old(ascend(image) && end_by(image, addr)) &&
        addr <= program->virtual_addr ==> ascend(image);
    ensures \forall integer addr; \old(end_by(image, addr)) &&
        addr <= program->virtual_addr ==> end_by(image, end_of(*program));
    ensures memory_of(image) == \old(memory_of(image)) + in_pages(program->mem_len); */
static void add_segment(struct elf_image *image, const struct elf_program_header *program);

/*@ requires \valid_read(image) && image->segment_count <= ELF_SEGMENT_COUNT_MAX;
    terminates \true;
    assigns \nothing;
    ensures \result ==> \exists integer k; 0 <= k < image->segment_count &&
        is_code(&image->segment[k], image->entry); */
static bool entry_is_code(const struct elf_image *image);

/*@ requires \valid_read(file + (0 .. file_len - 1)) && \valid(image);
    requires \separated(image, file + (0 .. file_len - 1));
    terminates \true;
    assigns *image;
    ensures \result == ABI_IMAGE_OK ==> 1 <= image->segment_count;
    ensures \result == ABI_IMAGE_OK ==> all_fit(image, file_len);
    ensures \result == ABI_IMAGE_OK ==> ascend(image);
    ensures \result == ABI_IMAGE_OK ==> memory_of(image) <= ABI_MEMORY_BYTES_MAX;
    ensures \result == ABI_IMAGE_OK ==> \exists integer k; 0 <= k < image->segment_count &&
        is_code(&image->segment[k], image->entry); */
enum abi_image_fault elf_read(const uint8_t *file, uint64_t file_len, struct elf_image *image);
