/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of the stream records: one table of body lengths, then what the lengths cannot say. */
#include "dsoftbus/stream_record.h"

#include <string.h>

#define CREDIT_LEN   4
#define CODE_LEN     2
#define NAME_LEN_LEN 1

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_u32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool dsb_service_name_is_valid(const void *name, size_t name_len)
{
    const uint8_t *bytes = name;

    if (name_len < 1 || name_len > DSB_STREAM_SERVICE_MAX)
        return false;
    for (size_t i = 0; i < name_len; i++)
        if (!is_name_byte(bytes[i]))
            return false;
    return true;
}

/* Reads what follows the id. False: not a body of this type. */
static bool parse_rest(struct dsb_stream_record *record, const uint8_t *rest, size_t rest_len)
{
    switch (record->type) {
    case DSB_RECORD_OPEN:
        record->bytes = rest + NAME_LEN_LEN;
        record->bytes_len = rest_len - NAME_LEN_LEN;
        return rest[0] == record->bytes_len &&
               dsb_service_name_is_valid(record->bytes, record->bytes_len);
    case DSB_RECORD_BYTES:
        record->bytes = rest;
        record->bytes_len = rest_len;
        return true;
    case DSB_RECORD_OPENED:
        record->credit = get_u32(rest);
        return true;
    case DSB_RECORD_CREDIT:
        record->credit = get_u32(rest);
        return record->credit != 0;
    case DSB_RECORD_RESET:
        record->code = (uint16_t)(rest[0] << 8 | rest[1]);
        return record->code != DSB_RESET_NONE;
    default:
        return true; /* FIN has no rest */
    }
}

enum dsb_record_result dsb_stream_record_parse(struct dsb_stream_record *record,
                                               enum dsb_record_type type, const uint8_t *body,
                                               size_t body_len)
{
    struct dsb_stream_record parsed = {.type = type};

    if (!dsb_record_is_stream(type))
        return DSB_RECORD_BAD_TYPE;
    if (!dsb_record_has_length(type, body_len))
        return DSB_RECORD_BAD_BODY;
    parsed.id = get_u32(body);
    if (!parse_rest(&parsed, body + DSB_STREAM_ID_LEN, body_len - DSB_STREAM_ID_LEN))
        return DSB_RECORD_BAD_BODY;
    *record = parsed;
    return DSB_RECORD_OK;
}

size_t dsb_stream_record_len(const struct dsb_stream_record *record)
{
    switch (record->type) {
    case DSB_RECORD_OPEN:
        return DSB_STREAM_ID_LEN + NAME_LEN_LEN + record->bytes_len;
    case DSB_RECORD_OPENED:
    case DSB_RECORD_CREDIT:
        return DSB_STREAM_ID_LEN + CREDIT_LEN;
    case DSB_RECORD_RESET:
        return DSB_STREAM_ID_LEN + CODE_LEN;
    default:
        return DSB_STREAM_ID_LEN + record->bytes_len; /* BYTES; FIN has none */
    }
}

void dsb_stream_record_write(const struct dsb_stream_record *record, uint8_t *out)
{
    uint8_t *rest = out + DSB_STREAM_ID_LEN;

    put_u32(out, record->id);
    switch (record->type) {
    case DSB_RECORD_OPEN:
        rest[0] = (uint8_t)record->bytes_len;
        memcpy(rest + NAME_LEN_LEN, record->bytes, record->bytes_len);
        break;
    case DSB_RECORD_OPENED:
    case DSB_RECORD_CREDIT:
        put_u32(rest, record->credit);
        break;
    case DSB_RECORD_RESET:
        rest[0] = (uint8_t)(record->code >> 8);
        rest[1] = (uint8_t)record->code;
        break;
    default:
        if (record->bytes != NULL)
            memcpy(rest, record->bytes, record->bytes_len);
        break;
    }
}
