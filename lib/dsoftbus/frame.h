/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unit of the stream: a 16-bit big-endian length, then that many bytes.
 */
#ifndef DSOFTBUS_FRAME_H
#define DSOFTBUS_FRAME_H

#include "dsoftbus/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_FRAME_HEADER_LEN 2
#define DSB_FRAME_UNIT_MAX   65535 /* bytes; what the length can say */

enum dsb_frame_result {
    DSB_FRAME_PARTIAL,     /* not all there yet, and nothing wrong so far */
    DSB_FRAME_COMPLETE,    /* the unit is in[2] to in[2 + *unit_len - 1] */
    DSB_FRAME_ZERO_LENGTH, /* a unit of no bytes: always an error */
    DSB_FRAME_OVERSIZE,    /* longer than unit_max; known as soon as the length is there */
};

/*
 * Looks at the front of the received bytes. *unit_len is the unit's length in bytes, 0 while the
 * length itself is not all there.
 */
DSB_MUST_CHECK enum dsb_frame_result dsb_frame_next(const uint8_t *in, size_t in_len,
                                                    size_t unit_max, size_t *unit_len);

/* Writes a unit's length bytes. */
void dsb_frame_header(uint8_t out[DSB_FRAME_HEADER_LEN], size_t unit_len);

#ifdef __cplusplus
}
#endif

#endif
