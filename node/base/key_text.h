/* SPDX-License-Identifier: Apache-2.0 */
/* A public key of 32 bytes as text: 64 lower-case hexadecimal digits and a NUL. */
#ifndef NODE_KEY_TEXT_H
#define NODE_KEY_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define KEY_TEXT_LEN  32
#define KEY_TEXT_SIZE (2 * KEY_TEXT_LEN + 1)
void key_format(char out[KEY_TEXT_SIZE], const uint8_t key[KEY_TEXT_LEN]);

#endif
