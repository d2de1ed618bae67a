/* SPDX-License-Identifier: Apache-2.0 */
/* What CPUID and XCR0 say, as enum noise_cpu. Not installed. */
#ifndef NOISE_CRYPTO_CPU_X86_64_H
#define NOISE_CRYPTO_CPU_X86_64_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Registers as Intel's manual, volume 2, CPUID, names them; zero where the processor has none. */
struct noise_cpuid {
    uint32_t leaf_1_ecx;
    uint32_t leaf_7_ebx;
    uint64_t xcr0; /* which registers the system saves; zero without OSXSAVE */
};

uint32_t noise_cpu_features_of(const struct noise_cpuid *cpuid);

#pragma GCC visibility pop

#endif
