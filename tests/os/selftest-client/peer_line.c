/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the line. */
#include "peer_line.h"

#include <string.h>

/* What is left of the text. */
struct rest {
    const char *text;
    size_t len;
};

/* Takes digits up to `end`, and `end`. A number has no leading zero. */
static bool take_number(struct rest *rest, char end, uint32_t max, uint32_t *number)
{
    size_t digit_count = 0;
    *number = 0;
    while (digit_count < rest->len && rest->text[digit_count] >= '0' &&
           rest->text[digit_count] <= '9') {
        *number = *number * 10 + (uint32_t)(rest->text[digit_count] - '0');
        digit_count++;
        if (*number > max)
            return false;
    }
    if (digit_count == 0 || digit_count == rest->len || rest->text[digit_count] != end ||
        (digit_count > 1 && rest->text[0] == '0'))
        return false;
    rest->text += digit_count + 1;
    rest->len -= digit_count + 1;
    return true;
}

bool peer_line_parse(const char *text, size_t text_len, struct dsb_device_id *id,
                     struct net_address *address)
{
    struct dsb_device_id new_id;
    uint32_t part[4], port;

    if (text_len == 0 || text_len > PEER_LINE_MAX)
        return false;
    const char *space = memchr(text, ' ', text_len);
    if (space == NULL || dsb_device_id_set(&new_id, text, (size_t)(space - text)) != DSB_OK)
        return false;
    struct rest rest = {space + 1, text_len - (size_t)(space - text) - 1};
    if (!take_number(&rest, '.', 255, &part[0]) || !take_number(&rest, '.', 255, &part[1]) ||
        !take_number(&rest, '.', 255, &part[2]) || !take_number(&rest, ' ', 255, &part[3]) ||
        !take_number(&rest, '\n', 65535, &port) || port == 0 || rest.len != 0)
        return false;
    *id = new_id;
    *address = (struct net_address){
        .ipv4 = part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3],
        .port = (uint16_t)port,
    };
    return true;
}
