/* SPDX-License-Identifier: Apache-2.0 */
/* The C library functions that the compiler itself calls, for the kernel and, in lib/rt, for every
 * process: whole words at any alignment. Messages, streams and cleared pages are most of what is
 * moved. */
#include "bytes.h"

#define WORD_BYTES sizeof(uint64_t)

typedef bytes_word word;

static inline void copy_eight(word *to, const word *from)
{
    word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];
    word w4 = from[4], w5 = from[5], w6 = from[6], w7 = from[7];
    to[0] = w0, to[1] = w1, to[2] = w2, to[3] = w3;
    to[4] = w4, to[5] = w5, to[6] = w6, to[7] = w7;
}

static inline void copy_aligned(word *to, const word *from, size_t word_count)
{
    for (; word_count >= 32; word_count -= 32, to += 32, from += 32) {
        copy_eight(to, from);
        copy_eight(to + 8, from + 8);
        copy_eight(to + 16, from + 16);
        copy_eight(to + 24, from + 24);
    }
    for (; word_count >= 8; word_count -= 8, to += 8, from += 8)
        copy_eight(to, from);
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

/* Most messages are whole words, and few. */
void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
    if (len > 8 * WORD_BYTES || ((uintptr_t)dst | (uintptr_t)src | len) % WORD_BYTES != 0)
        return copy_any(dst, src, len);
    word *to = dst;
    const word *from = src;
    for (const word *end = from + len / WORD_BYTES; from < end;)
        *to++ = *from++;
    return dst;
}

static inline void set_eight(word *to, word value)
{
    to[0] = value, to[1] = value, to[2] = value, to[3] = value;
    to[4] = value, to[5] = value, to[6] = value, to[7] = value;
}

void *memset(void *dst, int value, size_t len)
{
    uint8_t *to = dst;
    if (len >= 2 * WORD_BYTES) {
        for (; (uintptr_t)to % WORD_BYTES != 0; len--)
            *to++ = (uint8_t)value;
        word *to_word = (word *)(void *)to, each = (uint8_t)value * (UINT64_MAX / UINT8_MAX);
        size_t word_count = len / WORD_BYTES;
        for (; word_count >= 32; word_count -= 32, to_word += 32) {
            set_eight(to_word, each);
            set_eight(to_word + 8, each);
            set_eight(to_word + 16, each);
            set_eight(to_word + 24, each);
        }
        while (word_count-- > 0)
            *to_word++ = each;
        to = (uint8_t *)to_word;
        len %= WORD_BYTES;
    }
    while (len-- > 0)
        *to++ = (uint8_t)value;
    return dst;
}
