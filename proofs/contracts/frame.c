/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of lib/dsoftbus/frame.c, which is included unchanged: a unit is complete exactly when
 * its length is 1 .. unit_max and all of it has come; nothing beyond in_len is read.
 */
#include "dsoftbus/frame.h"

#define TOLD(in) ((size_t)((size_t)(in)[0] << 8) | (in)[1])

/*@ requires in_len == 0 || \valid_read(in + (0 .. in_len - 1));
    requires \valid(unit_len) && \separated(unit_len, in + (0 .. in_len - 1));
    requires unit_max <= 65535;
    terminates \true;
    assigns *unit_len;
    ensures \result == DSB_FRAME_COMPLETE <==>
        in_len >= 2 && TOLD(in) != 0 && TOLD(in) <= unit_max && in_len - 2 >= TOLD(in);
    ensures \result == DSB_FRAME_ZERO_LENGTH <==> in_len >= 2 && TOLD(in) == 0;
    ensures \result == DSB_FRAME_OVERSIZE <==> in_len >= 2 && TOLD(in) > unit_max;
    ensures in_len < 2 ==> *unit_len == 0;
    ensures in_len >= 2 ==> *unit_len == TOLD(in); */
enum dsb_frame_result dsb_frame_next(const uint8_t *in, size_t in_len, size_t unit_max,
                                     size_t *unit_len);

/*@ requires \valid(out + (0 .. 1)) && unit_len <= 65535;
    terminates \true;
    assigns out[0 .. 1];
    ensures out[0] == (uint8_t)(unit_len >> 8) && out[1] == (uint8_t)unit_len; */
void dsb_frame_header(uint8_t out[DSB_FRAME_HEADER_LEN], size_t unit_len);

#include "../../lib/dsoftbus/frame.c"
