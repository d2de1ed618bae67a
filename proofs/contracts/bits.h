/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What masks, shifts and conversions do, which WP's provers know nothing of. bits.py proves each
 * of these in arithmetic of bits; it begins with the bounds of its variables.
 */
#ifndef PROOFS_CONTRACTS_BITS_H
#define PROOFS_CONTRACTS_BITS_H

#include <stdint.h>

/*@ predicate is_power_of_2(integer s) = (s & (s - 1)) == 0; */

/*@ lemma wrap_below: \forall integer x; -0x100000000 <= x < 0 ==>
        (uint32_t)(x) == x + 0x100000000; */
/*@ lemma wrap_above: \forall integer x; 0x100000000 <= x < 0x200000000 ==>
        (uint32_t)(x) == x - 0x100000000; */

/*@ lemma mask_within: \forall integer x, s;
        0 <= x <= 0xffffffff && 0 < s <= 0x80000000 ==> 0 <= (x & (s - 1)) < s; */
/*@ lemma mask_ahead: \forall integer x, y, s;
        0 <= x <= 0xffffffff && 0 <= y <= 0xffffffff && 0 < s <= 0x80000000 &&
        is_power_of_2(s) && (x & (s - 1)) + (uint32_t)(y - x) < s ==>
        (y & (s - 1)) == (x & (s - 1)) + (uint32_t)(y - x); */
/*@ lemma mask_around: \forall integer x, y, s;
        0 <= x <= 0xffffffff && 0 <= y <= 0xffffffff && 0 < s <= 0x80000000 &&
        is_power_of_2(s) && (x & (s - 1)) + (uint32_t)(y - x) >= s && (uint32_t)(y - x) <= s ==>
        (y & (s - 1)) == (x & (s - 1)) + (uint32_t)(y - x) - s; */

/*@ lemma low_8_bits: \forall integer x; 0 <= x <= 0xffffffff ==> (x & 0xff) == x % 0x100; */
/*@ lemma low_24_bits: \forall integer x; 0 <= x <= 0xffffffff ==>
        (x & 0xffffff) == x % 0x1000000; */
/*@ lemma shifted_down: \forall integer x; 0 <= x <= 0xffffffff ==> (x >> 8) == x / 0x100; */
/*@ lemma shifted_up: \forall integer x; 0 <= x <= 0xffffffff ==> (x << 8) == x * 0x100; */
/*@ lemma side_by_side: \forall integer x, y;
        0 <= x <= 0xffffffff && 0 <= y <= 0xff && x % 0x100 == 0 ==> (x | y) == x + y; */

/*@ lemma word_of_bytes: \forall integer x; 0 <= x <= 0xffffffff ==>
        x == (uint8_t)(x) + (uint8_t)(x >> 8) * 0x100 + (uint8_t)(x >> 16) * 0x10000 +
            (uint8_t)(x >> 24) * 0x1000000; */
/*@ lemma number_of_words: \forall integer x; 0 <= x <= 0xffffffffffffffff ==>
        x == (uint32_t)(x) + (uint32_t)(x >> 32) * 0x100000000; */

#endif
