/* SPDX-License-Identifier: Apache-2.0 */
/* Names that people read are UTF-8 (RFC 3629), in its one form per character. */
#ifndef DSOFTBUS_UTF8_H
#define DSOFTBUS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Length of the first character of text, 1 to 4 bytes, with its code point; 0 when it is none: no
 * bytes, a stray or missing continuation byte, a longer form than needed, a surrogate, beyond
 * U+10FFFF.
 */
size_t dsb_utf8_next(const uint8_t *text, size_t text_len, uint32_t *code);

/* A character that moves a terminal's cursor instead of being shown: C0, DEL and C1. */
bool dsb_utf8_is_control(uint32_t code);

#ifdef __cplusplus
}
#endif

#endif
