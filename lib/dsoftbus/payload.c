/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of messages 2 and 3. */
#include "dsoftbus/payload.h"

#include <string.h>

#define FIELD_HEADER_LEN 2 /* type, length */
#define RECV_MAX_LEN     2
#define WINDOW_LEN       4
#define STREAMS_MAX_LEN  2
#define TYPE_MASK        0x7f

/* A field's value, or NULL when the payload does not have it. */
struct field {
    const uint8_t *value;
    size_t value_len;
};

struct fields {
    struct field device_id;
    struct field recv_max;
    struct field window;
    struct field streams_max;
};

/* Walks the whole payload before anything of it is used. */
static enum dsb_payload_result read_fields(const uint8_t *data, size_t data_len, bool with_id,
                                           struct fields *fields)
{
    int previous = -1;
    size_t pos = 0;

    memset(fields, 0, sizeof *fields);
    while (pos < data_len) {
        if (data_len - pos < FIELD_HEADER_LEN)
            return DSB_PAYLOAD_MALFORMED;
        int type = data[pos] & TYPE_MASK;
        bool critical = (data[pos] & DSB_FIELD_CRITICAL_BIT) != 0;
        struct field field = {data + pos + FIELD_HEADER_LEN, data[pos + 1]};

        pos += FIELD_HEADER_LEN;
        if (type <= previous || data_len - pos < field.value_len)
            return DSB_PAYLOAD_MALFORMED;
        if (type == DSB_FIELD_DEVICE_ID && with_id)
            fields->device_id = field;
        else if (type == DSB_FIELD_RECV_MAX)
            fields->recv_max = field;
        else if (type == DSB_FIELD_WINDOW)
            fields->window = field;
        else if (type == DSB_FIELD_STREAMS_MAX)
            fields->streams_max = field;
        else if (critical)
            return DSB_PAYLOAD_CRITICAL;
        previous = type;
        pos += field.value_len;
    }
    return DSB_PAYLOAD_OK;
}

static enum dsb_payload_result read_recv_max(const struct field *field, uint16_t *recv_max)
{
    if (field->value == NULL)
        return DSB_PAYLOAD_MALFORMED;
    if (field->value_len != RECV_MAX_LEN)
        return DSB_PAYLOAD_RECV_MAX;
    unsigned value = (unsigned)field->value[0] << 8 | field->value[1];
    if (value < DSB_RECV_MAX_MIN)
        return DSB_PAYLOAD_RECV_MAX;
    *recv_max = (uint16_t)value;
    return DSB_PAYLOAD_OK;
}

static enum dsb_payload_result read_streams(const struct fields *fields,
                                            struct dsb_stream_limits *streams)
{
    const struct field *window = &fields->window, *streams_max = &fields->streams_max;
    struct dsb_stream_limits limits = {.window = 0};

    if (window->value == NULL || streams_max->value == NULL)
        return DSB_PAYLOAD_MALFORMED;
    if (window->value_len != WINDOW_LEN || streams_max->value_len != STREAMS_MAX_LEN)
        return DSB_PAYLOAD_STREAMS;
    for (unsigned i = 0; i < WINDOW_LEN; i++)
        limits.window = limits.window << 8 | window->value[i];
    if (limits.window == 0)
        return DSB_PAYLOAD_STREAMS;
    limits.streams_max = (uint16_t)((unsigned)streams_max->value[0] << 8 | streams_max->value[1]);
    *streams = limits;
    return DSB_PAYLOAD_OK;
}

/* Writes a number as a critical field; returns the field's length. */
static size_t put_field(uint8_t *out, uint8_t type, size_t value_len, uint32_t value)
{
    out[0] = type | DSB_FIELD_CRITICAL_BIT;
    out[1] = (uint8_t)value_len;
    for (size_t i = 0; i < value_len; i++)
        out[FIELD_HEADER_LEN + i] = (uint8_t)(value >> 8 * (value_len - 1 - i));
    return FIELD_HEADER_LEN + value_len;
}

size_t dsb_payload2_write(uint8_t out[DSB_PAYLOAD2_MAX], uint16_t recv_max,
                          const struct dsb_stream_limits *streams)
{
    size_t len = put_field(out, DSB_FIELD_RECV_MAX, RECV_MAX_LEN, recv_max);

    len += put_field(out + len, DSB_FIELD_WINDOW, WINDOW_LEN, streams->window);
    return len + put_field(out + len, DSB_FIELD_STREAMS_MAX, STREAMS_MAX_LEN, streams->streams_max);
}

size_t dsb_payload3_write(uint8_t out[DSB_PAYLOAD3_MAX], const struct dsb_device_id *id,
                          uint16_t recv_max, const struct dsb_stream_limits *streams)
{
    out[0] = DSB_FIELD_DEVICE_ID | DSB_FIELD_CRITICAL_BIT;
    out[1] = id->len;
    memcpy(out + FIELD_HEADER_LEN, id->text, id->len);
    size_t pos = FIELD_HEADER_LEN + (size_t)id->len;
    return pos + dsb_payload2_write(out + pos, recv_max, streams);
}

/* What both messages have. */
static enum dsb_payload_result read_limits(const struct fields *fields, uint16_t *recv_max,
                                           struct dsb_stream_limits *streams)
{
    uint16_t said_recv_max;
    enum dsb_payload_result result = read_recv_max(&fields->recv_max, &said_recv_max);

    if (result == DSB_PAYLOAD_OK)
        result = read_streams(fields, streams);
    if (result == DSB_PAYLOAD_OK)
        *recv_max = said_recv_max;
    return result;
}

enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams)
{
    struct fields fields;
    enum dsb_payload_result result = read_fields(data, data_len, false, &fields);

    return result == DSB_PAYLOAD_OK ? read_limits(&fields, recv_max, streams) : result;
}

enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                          struct dsb_device_id *id, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams)
{
    struct fields fields;
    struct dsb_device_id claimed;
    enum dsb_payload_result result = read_fields(data, data_len, true, &fields);

    if (result != DSB_PAYLOAD_OK)
        return result;
    if (fields.device_id.value == NULL)
        return DSB_PAYLOAD_MALFORMED;
    if (dsb_device_id_set(&claimed, fields.device_id.value, fields.device_id.value_len) != DSB_OK)
        return DSB_PAYLOAD_BAD_ID;
    result = read_limits(&fields, recv_max, streams);
    if (result == DSB_PAYLOAD_OK)
        *id = claimed;
    return result;
}

size_t dsb_payload_attestation_write(uint8_t out[DSB_PAYLOAD_ATTESTATION_MAX],
                                     const struct dsb_attestation *attestation)
{
    size_t len = dsb_attestation_write(out + FIELD_HEADER_LEN, attestation);

    out[0] = DSB_FIELD_ATTESTATION;
    out[1] = (uint8_t)len;
    return FIELD_HEADER_LEN + len;
}

/* The fields are whole, and in order. */
bool dsb_payload_attestation_read(const uint8_t *data, size_t data_len, struct dsb_attestation *out)
{
    size_t pos = 0;

    while (pos < data_len && (data[pos] & TYPE_MASK) != DSB_FIELD_ATTESTATION)
        pos += (size_t)FIELD_HEADER_LEN + data[pos + 1];
    return pos < data_len &&
           dsb_attestation_read(out, data + pos + FIELD_HEADER_LEN, data[pos + 1]);
}
