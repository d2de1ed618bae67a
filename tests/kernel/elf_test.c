/* SPDX-License-Identifier: Apache-2.0 */
/* Program images: one that is right, and one wrong value per test row. */
#include "elf.h"

#include "abi/memory.h"
#include "image.h"
#include "machine.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* Reads from a heap copy of exactly len bytes, so that the sanitizer sees a read behind the end. */
static enum abi_image_fault read_copy(const struct image *image, size_t len, struct elf_image *out)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, image, len);
    enum abi_image_fault fault = elf_read(copy, len, out);
    free(copy);
    return fault;
}

static void test_reads_a_well_formed_image(void **state)
{
    (void)state;
    struct image image;
    struct elf_image out;
    image_init(&image);
    assert_int_equal(read_copy(&image, IMAGE_LEN, &out), ABI_IMAGE_OK);
    assert_int_equal(out.entry, MACHINE_TEXT);
    assert_int_equal(out.segment_count, 3);
    assert_true(out.segment[0].executable && !out.segment[0].writable);
    assert_true(!out.segment[1].executable && !out.segment[1].writable);
    assert_true(!out.segment[2].executable && out.segment[2].writable);
    assert_int_equal(out.segment[2].addr, MACHINE_SCRATCH);
    assert_int_equal(out.segment[2].file_offset, IMAGE_DATA_OFFSET);
    assert_int_equal(out.segment[2].file_len, 64);
    assert_int_equal(out.segment[2].mem_len, IMAGE_DATA_MEM_LEN);
}

/* One value of a well-formed image is replaced. */
struct malformed {
    const char *what;
    size_t offset;
    size_t width;
    uint64_t value;
    enum abi_image_fault fault;
};

#define HEADER(field)                                                                              \
    offsetof(struct image, header.field), sizeof(((struct image *)0)->header.field)
#define SEGMENT(i, field)                                                                          \
    offsetof(struct image, segment[i].field), sizeof(((struct image *)0)->segment[i].field)
#define IDENT(i)    offsetof(struct image, header.ident) + (i), 1
#define STACK_LIMIT (ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES)

