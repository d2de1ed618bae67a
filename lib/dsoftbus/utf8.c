/* SPDX-License-Identifier: Apache-2.0 */
/* One character of UTF-8 after the other. */
#include "dsoftbus/utf8.h"

size_t dsb_utf8_next(const uint8_t *text, size_t text_len, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    if (text_len == 0 || (text[0] >= 0x80 && text[0] < 0xc0) || text[0] > 0xf4)
        return 0;
    *code = text[0];
    if (text[0] < 0x80)
        return 1;
    size_t len = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if (text_len < len)
        return 0;
    *code &= 0x7fU >> len;
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (text[i] & 0x3fU);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[len] || *code > 0x10ffff || surrogate ? 0 : len;
}

bool dsb_utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
