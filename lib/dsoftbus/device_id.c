/* SPDX-License-Identifier: Apache-2.0 */
/* Which text is a device id. */
#include "dsoftbus/device_id.h"

#include <string.h>

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_letter_or_digit(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* Labels with one dot between them; a hyphen stands inside a label; one letter at least. */
static bool is_id(const char *text, size_t text_len)
{
    bool has_letter = false;
    char previous = '.';

    for (size_t i = 0; i < text_len; i++) {
        char c = text[i];
        bool fits = is_letter_or_digit(c) || (c == '.' && is_letter_or_digit(previous)) ||
                    (c == '-' && previous != '.');

        if (!fits)
            return false;
        has_letter = has_letter || is_letter(c);
        previous = c;
    }
    return has_letter && is_letter_or_digit(previous);
}

enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len)
{
    const char *chars = text;

    memset(id, 0, sizeof *id);
    if (text_len < 1 || text_len > DSB_DEVICE_ID_MAX || !is_id(chars, text_len))
        return DSB_INVALID;
    memcpy(id->text, chars, text_len);
    id->len = (uint8_t)text_len;
    return DSB_OK;
}

bool dsb_device_id_equal(const struct dsb_device_id *a, const struct dsb_device_id *b)
{
    return a->len != 0 && a->len == b->len && a->len <= DSB_DEVICE_ID_MAX &&
           memcmp(a->text, b->text, a->len) == 0;
}
