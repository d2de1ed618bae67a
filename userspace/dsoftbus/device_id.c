/* SPDX-License-Identifier: Apache-2.0 */
#include "dsoftbus/device_id.h"

#include <string.h>

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len)
{
    const char *chars = text;

    memset(id, 0, sizeof(*id));
    if (text_len < 1 || text_len > DSB_DEVICE_ID_MAX) {
        return DSB_INVALID;
    }
    for (size_t i = 0; i < text_len; i++) {
        if (!is_id_char(chars[i])) {
            return DSB_INVALID;
        }
    }
    memcpy(id->text, chars, text_len);
    id->len = (uint8_t)text_len;
    return DSB_OK;
}

bool dsb_device_id_equal(const struct dsb_device_id *a, const struct dsb_device_id *b)
{
    return a->len != 0 && a->len == b->len && a->len <= DSB_DEVICE_ID_MAX &&
           memcmp(a->text, b->text, a->len) == 0;
}
