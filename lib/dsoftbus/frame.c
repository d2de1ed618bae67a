/* SPDX-License-Identifier: Apache-2.0 */
/* The length bytes of a unit. */
#include "dsoftbus/frame.h"

enum dsb_frame_result dsb_frame_next(const uint8_t *in, size_t in_len, size_t unit_max,
                                     size_t *unit_len)
{
    *unit_len = 0;
    if (in_len < DSB_FRAME_HEADER_LEN)
        return DSB_FRAME_PARTIAL;
    *unit_len = (size_t)in[0] << 8 | in[1];
    if (*unit_len == 0)
        return DSB_FRAME_ZERO_LENGTH;
    if (*unit_len > unit_max)
        return DSB_FRAME_OVERSIZE;
    if (in_len - DSB_FRAME_HEADER_LEN < *unit_len)
        return DSB_FRAME_PARTIAL;
    return DSB_FRAME_COMPLETE;
}

void dsb_frame_header(uint8_t out[DSB_FRAME_HEADER_LEN], size_t unit_len)
{
    out[0] = (uint8_t)(unit_len >> 8);
    out[1] = (uint8_t)unit_len;
}
