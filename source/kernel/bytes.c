/* SPDX-License-Identifier: Apache-2.0 */
/* The C library functions that the compiler itself calls. Whole words where both sides allow it:
 * messages and cleared pages are most of what the kernel moves. */
#include "bytes.h"

#include <stdint.h>

#define WORD_BYTES   sizeof(uint64_t)
#define UNROLL_BYTES (8 * WORD_BYTES)

/* Words through which bytes of any object may be reached. */
typedef uint64_t __attribute__((may_alias)) word;

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
    uint8_t *to = dst;
    const uint8_t *from = src;
    if ((((uintptr_t)to | (uintptr_t)from) % WORD_BYTES) == 0) {
        word *to_word = dst;
        const word *from_word = src;
        for (; len >= UNROLL_BYTES; len -= UNROLL_BYTES, to_word += 8, from_word += 8) {
            word w0 = from_word[0], w1 = from_word[1], w2 = from_word[2], w3 = from_word[3];
            word w4 = from_word[4], w5 = from_word[5], w6 = from_word[6], w7 = from_word[7];
            to_word[0] = w0, to_word[1] = w1, to_word[2] = w2, to_word[3] = w3;
            to_word[4] = w4, to_word[5] = w5, to_word[6] = w6, to_word[7] = w7;
        }
        for (; len >= WORD_BYTES; len -= WORD_BYTES)
            *to_word++ = *from_word++;
        to = (uint8_t *)to_word;
        from = (const uint8_t *)from_word;
    }
    while (len-- > 0)
        *to++ = *from++;
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
        to = (uint8_t *)to_word;
    }
    while (len-- > 0)
        *to++ = (uint8_t)value;
    return dst;
}
