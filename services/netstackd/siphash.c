/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4, as in the paper: two rounds per eight bytes, four at the end. */
#include "siphash.h"

enum {
    WORD_BYTES = 8,
    ROUNDS_PER_WORD = 2,
    ROUNDS_AT_END = 4,
    LEN_SHIFT = 56, /* the input's length, modulo 256, is the top byte of the last word */
};

static uint64_t load(const uint8_t *bytes, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int count)
{
    for (int i = 0; i < count; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void compress(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_rounds(v, ROUNDS_PER_WORD);
    v[0] ^= word;
}

uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *input, size_t input_len)
{
    const uint8_t *bytes = input;
    uint64_t k0 = load(key, WORD_BYTES), k1 = load(key + WORD_BYTES, WORD_BYTES);
    /* "somepseudorandomlygeneratedbytes" */
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                     k1 ^ 0x7465646279746573};
    size_t tail_len = input_len % WORD_BYTES;

    for (size_t at = 0; at + WORD_BYTES <= input_len; at += WORD_BYTES)
        compress(v, load(bytes + at, WORD_BYTES));
    compress(v, load(bytes + (input_len - tail_len), tail_len) | (uint64_t)input_len << LEN_SHIFT);
    v[2] ^= 0xff;
    sip_rounds(v, ROUNDS_AT_END);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
