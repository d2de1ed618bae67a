/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A processor's vector code may be used only when the system saves the registers that it uses
 * (Intel's manual, volume 1, sections 14.3 and 15.2).
 */
#include "noise/crypto_cpu_x86_64.h"

#include "noise/crypto_provider.h"

#include <cpuid.h>

#define ECX_1_PCLMULQDQ   (1U << 1)
#define ECX_1_AES         (1U << 25)
#define ECX_1_OSXSAVE     (1U << 27)
#define EBX_7_AVX2        (1U << 5)
#define EBX_7_BMI2        (1U << 8)
#define EBX_7_AVX512F     (1U << 16)
#define EBX_7_AVX512DQ    (1U << 17)
#define EBX_7_ADX         (1U << 19)
#define EBX_7_AVX512_IFMA (1U << 21)
#define EBX_7_AVX512CD    (1U << 28)
#define EBX_7_AVX512BW    (1U << 30)
#define EBX_7_AVX512VL    (1U << 31)
#define EBX_7_AVX512                                                                               \
    (EBX_7_AVX512F | EBX_7_AVX512DQ | EBX_7_AVX512CD | EBX_7_AVX512BW | EBX_7_AVX512VL)
#define XCR0_AVX    0x06U /* XMM, YMM */
#define XCR0_AVX512 0xe6U /* and mask registers, ZMM's upper halves, ZMM 16 to 31 */

static bool has(uint64_t value, uint64_t bits)
{
    return (value & bits) == bits;
}

uint32_t noise_cpu_features_of(const struct noise_cpuid *c)
{
    uint32_t features = 0;

    if (has(c->leaf_7_ebx, EBX_7_BMI2))
        features |= NOISE_CPU_BMI2;
    if (has(c->leaf_7_ebx, EBX_7_ADX))
        features |= NOISE_CPU_ADX;
    if (has(c->leaf_1_ecx, ECX_1_AES | ECX_1_PCLMULQDQ))
        features |= NOISE_CPU_AES;
    if (has(c->leaf_7_ebx, EBX_7_AVX2) && has(c->xcr0, XCR0_AVX))
        features |= NOISE_CPU_AVX2;
    if (has(c->leaf_7_ebx, EBX_7_AVX512) && has(c->xcr0, XCR0_AVX512))
        features |= NOISE_CPU_AVX512;
    if (has(c->leaf_7_ebx, EBX_7_AVX512_IFMA))
        features |= NOISE_CPU_AVX512_IFMA;
    return features;
}

static uint64_t read_xcr0(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

uint32_t noise_cpu_features(void)
{
    struct noise_cpuid c = {0};
    unsigned a, b, cx, d;

    if (__get_cpuid(1, &a, &b, &cx, &d) != 0)
        c.leaf_1_ecx = cx;
    if (__get_cpuid_count(7, 0, &a, &b, &cx, &d) != 0)
        c.leaf_7_ebx = b;
    if (has(c.leaf_1_ecx, ECX_1_OSXSAVE))
        c.xcr0 = read_xcr0();
    return noise_cpu_features_of(&c);
}
