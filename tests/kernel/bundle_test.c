/* SPDX-License-Identifier: Apache-2.0 */
/* The boot bundle: one that is right, and each thing that can be wrong with it. */
#include "bundle.h"

#include "pages.h"
#include "test.h"

#include <string.h>

#define LEN (4 * 4096u)

static union {
    struct abi_bundle_header header;
    uint8_t bytes[LEN];
} bundle;

static int setup(void **state)
{
    (void)state;
    memset(&bundle, 0, sizeof bundle);
    bundle.header.magic = ABI_BUNDLE_MAGIC;
    bundle.header.bundle_len = LEN;
    bundle.header.file_count = 3;
    strcpy(bundle.header.file[0].name, "init");
    bundle.header.file[0].offset = 4096;
    bundle.header.file[0].len = 4097;
    strcpy(bundle.header.file[1].name, "empty");
    bundle.header.file[1].offset = 3 * 4096;
    strcpy(bundle.header.file[2].name, "in");
    bundle.header.file[2].offset = 3 * 4096;
    bundle.header.file[2].len = 4096;
    memset(bundle.bytes + 4096, 1, 4097);
    memset(bundle.bytes + 3 * 4096, 2, 4096);
    return 0;
}

static bool check(void)
{
    return bundle_check(&bundle.header, LEN);
}

static void test_accepts_and_finds(void **state)
{
    (void)state;
    assert_true(check());
    assert_int_equal(bundle_find(&bundle.header, "init"), 0);
    assert_int_equal(bundle_find(&bundle.header, "empty"), 1);
    assert_int_equal(bundle_find(&bundle.header, "in"), 2);
    assert_int_equal(bundle_find(&bundle.header, "i"), 3);
    assert_int_equal(bundle_find(&bundle.header, "initx"), 3);
    assert_int_equal(bundle_find(&bundle.header, ""), 3);
}

static void test_magic(void **state)
{
    (void)state;
    bundle.header.magic++;
    assert_false(check());
}

static void test_length(void **state)
{
    (void)state;
    assert_false(bundle_check(&bundle.header, LEN - 4096));
    assert_false(bundle_check(&bundle.header, LEN - 1));
    assert_false(bundle_check(&bundle.header, 0));
    bundle.header.bundle_len = LEN + 4096;
    assert_false(check());
}

static void test_file_count(void **state)
{
    (void)state;
    const uint64_t wrong[] = {0, 2, 4, ABI_BUNDLE_FILES_MAX + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        bundle.header.file_count = wrong[i];
        assert_false(check());
    }
}

static void test_names(void **state)
{
    (void)state;
    bundle.header.file[1].name[0] = 0;
    assert_false(check());
    memset(bundle.header.file[1].name, 'n', ABI_BUNDLE_NAME_BYTES);
    assert_false(check());
    bundle.header.file[1].name[ABI_BUNDLE_NAME_BYTES - 1] = 0;
    assert_true(check());
}

static void test_offsets(void **state)
{
    (void)state;
    const uint64_t wrong[] = {0, 4095, 4097, 2 * 4096, LEN, UINT64_MAX - 4095};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setup(NULL);
        bundle.header.file[0].offset = wrong[i];
        assert_false(check());
    }
}

static void test_lengths(void **state)
{
    (void)state;
    const uint64_t wrong[] = {0, 4096, 3 * 4096, LEN, UINT64_MAX, UINT64_MAX - 4096};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setup(NULL);
        bundle.header.file[0].len = wrong[i];
        assert_false(check());
    }
}

static void test_padding_is_zero(void **state)
{
    (void)state;
    bundle.bytes[4096 + 4097] = 1;
    assert_false(check());
    setup(NULL);
    bundle.bytes[3 * 4096 - 1] = 1;
    assert_false(check());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_accepts_and_finds, setup),
        cmocka_unit_test_setup(test_magic, setup),
        cmocka_unit_test_setup(test_length, setup),
        cmocka_unit_test_setup(test_file_count, setup),
        cmocka_unit_test_setup(test_names, setup),
        cmocka_unit_test_setup(test_offsets, setup),
        cmocka_unit_test_setup(test_lengths, setup),
        cmocka_unit_test_setup(test_padding_is_zero, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
