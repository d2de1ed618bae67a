/* SPDX-License-Identifier: Apache-2.0 */
/* Records: what is accepted has a known type and a body within the input. */
#include "dsoftbus/record.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsb_record record;

    if (dsb_record_parse(&record, data, size) == DSB_RECORD_OK) {
        CHECK(record.type == data[0]);
        CHECK(record.type >= DSB_RECORD_ACCEPT && record.type <= DSB_RECORD_CLOSE);
        CHECK(record.body == data + 1 && record.body_len == size - 1);
        CHECK(record.type == DSB_RECORD_DATA || record.body_len <= DSB_PING_MAX);
    }
    return 0;
}
