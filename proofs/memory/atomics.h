/* SPDX-License-Identifier: Apache-2.0 */
/* What this analyser's C11 lacks: atomic builtins (one load, one store of a volatile), _Alignas,
 * and the place of the lowest bit, which a driver defines. */
#define __atomic_load_n(p, order)     (*(p))
#define __atomic_store_n(p, v, order) (*(p) = (v))
#define __ATOMIC_RELEASE              3
#define __ATOMIC_ACQUIRE              2
#define _Alignas(n)
#define __builtin_ctzll lowest_bit_idx
int lowest_bit_idx(unsigned long long bits);
