/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the line. */
#include "peer_line.h"

#include <string.h>

bool peer_line_parse(const char *text, size_t text_len, struct dsb_device_id *id,
                     struct net_address *address)
{
    struct dsb_device_id new_id;

    if (text_len == 0 || text_len > PEER_LINE_MAX || text[text_len - 1] != '\n')
        return false;
    const char *space = memchr(text, ' ', text_len);
    if (space == NULL || dsb_device_id_set(&new_id, text, (size_t)(space - text)) != DSB_OK ||
        !net_address_parse(space + 1, text_len - (size_t)(space - text) - 2, address))
        return false;
    *id = new_id;
    return true;
}
