/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people write them. */
#include "netfacade/netfacade.h"

/* What is left of the text. */
struct rest {
    const char *text;
    size_t len;
};

/* Takes digits up to `end`, and `end`; '\0' is the end of the text. A number has no leading zero.
 */
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
    if (digit_count == 0 || (digit_count > 1 && rest->text[0] == '0'))
        return false;
    bool is_last = digit_count == rest->len;
    if (is_last != (end == '\0') || (!is_last && rest->text[digit_count] != end))
        return false;
    size_t used_len = digit_count + (is_last ? 0 : 1);
    rest->text += used_len;
    rest->len -= used_len;
    return true;
}

bool net_address_parse(const char *text, size_t text_len, struct net_address *address)
{
    struct rest rest = {text, text_len};
    uint32_t part[4], port;

    if (!take_number(&rest, '.', 255, &part[0]) || !take_number(&rest, '.', 255, &part[1]) ||
        !take_number(&rest, '.', 255, &part[2]) || !take_number(&rest, ':', 255, &part[3]) ||
        !take_number(&rest, '\0', 65535, &port) || port == 0)
        return false;
    *address = (struct net_address){
        .ipv4 = part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3],
        .port = (uint16_t)port,
    };
    return true;
}
