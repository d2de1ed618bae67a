/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the walk through a payload in lib/dsoftbus/payload.c, which is included unchanged:
 * whatever a peer sends, no byte beyond it is read, the walk ends, and each field that it finds
 * lies within the payload. What is read of a field lies within the field. Of a payload that
 * dsb_payload3_read takes the attestation lies within, too.
 */
#include "dsoftbus/payload.h"

#include "bits.h"
#include "promises.h"

/*@ predicate within{L}(uint8_t *data, integer data_len, uint8_t *value, integer value_len) =
        value == \null || (0 <= value_len <= 255 && \exists integer at;
            0 <= at && at + value_len <= data_len && value == data + at); */

/* Fields (type, length, value) from `at` on, and an exact end. */
/*@ predicate is_whole{L}(uint8_t *data, integer data_len, integer at) =
        at == data_len ||
        (0 <= at && at + 2 <= data_len && at + 2 + data[at + 1] <= data_len &&
         is_whole(data, data_len, at + 2 + data[at + 1])); */

/* Their types ascend, so that none is there twice. */
/*@ predicate ascends{L}(uint8_t *data, integer data_len, integer at, integer previous) =
        at == data_len ||
        (previous < (data[at] & 0x7f) &&
         ascends(data, data_len, at + 2 + data[at + 1], data[at] & 0x7f)); */

/* memset() on a structure, which the prover does not look into, by its effect. */
#include <string.h>
struct fields;
void memset_of_fields(struct fields *fields);
#define memset(object, zero, len) memset_of_##object(object)

#define dsb_device_id_set set_id

#include "../../lib/dsoftbus/payload.c"

/*@ requires \valid(fields);
    terminates \true;
    assigns *fields;
    ensures fields->device_id.value == \null && fields->recv_max.value == \null;
    ensures fields->window.value == \null && fields->streams_max.value == \null; */
void memset_of_fields(struct fields *fields)
{
    *fields = (struct fields){.device_id = {.value = NULL}};
}

/*@ requires is_there(data, data_len);
    requires data_len <= 65535 && \valid(fields);
    requires \separated(fields, data + (0 .. data_len - 1));
    terminates \true;
    assigns *fields;
    ensures \result == DSB_PAYLOAD_OK ==>
        within(data, data_len, fields->device_id.value, fields->device_id.value_len);
    ensures \result == DSB_PAYLOAD_OK ==>
        within(data, data_len, fields->recv_max.value, fields->recv_max.value_len);
    ensures \result == DSB_PAYLOAD_OK ==>
        within(data, data_len, fields->window.value, fields->window.value_len);
    ensures \result == DSB_PAYLOAD_OK ==>
        within(data, data_len, fields->streams_max.value, fields->streams_max.value_len);
    ensures \result == DSB_PAYLOAD_OK ==> \old(is_whole(data, data_len, 0));
    ensures \result == DSB_PAYLOAD_OK ==> \old(ascends(data, data_len, 0, -1)); */
static enum dsb_payload_result read_fields(const uint8_t *data, size_t data_len, bool with_id,
                                           struct fields *fields);

/*@ requires \valid_read(field) && \valid(recv_max) && \separated(field, recv_max);
    requires field->value == \null ||
        (field->value_len <= 255 && \valid_read(field->value + (0 .. field->value_len - 1)) &&
         \separated(recv_max, field->value + (0 .. field->value_len - 1)));
    terminates \true;
    assigns *recv_max;
    ensures \result == DSB_PAYLOAD_OK ==>
        *recv_max == field->value[0] * 0x100 + field->value[1] && *recv_max >= DSB_RECV_MAX_MIN;
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
    terminates \true;
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
    terminates \true;
    assigns *recv_max, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> *recv_max >= DSB_RECV_MAX_MIN && streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==>
        *recv_max == \old(*recv_max) && *streams == \old(*streams); */
static enum dsb_payload_result read_limits(const struct fields *fields, uint16_t *recv_max,
                                           struct dsb_stream_limits *streams);

/*@ requires is_there(data, data_len);
    requires data_len <= 65535 && \valid(recv_max) && \valid(streams);
    requires \separated(recv_max, streams);
    requires \separated(recv_max, data + (0 .. data_len - 1));
    requires \separated(streams, data + (0 .. data_len - 1));
    terminates \true;
    assigns *recv_max, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> *recv_max >= DSB_RECV_MAX_MIN && streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==>
        *recv_max == \old(*recv_max) && *streams == \old(*streams); */
enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams);

/*@ requires is_there(data, data_len);
    requires data_len <= 65535 && \valid(recv_max) && \valid(id) && \valid(streams);
    requires \separated(id, recv_max, streams);
    requires \separated(recv_max, data + (0 .. data_len - 1));
    requires \separated(streams, data + (0 .. data_len - 1));
    requires \separated(id, data + (0 .. data_len - 1));
    terminates \true;
    assigns *recv_max, *id, *streams;
    ensures \result == DSB_PAYLOAD_OK ==> \old(is_whole(data, data_len, 0));
    ensures \result == DSB_PAYLOAD_OK ==> \old(ascends(data, data_len, 0, -1));
    ensures \result == DSB_PAYLOAD_OK ==> *recv_max >= DSB_RECV_MAX_MIN && streams->window != 0;
    ensures \result != DSB_PAYLOAD_OK ==> *recv_max == \old(*recv_max) &&
        *id == \old(*id) && *streams == \old(*streams); */
enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                          struct dsb_device_id *id, uint16_t *recv_max,
                                          struct dsb_stream_limits *streams);

/*@ requires is_there(data, data_len) && data_len <= 65535 && is_whole(data, data_len, 0);
    requires \valid(out) && \separated(out, data + (0 .. data_len - 1));
    terminates \true;
    assigns *out;
    ensures !\result ==> *out == \old(*out); */
bool dsb_payload_attestation_read(const uint8_t *data, size_t data_len,
                                  struct dsb_attestation *out);
