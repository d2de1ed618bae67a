/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payloads of handshake messages 2 and 3: fields of
 *
 *     u8 type (bit 7: critical)   u8 length   length bytes of value
 *
 * with types (the low 7 bits) strictly ascending, so never twice, and an exact end. A reader skips
 * a type that it does not know, and rejects the payload when that field is marked critical. The
 * id and recv_max are always there, and written with the critical bit. The two fields about streams
 * are there together or not at all, and written without it: who does not know them has no streams.
 */
#ifndef DSOFTBUS_PAYLOAD_H
#define DSOFTBUS_PAYLOAD_H

#include "dsoftbus/device_id.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_FIELD_CRITICAL_BIT 0x80
#define DSB_FIELD_DEVICE_ID    0x01 /* the initiator's device id; message 3 only */
#define DSB_FIELD_RECV_MAX     0x02 /* u16 BE: longest record unit that the sender accepts, bytes */
#define DSB_FIELD_WINDOW       0x03 /* u32 BE: bytes that a new stream may send before its answer */
#define DSB_FIELD_STREAMS_MAX  0x04 /* u16 BE: streams that the reader may have open */

/*
 * Bounds of recv_max. The low one lets every record but DATA through at full length; the high one
 * is what a unit's length can say.
 */
#define DSB_RECV_MAX_MIN 64
#define DSB_RECV_MAX_MAX 65535

/* What a side says of the streams that it takes. */
struct dsb_stream_limits {
    uint32_t window;      /* 1 or more; 0: it has said nothing, and there are no streams */
    uint16_t streams_max; /* 0: the peer may open none, but this side may */
};

/* recv_max of who says it, at least: every stream record but BYTES at full length. */
#define DSB_STREAM_RECV_MAX_MIN 128

enum dsb_payload_result {
    DSB_PAYLOAD_OK = 0,
    DSB_PAYLOAD_MALFORMED, /* cut off, out of order, twice the same, or a field missing */
    DSB_PAYLOAD_CRITICAL,  /* a critical field of unknown type */
    DSB_PAYLOAD_RECV_MAX,  /* recv_max is not two bytes within the bounds */
    DSB_PAYLOAD_BAD_ID,    /* the id is not a device id */
    DSB_PAYLOAD_STREAMS,   /* one field about streams without the other, or values that cannot be */
};

/* Longest payloads that this version writes. */
#define DSB_PAYLOAD2_MAX 4
#define DSB_PAYLOAD3_MAX (2 + DSB_DEVICE_ID_MAX + DSB_PAYLOAD2_MAX)

/* Write message 2's and message 3's payload; return its length in bytes. */
size_t dsb_payload2_write(uint8_t out[DSB_PAYLOAD2_MAX], uint16_t recv_max);
size_t dsb_payload3_write(uint8_t out[DSB_PAYLOAD3_MAX], const struct dsb_device_id *id,
                          uint16_t recv_max);

/* Writes the fields about streams, to stand behind the others; returns their length. */
#define DSB_PAYLOAD_STREAMS_LEN 10
size_t dsb_payload_streams_write(uint8_t out[DSB_PAYLOAD_STREAMS_LEN],
                                 const struct dsb_stream_limits *limits);

/* Reads them from a payload that dsb_payload2_read or _payload3_read took: DSB_PAYLOAD_OK, limits
 * all 0 when they are not there, or _STREAMS. */
DSB_MUST_CHECK enum dsb_payload_result dsb_payload_streams_read(const uint8_t *data,
                                                                size_t data_len, uint16_t recv_max,
                                                                struct dsb_stream_limits *limits);

/* Read them. Outputs are set only on DSB_PAYLOAD_OK. */
DSB_MUST_CHECK enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len,
                                                         uint16_t *recv_max);
DSB_MUST_CHECK enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                                         struct dsb_device_id *id,
                                                         uint16_t *recv_max);

#ifdef __cplusplus
}
#endif

#endif
