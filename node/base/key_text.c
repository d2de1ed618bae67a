/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys in words: nothing secret is indexed with here. */
#include "node/base/key_text.h"

void key_format(char out[KEY_TEXT_SIZE], const uint8_t key[KEY_TEXT_LEN])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < KEY_TEXT_LEN; i++) {
        out[2 * i] = digits[key[i] >> 4];
        out[2 * i + 1] = digits[key[i] & 15];
    }
    out[KEY_TEXT_SIZE - 1] = '\0';
}
