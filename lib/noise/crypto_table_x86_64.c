/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x86-64 with lib25519 and ipsec-mb. Every bit of a row's needs is asked for by its curve (what
 * lib25519's "architectures" files and cmake/lib25519.cmake compile with) or by its AEAD (what
 * ipsec-mb's init functions check).
 */
#include "noise/crypto_provider.h"

#define AVX2_CURVE   (NOISE_CPU_BMI2 | NOISE_CPU_ADX | NOISE_CPU_AVX2)
#define AVX2_AEAD    (NOISE_CPU_AES | NOISE_CPU_AVX2 | NOISE_CPU_BMI2)
#define AVX512_AEAD  (AVX2_AEAD | NOISE_CPU_AVX512)
#define AVX512_CURVE (AVX2_CURVE | NOISE_CPU_AVX512 | NOISE_CPU_AVX512_IFMA)

const struct noise_provider noise_providers[] = {
    {"ifma", AVX512_CURVE | AVX512_AEAD, &noise_curve_ifma, &noise_aead_ipsec_mb_avx512},
    {"avx512", AVX2_CURVE | AVX512_AEAD, &noise_curve_avx2, &noise_aead_ipsec_mb_avx512},
    {"avx2", AVX2_CURVE | AVX2_AEAD, &noise_curve_avx2, &noise_aead_ipsec_mb_avx2},
    {"mxaa", NOISE_CPU_BMI2, &noise_curve_mxaa, &noise_aead_sodium},
    {"sodium", 0, &noise_curve_sodium, &noise_aead_sodium},
};
const size_t noise_providers_count = sizeof noise_providers / sizeof noise_providers[0];
