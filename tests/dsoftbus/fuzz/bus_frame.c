/* SPDX-License-Identifier: Apache-2.0 */
/* The frame reader: its answer is a function of the length bytes, and never points behind the
 * input. */
#include "dsoftbus/frame.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t limits[] = {1, 48, 512, 4096, DSB_FRAME_UNIT_MAX};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        size_t unit_len;
        enum dsb_frame_result result = dsb_frame_next(data, size, limits[i], &unit_len);

        if (result == DSB_FRAME_COMPLETE) {
            uint8_t header[DSB_FRAME_HEADER_LEN];

            CHECK(unit_len >= 1 && unit_len <= limits[i]);
            CHECK(DSB_FRAME_HEADER_LEN + unit_len <= size);
            dsb_frame_header(header, unit_len);
            CHECK(header[0] == data[0] && header[1] == data[1]);
        }
        CHECK(result != DSB_FRAME_OVERSIZE || unit_len > limits[i]);
        CHECK(result != DSB_FRAME_PARTIAL || size < DSB_FRAME_HEADER_LEN + (unit_len | 1));
    }
    return 0;
}
