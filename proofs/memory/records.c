/* SPDX-License-Identifier: Apache-2.0 */
/* The unit, the record, the record of a stream and the name in it, for every type and every length
 * up to beyond the longest that has a bound of its own; and what is written again, into exactly so
 * much. */
#include "dsoftbus/frame.h"
#include "dsoftbus/stream_record.h"
#include "exact.h"

#define LEN_MAX  100
#define TYPE_END (DSB_RECORD_RESET + 1)

static void read_unit(size_t len)
{
    size_t unit_len;
    uint8_t *in = any_bytes(len);

    if (dsb_frame_next(in, len, Frama_C_interval(0, DSB_FRAME_UNIT_MAX), &unit_len) ==
        DSB_FRAME_COMPLETE)
        /*@ assert complete: 1 <= unit_len <= len - 2; */;
    dsb_frame_header(room(DSB_FRAME_HEADER_LEN), len);
}

static void read_record(uint8_t type, size_t len)
{
    uint8_t *plaintext = any_bytes(len);
    struct dsb_record record;

    if (len > 0)
        plaintext[0] = type == TYPE_END ? (uint8_t)Frama_C_interval(TYPE_END, 255) : type;
    if (dsb_record_parse(&record, plaintext, len) == DSB_RECORD_OK)
        /*@ assert inside: record.body + record.body_len == plaintext + len; */;
}

static void read_stream_record(uint8_t type, size_t len)
{
    struct dsb_stream_record record;

    if (dsb_stream_record_parse(&record, type, any_bytes(len), len) == DSB_RECORD_OK)
        dsb_stream_record_write(&record, room(dsb_stream_record_len(&record)));
}

int main(void)
{
    /*@ loop unroll LEN_MAX + 1; */
    for (size_t len = 0; len <= LEN_MAX; len++) {
        read_unit(len);
        (void)dsb_service_name_is_valid(any_bytes(len), len);
        /*@ loop unroll TYPE_END + 1; */
        for (uint8_t type = 0; type <= TYPE_END; type++) {
            read_record(type, len);
            read_stream_record(type, len);
        }
    }
    return 0;
}
