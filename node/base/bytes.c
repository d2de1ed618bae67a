/* SPDX-License-Identifier: Apache-2.0 */
/* Appends. */
#include "node/base/bytes.h"

#include <string.h>

void bytes_put(struct bytes *bytes, const void *more, size_t more_len)
{
    memcpy(bytes->at + bytes->len, more, more_len);
    bytes->len += more_len;
}

void bytes_put_number(struct bytes *bytes, uint64_t number, size_t len)
{
    while (len-- > 0)
        bytes->at[bytes->len++] = (uint8_t)(number >> 8 * len);
}
