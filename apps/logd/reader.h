/* SPDX-License-Identifier: Apache-2.0 */
/* One reader's way through the log: from the oldest byte that the kernel keeps to the newest, in
 * whole lines. Where some were gone before the reader took them, a line says how many bytes. */
#ifndef LOGD_READER_H
#define LOGD_READER_H

#include "abi/syscall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "\nlog: 18446744073709551615 bytes missed\n" and its zero. */
#define READER_NOTE_SIZE 41

/* All zero: at the beginning of the log. */
struct reader {
    uint64_t pos;        /* of the next byte that is asked of the kernel */
    uint64_t missed_len; /* before it, not yet told */
    bool in_line;        /* the last byte given was none that ends a line */
    uint32_t held_first; /* what was read and is not taken yet, in `held` */
    uint32_t held_len;
    char held[READER_NOTE_SIZE + ABI_LOG_READ_BYTES_MAX];
};

/* What comes next, in the reader's own memory; 0 bytes: that was all for now. The same again until
 * it is taken. */
size_t reader_next(struct reader *reader, const char **bytes);
/* So many of these were passed on. */
void reader_taken(struct reader *reader, size_t len);

#endif
