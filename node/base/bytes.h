/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in a row, as a signature covers them. */
#ifndef NODE_BYTES_H
#define NODE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *at; /* the caller's, large enough for all that is put */
    size_t len;
};

void bytes_put(struct bytes *bytes, const void *more, size_t more_len);

/* Big-endian, in `len` bytes, 8 at most. */
void bytes_put_number(struct bytes *bytes, uint64_t number, size_t len);

#endif