static const struct malformed malformed[] = {
    {"magic 0", IDENT(0), 0, ABI_IMAGE_MAGIC},
    {"magic 1", IDENT(1), 'e', ABI_IMAGE_MAGIC},
    {"magic 2", IDENT(2), 'l', ABI_IMAGE_MAGIC},
    {"magic 3", IDENT(3), 'f', ABI_IMAGE_MAGIC},
    {"32 bit", IDENT(4), 1, ABI_IMAGE_CLASS},
    {"big endian", IDENT(5), 2, ABI_IMAGE_CLASS},
    {"ident version", IDENT(6), 0, ABI_IMAGE_CLASS},
    {"version", HEADER(version), 2, ABI_IMAGE_CLASS},
    {"relocatable", HEADER(type), 1, ABI_IMAGE_TYPE},
    {"position independent", HEADER(type), 3, ABI_IMAGE_TYPE},
    {"core", HEADER(type), 4, ABI_IMAGE_TYPE},
    {"x86-64", HEADER(machine), 62, ABI_IMAGE_MACHINE},
    {"double float ABI", HEADER(flags), 5, ABI_IMAGE_MACHINE},
    {"unknown flag", HEADER(flags), 0x80000001u, ABI_IMAGE_MACHINE},
    {"short header", HEADER(header_len), 63, ABI_IMAGE_HEADER_SIZE},
    {"long header", HEADER(header_len), 65, ABI_IMAGE_HEADER_SIZE},
    {"program entry size", HEADER(program_entry_len), 55, ABI_IMAGE_HEADER_SIZE},
    {"program entry size 0", HEADER(program_entry_len), 0, ABI_IMAGE_HEADER_SIZE},
    {"no program headers", HEADER(program_count), 0, ABI_IMAGE_SEGMENT_COUNT},
    {"too many", HEADER(program_count), ELF_SEGMENT_COUNT_MAX + 1, ABI_IMAGE_SEGMENT_COUNT},
    {"program count wraps", HEADER(program_count), 0xffff, ABI_IMAGE_SEGMENT_COUNT},
    {"table behind the file", HEADER(program_offset), IMAGE_LEN + 1, ABI_IMAGE_TRUNCATED},
    {"table crosses the end", HEADER(program_offset), IMAGE_LEN - 167, ABI_IMAGE_TRUNCATED},
    {"table offset wraps", HEADER(program_offset), UINT64_MAX - 55, ABI_IMAGE_TRUNCATED},
    {"entry in constants", HEADER(entry), MACHINE_RODATA, ABI_IMAGE_ENTRY},
    {"entry below text", HEADER(entry), MACHINE_TEXT - 2, ABI_IMAGE_ENTRY},
    {"entry odd", HEADER(entry), MACHINE_TEXT + 1, ABI_IMAGE_ENTRY},
    {"entry 0", HEADER(entry), 0, ABI_IMAGE_ENTRY},
    {"entry in the kernel", HEADER(entry), 0xffffffc080200000u, ABI_IMAGE_ENTRY},
    {"dynamic", SEGMENT(1, type), 2, ABI_IMAGE_SEGMENT_TYPE},
    {"interpreter", SEGMENT(1, type), 3, ABI_IMAGE_SEGMENT_TYPE},
    {"thread local", SEGMENT(1, type), 7, ABI_IMAGE_SEGMENT_TYPE},
    {"write and execute", SEGMENT(0, flags), 7, ABI_IMAGE_SEGMENT_FLAGS},
    {"execute only", SEGMENT(0, flags), 1, ABI_IMAGE_SEGMENT_FLAGS},
    {"write only", SEGMENT(2, flags), 2, ABI_IMAGE_SEGMENT_FLAGS},
    {"no flags", SEGMENT(1, flags), 0, ABI_IMAGE_SEGMENT_FLAGS},
    {"unknown flags", SEGMENT(1, flags), 0x80000004u, ABI_IMAGE_SEGMENT_FLAGS},
    {"empty segment", SEGMENT(1, mem_len), 0, ABI_IMAGE_SEGMENT_SIZE},
    {"more in file than memory", SEGMENT(1, file_len), 101, ABI_IMAGE_SEGMENT_SIZE},
    {"too large", SEGMENT(2, mem_len), ABI_MEMORY_BYTES_MAX + 1, ABI_IMAGE_SEGMENT_SIZE},
    {"too large together", SEGMENT(2, mem_len), ABI_MEMORY_BYTES_MAX - 2 * ABI_PAGE_BYTES + 1,
     ABI_IMAGE_SEGMENT_SIZE},
    {"size wraps", SEGMENT(2, mem_len), UINT64_MAX, ABI_IMAGE_SEGMENT_SIZE},
    {"offset behind the file", SEGMENT(2, offset), IMAGE_LEN + 1, ABI_IMAGE_TRUNCATED},
    {"crosses the end", SEGMENT(2, offset), IMAGE_DATA_OFFSET + 1, ABI_IMAGE_TRUNCATED},
    {"offset wraps", SEGMENT(2, offset), UINT64_MAX - 10, ABI_IMAGE_TRUNCATED},
    {"not on a page", SEGMENT(1, virtual_addr), MACHINE_RODATA + 8, ABI_IMAGE_SEGMENT_ALIGN},
    {"page zero", SEGMENT(0, virtual_addr), 0, ABI_IMAGE_SEGMENT_RANGE},
    {"below user memory", SEGMENT(0, virtual_addr), 0xf000, ABI_IMAGE_SEGMENT_RANGE},
    {"in the kernel", SEGMENT(2, virtual_addr), 0xffffffc080200000u, ABI_IMAGE_SEGMENT_RANGE},
    {"last page", SEGMENT(2, virtual_addr), 0xfffffffffffff000u, ABI_IMAGE_SEGMENT_RANGE},
    {"on the stack", SEGMENT(2, virtual_addr), ABI_STACK_TOP - 4096, ABI_IMAGE_SEGMENT_RANGE},
    {"behind user memory", SEGMENT(2, virtual_addr), ABI_USER_END, ABI_IMAGE_SEGMENT_RANGE},
    {"into the guard", SEGMENT(2, virtual_addr), STACK_LIMIT - 3 * 4096, ABI_IMAGE_SEGMENT_RANGE},
    {"same place", SEGMENT(1, virtual_addr), MACHINE_TEXT, ABI_IMAGE_SEGMENT_OVERLAP},
    {"overlap", SEGMENT(1, mem_len), 4097, ABI_IMAGE_SEGMENT_OVERLAP},
    {"not ascending", SEGMENT(0, virtual_addr), 0x40000, ABI_IMAGE_SEGMENT_OVERLAP},
};

static void test_refuses_every_malformed_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const struct malformed *row = &malformed[i];
        struct image image;
        struct elf_image out;
        image_init(&image);
        memcpy((uint8_t *)&image + row->offset, &row->value, row->width);
        enum abi_image_fault fault = read_copy(&image, IMAGE_LEN, &out);
        if (fault != row->fault)
            fail_msg("%s: %d instead of %d", row->what, (int)fault, (int)row->fault);
    }
}

static void test_every_fault_has_a_row(void **state)
{
    (void)state;
    for (uint32_t fault = ABI_IMAGE_OK + 1; fault < ABI_IMAGE_FAULT_COUNT; fault++) {
        bool found = false;
        for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
            found = found || malformed[i].fault == fault;
        assert_true(found);
    }
}

static void test_no_loadable_segment(void **state)
{
    (void)state;
    struct image image;
    struct elf_image out;
    image_init(&image);
    for (uint32_t i = 0; i < IMAGE_SEGMENTS; i++)
        image.segment[i].type = 4;
    assert_int_equal(read_copy(&image, IMAGE_LEN, &out), ABI_IMAGE_SEGMENT_COUNT);
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    struct image image;
    struct elf_image out;
    image_init(&image);
    for (size_t len = 0; len < IMAGE_LEN; len += len < 300 ? 1 : 97)
        assert_int_equal(read_copy(&image, len, &out), ABI_IMAGE_TRUNCATED);
}

static void test_segment_may_end_at_the_guard(void **state)
{
    (void)state;
    struct image image;
    struct elf_image out;
    image_init(&image);
    image.segment[2].virtual_addr = STACK_LIMIT - IMAGE_DATA_MEM_LEN;
    assert_int_equal(read_copy(&image, IMAGE_LEN, &out), ABI_IMAGE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_well_formed_image),
        cmocka_unit_test(test_refuses_every_malformed_field),
        cmocka_unit_test(test_every_fault_has_a_row),
        cmocka_unit_test(test_no_loadable_segment),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_segment_may_end_at_the_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
