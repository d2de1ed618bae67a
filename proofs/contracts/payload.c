/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the walk through a payload in lib/dsoftbus/payload.c, which is included unchanged:
 * whatever a peer sends, no byte beyond it is read, the walk ends, and each field that it finds
 * lies within the payload. What is read of a field lies within the field.
 */
#include "dsoftbus/payload.h"

/*@ predicate within{L}(uint8_t *data, integer data_len, uint8_t *value, integer value_len) =
        value == \null || (0 <= value_len <= 255 && \exists integer at;
            0 <= at && at + value_len <= data_len && value == data + at); */

/* memset() on a structure, which the prover does not look into, by its effect. */
#include <string.h>
struct fields;
void memset_of_fields(struct fields *fields);
#define memset(object, zero, len) memset_of_##object(object)

#include "../../lib/dsoftbus/payload.c"

/*@ requires \valid(fields);
    assigns *fields;
    ensures fields->device_id.value == \null && fields->recv_max.value == \null;
    ensures fields->window.value == \null && fields->streams_max.value == \null; */
void memset_of_fields(struct fields *fields);

/*@ predicate all_within{L}(uint8_t *data, integer data_len, struct fields *f) =
        within(data, data_len, f->device_id.value, f->device_id.value_len) &&
        within(data, data_len, f->recv_max.value, f->recv_max.value_len) &&
        within(data, data_len, f->window.value, f->window.value_len) &&
        within(data, data_len, f->streams_max.value, f->streams_max.value_len); */

/*@ requires data_len == 0 || \valid_read(data + (0 .. data_len - 1));
    requires data_len <= 65535 && \valid(fields);
    requires \separated(fields, data + (0 .. data_len - 1));
    assigns *fields;
    ensures \result == DSB_PAYLOAD_OK ==> all_within(data, data_len, fields); */
static enum dsb_payload_result read_fields(const uint8_t *data, size_t data_len, bool with_id,
                                           struct fields *fields);

/*@ requires \valid_read(field) && \valid(recv_max) && \separated(field, recv_max);
    requires field->value == \null ||
        (field->value_len <= 255 && \valid_read(field->value + (0 .. field->value_len - 1)) &&
         \separated(recv_max, field->value + (0 .. field->value_len - 1)));
    assigns *recv_max;
    ensures \result != DSB_PAYLOAD_OK ==> *recv_max == \old(*recv_max); */
static enum dsb_payload_result read_recv_max(const struct field *field, uint16_t *recv_max);

/*@ predicate may_be_read{L}(struct field *field) =
        field->value == \null ||
        (field->value_len <= 255 && \valid_read(field->value + (0 .. field->value_len - 1))); */
/*@ predicate is_apart{L}(struct dsb_stream_limits *streams, struct field *field) =
        field->value == \null ||
        \separated(streams, field->value + (0 .. field->value_len - 1)); */

/*@ requires \valid_read(fields) && \valid(streams) && \separated(fields, streams);
    requires may_be_read(&fields->window) && is_apart(streams, &fields->window);
    requires may_be_read(&fields->streams_max) && is_apart(streams, &fields->streams_max);
    assigns *streams;
    ensures \result == DSB_PAYLOAD_OK ==> streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==> *streams == \old(*streams); */
static enum dsb_payload_result read_streams(const struct fields *fields,
                                            struct dsb_stream_limits *streams);

/*@ requires \valid_read(fields) && \valid(streams) && \separated(fields, streams);
    requires \valid(recv_max) && \separated(recv_max, fields) && \separated(recv_max, streams);
    requires may_be_read(&fields->recv_max) && is_apart(streams, &fields->recv_max);
    requires may_be_read(&fields->window) && is_apart(streams, &fields->window);
    requires may_be_read(&fields->streams_max) && is_apart(streams, &fields->streams_max);
    assigns *recv_max, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==>
        *recv_max == \old(*recv_max) && *streams == \old(*streams); */
static enum dsb_payload_result read_limits(const struct fields *fields, uint16_t *recv_max,
                                           struct dsb_stream_limits *streams);

/*@ requires data_len == 0 || \valid_read(data + (0 .. data_len - 1));
    requires data_len <= 65535 && \valid(recv_max) && \valid(streams);
    requires \separated(recv_max, streams);
    requires \separated(recv_max, data + (0 .. data_len - 1));
    requires \separated(streams, data + (0 .. data_len - 1));
    assigns *recv_max, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==>
        *recv_max == \old(*recv_max) && *streams == \old(*streams); */
enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams);

/* That the text lies within the payload is asserted where it is called (loops.txt). */
/*@ requires \valid(id);
    assigns *id;
    ensures \result == DSB_OK ==> 1 <= id->len <= DSB_DEVICE_ID_MAX; */
enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len);

/*@ requires data_len == 0 || \valid_read(data + (0 .. data_len - 1));
    requires data_len <= 65535 && \valid(recv_max) && \valid(id) && \valid(streams);
    requires \separated(id, recv_max, streams);
    requires \separated(recv_max, data + (0 .. data_len - 1));
    requires \separated(streams, data + (0 .. data_len - 1));
    requires \separated(id, data + (0 .. data_len - 1));
    assigns *recv_max, *id, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==> *recv_max == \old(*recv_max) &&
        *id == \old(*id) && *streams == \old(*streams); */
enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                          struct dsb_device_id *id, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams);
