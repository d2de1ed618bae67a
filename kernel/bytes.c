/* SPDX-License-Identifier: Apache-2.0 */
/* The C library functions that the compiler itself calls. Whole words at any alignment:
 * messages and cleared pages are most of what the kernel moves. */
#include "bytes.h"

#define WORD_BYTES   sizeof(uint64_t)
#define UNROLL_BYTES (8 * WORD_BYTES)

typedef bytes_word word;

static inline void copy_aligned(word *to, const word *from, size_t word_count)
{
    for (; word_count >= 8; word_count -= 8, to += 8, from += 8) {
        word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];
        word w4 = from[4], w5 = from[5], w6 = from[6], w7 = from[7];
        to[0] = w0, to[1] = w1, to[2] = w2, to[3] = w3;
        to[4] = w4, to[5] = w5, to[6] = w6, to[7] = w7;
    }
    while (word_count-- > 0)
        *to++ = *from++;
}

/* The source begins skew bytes, 1 .. 7, behind a word: its whole words are loaded and shifted
 * together. Each word that is loaded holds bytes of the source, so none is beyond its page. Apart,
 * so that the other way needs no stack. */
static void copy_skewed(word *to, const uint8_t *from, size_t skew, size_t word_count)
{
    const word *from_word = (const word *)(const void *)(from - skew);
    size_t low = 8 * skew, high = 64 - low;
    word w0 = *from_word++;
    for (; word_count >= 4; word_count -= 4, to += 4, from_word += 4) {
        word w1 = from_word[0], w2 = from_word[1], w3 = from_word[2], w4 = from_word[3];
        to[0] = w0 >> low | w1 << high;
        to[1] = w1 >> low | w2 << high;
        to[2] = w2 >> low | w3 << high;
        to[3] = w3 >> low | w4 << high;
        w0 = w4;
    }
    while (word_count-- > 0) {
        word w1 = *from_word++;
        *to++ = w0 >> low | w1 << high;
        w0 = w1;
    }
}

static __attribute__((noinline)) void *copy_any(uint8_t *to, const uint8_t *from, size_t len)
{
    void *dst = to;
    if (len >= 2 * WORD_BYTES) {
        for (; (uintptr_t)to % WORD_BYTES != 0; len--)
            *to++ = *from++;
        size_t skew = (uintptr_t)from % WORD_BYTES;
        size_t word_count = len / WORD_BYTES;
        if (skew == 0)
            copy_aligned((word *)(void *)to, (const word *)(const void *)from, word_count);
        else
            copy_skewed((word *)(void *)to, from, skew, word_count);
        to += word_count * WORD_BYTES;
        from += word_count * WORD_BYTES;
        len %= WORD_BYTES;
    }
    while (len-- > 0)
        *to++ = *from++;
    return dst;
}

/* Most messages are whole words. */
void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
    if (((uintptr_t)dst | (uintptr_t)src | len) % WORD_BYTES != 0)
        return copy_any(dst, src, len);
    copy_aligned(dst, src, len / WORD_BYTES);
    return dst;
}

void *memset(void *dst, int value, size_t len)
{
    uint8_t *to = dst;
    if (value == 0 && ((uintptr_t)to % WORD_BYTES) == 0) {
        word *to_word = dst;
        for (; len >= UNROLL_BYTES; len -= UNROLL_BYTES, to_word += 8) {
            to_word[0] = 0, to_word[1] = 0, to_word[2] = 0, to_word[3] = 0;
            to_word[4] = 0, to_word[5] = 0, to_word[6] = 0, to_word[7] = 0;
        }
        for (; len >= WORD_BYTES; len -= WORD_BYTES)
            *to_word++ = 0;
        to = (uint8_t *)to_word;
    }
    while (len-- > 0)
        *to++ = (uint8_t)value;
    return dst;
}
