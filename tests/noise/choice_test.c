/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which row of the table a processor gets: one feature, or one register that the system does not
 * save, taken away at a time. A row too high ends the program with an illegal instruction, or lets
 * another process's registers into a key.
 */
#include "noise/crypto_cpu_x86_64.h"
#include "noise/crypto_provider.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

/* Bits by their numbers in Intel's manual, apart from the names in the code. */
#define BIT(n)  (1U << (n))
#define ALL_ECX (BIT(1) | BIT(25) | BIT(27))
#define ALL_EBX                                                                                    \
    (BIT(5) | BIT(8) | BIT(16) | BIT(17) | BIT(19) | BIT(21) | BIT(28) | BIT(30) | BIT(31))
#define ALL_XCR0 0xe7U

static const struct {
    const char *row;
    uint32_t ecx, ebx;
    uint64_t xcr0;
} choices[] = {
    {"ifma", ALL_ECX, ALL_EBX, ALL_XCR0},
    {"ifma", 0xffffffff, 0xffffffff, ~0ULL},
    {"avx512", ALL_ECX, ALL_EBX & ~BIT(21), ALL_XCR0}, /* IFMA */
    {"avx2", ALL_ECX, ALL_EBX & ~BIT(16), ALL_XCR0},   /* AVX512F, DQ, CD, BW, VL */
    {"avx2", ALL_ECX, ALL_EBX & ~BIT(17), ALL_XCR0},
    {"avx2", ALL_ECX, ALL_EBX & ~BIT(28), ALL_XCR0},
    {"avx2", ALL_ECX, ALL_EBX & ~BIT(30), ALL_XCR0},
    {"avx2", ALL_ECX, ALL_EBX & ~BIT(31), ALL_XCR0},
    {"avx2", ALL_ECX, ALL_EBX, ALL_XCR0 & ~0x20U}, /* mask registers, ZMM halves, ZMM 16-31 */
    {"avx2", ALL_ECX, ALL_EBX, ALL_XCR0 & ~0x40U},
    {"avx2", ALL_ECX, ALL_EBX, ALL_XCR0 & ~0x80U},
    {"mxaa", ALL_ECX, ALL_EBX, ALL_XCR0 & ~0x04U}, /* YMM */
    {"mxaa", ALL_ECX, ALL_EBX, ALL_XCR0 & ~0x02U}, /* XMM */
    {"mxaa", ALL_ECX, ALL_EBX, 0},
    {"mxaa", ALL_ECX, ALL_EBX & ~BIT(5), ALL_XCR0},  /* AVX2 */
    {"mxaa", ALL_ECX, ALL_EBX & ~BIT(19), ALL_XCR0}, /* ADX */
    {"mxaa", ALL_ECX & ~BIT(1), ALL_EBX, ALL_XCR0},  /* PCLMULQDQ */
    {"mxaa", ALL_ECX & ~BIT(25), ALL_EBX, ALL_XCR0}, /* AES-NI */
    {"mxaa", 0, BIT(8), 0},
    {"sodium", ALL_ECX, ALL_EBX & ~BIT(8), ALL_XCR0}, /* BMI2 */
    {"sodium", 0, 0, 0},
};

static void a_processor_gets_the_first_row_it_can_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        struct noise_cpuid cpuid = {choices[i].ecx, choices[i].ebx, choices[i].xcr0};
        const struct noise_provider *chosen = NULL;

        assert_int_equal(noise_provider_choose(&chosen, noise_cpu_features_of(&cpuid), NULL), 0);
        if (strcmp(chosen->name, choices[i].row) != 0)
            fail_msg("row %zu: %s instead of %s", i, chosen->name, choices[i].row);
    }
}

static void a_name_gets_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < noise_providers_count; i++) {
        const struct noise_provider *chosen = NULL;

        assert_int_equal(noise_provider_choose(&chosen, ~0U, noise_providers[i].name), 0);
        assert_ptr_equal(chosen, &noise_providers[i]);
    }
}

static void a_name_does_not_get_a_row_that_cannot_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < noise_providers_count; i++) {
        for (uint32_t bit = 1; bit <= NOISE_CPU_AVX512_IFMA; bit <<= 1) {
            const struct noise_provider *chosen = NULL;
            int want = (noise_providers[i].needs & bit) != 0 ? NOISE_INIT_UNFIT : 0;

            assert_int_equal(noise_provider_choose(&chosen, ~bit, noise_providers[i].name), want);
        }
    }
}

static void other_names_are_unknown(void **state)
{
    static const char *const names[] = {"", "ifm", "ifma ", "IFMA", "sodium2", "avx", "libsodium"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct noise_provider *chosen = NULL;

        assert_int_equal(noise_provider_choose(&chosen, ~0U, names[i]), NOISE_INIT_UNKNOWN);
        assert_null(chosen);
    }
}

static void this_processor_is_read(void **state)
{
    uint32_t features = noise_cpu_features();

    (void)state;
    assert_int_equal((features & NOISE_CPU_BMI2) != 0, __builtin_cpu_supports("bmi2") != 0);
    assert_int_equal((features & NOISE_CPU_AVX2) != 0, __builtin_cpu_supports("avx2") != 0);
    assert_int_equal((features & NOISE_CPU_AES) != 0, __builtin_cpu_supports("pclmul") != 0);
    assert_int_equal((features & NOISE_CPU_AVX512) != 0, __builtin_cpu_supports("avx512vl") != 0);
    assert_int_equal((features & NOISE_CPU_AVX512_IFMA) != 0,
                     __builtin_cpu_supports("avx512ifma") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_processor_gets_the_first_row_it_can_run),
        cmocka_unit_test(a_name_gets_its_row),
        cmocka_unit_test(a_name_does_not_get_a_row_that_cannot_run),
        cmocka_unit_test(other_names_are_unknown),
        cmocka_unit_test(this_processor_is_read),
    };

    return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
