/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that tell where in a stream they stand. */
#include "helper.h"

void pattern_fill(uint8_t *bytes, uint64_t pos, uint64_t len)
{
    uint64_t word = pattern_word(pos / 8) >> (8 * (pos % 8));

    for (uint64_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)word;
        word >>= 8;
        if ((pos + i + 1) % 8 == 0)
            word = pattern_word((pos + i + 1) / 8);
    }
}

uint64_t hash_add(uint64_t hash, const uint8_t *bytes, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}
