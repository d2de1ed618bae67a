/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's and the processes' own memcpy and memset (their names here: CMakeLists.txt): every
 * alignment and every length around the words, byte for byte, and nothing beyond. */
#include "bytes.h"

#include "test.h"

#include <stdint.h>

#define AREA_LEN 640
#define LEN_MAX  600
#define FILLER   0xa5

/* Each length around one unrolled round, then some up to two and a half. */
static size_t after(size_t len)
{
    return len < 80 ? len + 1 : len + 13;
}

static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 37 + 11);
}

static void test_copies_at_every_alignment(void **state)
{
    (void)state;
    static _Alignas(64) uint8_t from[AREA_LEN], to[AREA_LEN];
    for (size_t i = 0; i < AREA_LEN; i++)
        from[i] = pattern(i);
    for (size_t to_skew = 0; to_skew < 8; to_skew++) {
        for (size_t from_skew = 0; from_skew < 8; from_skew++) {
            for (size_t len = 0; len <= LEN_MAX; len = after(len)) {
                for (size_t i = 0; i < AREA_LEN; i++)
                    to[i] = FILLER;
                assert_ptr_equal(kernel_memcpy(to + 16 + to_skew, from + 16 + from_skew, len),
                                 to + 16 + to_skew);
                for (size_t i = 0; i < AREA_LEN; i++) {
                    size_t at = i - 16 - to_skew; /* wraps below the target */
                    assert_int_equal(to[i], at < len ? pattern(16 + from_skew + at) : FILLER);
                }
            }
        }
    }
}

static void test_sets_at_every_alignment(void **state)
{
    (void)state;
    static _Alignas(64) uint8_t to[AREA_LEN];
    for (size_t skew = 0; skew < 8; skew++) {
        for (size_t len = 0; len <= LEN_MAX; len = after(len)) {
            for (int value = 0; value < 0x1ff; value += 0xff) {
                for (size_t i = 0; i < AREA_LEN; i++)
                    to[i] = FILLER;
                assert_ptr_equal(kernel_memset(to + 16 + skew, value, len), to + 16 + skew);
                for (size_t i = 0; i < AREA_LEN; i++)
                    assert_int_equal(to[i], i - 16 - skew < len ? value & 0xff : FILLER);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_at_every_alignment),
        cmocka_unit_test(test_sets_at_every_alignment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
