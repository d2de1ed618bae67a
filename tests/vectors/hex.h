/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal text of test data into bytes; hosted and freestanding tests share it. */
#ifndef TESTS_VECTORS_HEX_H
#define TESTS_VECTORS_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* text_len digits into text_len / 2 bytes. False on an odd length or another character. */
static inline bool hex_decode(const char *text, size_t text_len, uint8_t *out)
{
    if (text_len % 2 != 0)
        return false;
    for (size_t i = 0; i < text_len / 2; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

#endif
