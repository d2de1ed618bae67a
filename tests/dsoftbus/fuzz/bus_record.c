/* SPDX-License-Identifier: Apache-2.0 */
/* Records: what is accepted has a known type and a body within the input. */
#include "dsoftbus/stream_record.h"
#include "fuzz.h"

#include <string.h>

#define WRITTEN_MAX 4096 /* longer ones are read only */

/* A stream's record that is read is written back alike. */
static void check_stream_record(const struct dsb_record *record)
{
    static uint8_t written[WRITTEN_MAX];
    struct dsb_stream_record stream = {.id = 1};
    enum dsb_record_result result =
        dsb_stream_record_parse(&stream, record->type, record->body, record->body_len);

    CHECK((result == DSB_RECORD_BAD_TYPE) == !dsb_record_is_stream(record->type));
    if (result != DSB_RECORD_OK) {
        CHECK(stream.id == 1);
        return;
    }
    CHECK(dsb_stream_record_len(&stream) == record->body_len);
    CHECK(stream.type != DSB_RECORD_OPEN ||
          dsb_service_name_is_valid(stream.bytes, stream.bytes_len));
    if (record->body_len <= WRITTEN_MAX) {
        dsb_stream_record_write(&stream, written);
        CHECK(memcmp(written, record->body, record->body_len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dsb_record record;

    if (dsb_record_parse(&record, data, size) == DSB_RECORD_OK) {
        CHECK(record.type == data[0]);
        CHECK(record.type >= DSB_RECORD_ACCEPT && record.type <= DSB_RECORD_RESET);
        CHECK(record.body == data + 1 && record.body_len == size - 1);
        CHECK(record.type == DSB_RECORD_BYTES || record.body_len <= DSB_STREAM_CONTROL_MAX);
        check_stream_record(&record);
    }
    return 0;
}
