/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payloads of handshake messages 2 and 3: fields of
 *
 *     u8 type (bit 7: critical)   u8 length   length bytes of value
 *
 * with types (the low 7 bits) strictly ascending, so never twice, and an exact end. A reader skips
 * a type that it does not know, and rejects the payload when that field is marked critical. All
 * fields but the attestation are always there, the id in message 3 alone, and written with the
 * critical bit.
 */
#ifndef DSOFTBUS_PAYLOAD_H
#define DSOFTBUS_PAYLOAD_H

#include "dsoftbus/attestation.h"
#include "dsoftbus/device_id.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_FIELD_CRITICAL_BIT 0x80
#define DSB_FIELD_DEVICE_ID    0x01 /* the initiator's device id; message 3 only */
#define DSB_FIELD_RECV_MAX     0x02 /* u16 BE: longest record unit that the sender accepts, bytes */
#define DSB_FIELD_WINDOW       0x03 /* u32 BE: bytes that a new stream may send before its answer */
#define DSB_FIELD_STREAMS_MAX  0x04 /* u16 BE: streams that the reader may have open */
#define DSB_FIELD_ATTESTATION  0x05 /* attestation.h; message 3 only, and never critical */

/*
 * Bounds of recv_max. The low one lets every record but BYTES through at full length; the high one
 * is what a unit's length can say.
 */
#define DSB_RECV_MAX_MIN 128
#define DSB_RECV_MAX_MAX 65535

/* What a side says of the streams that it takes. */
struct dsb_stream_limits {
    uint32_t window;      /* 1 or more */
    uint16_t streams_max; /* 0: the peer may open none, but this side may */
};

enum dsb_payload_result {
    DSB_PAYLOAD_OK = 0,
    DSB_PAYLOAD_MALFORMED, /* cut off, out of order, twice the same, or a field missing */
    DSB_PAYLOAD_CRITICAL,  /* a critical field of unknown type */
    DSB_PAYLOAD_RECV_MAX,  /* recv_max is not two bytes within the bounds */
    DSB_PAYLOAD_BAD_ID,    /* the id is not a device id */
    DSB_PAYLOAD_STREAMS,   /* a field about streams is not as long as it must be, or a window 0 */
};

/* Longest payloads that this version writes. */
#define DSB_PAYLOAD2_MAX 14
#define DSB_PAYLOAD3_MAX (2 + DSB_DEVICE_ID_MAX + DSB_PAYLOAD2_MAX)

/* What an attestation adds to message 3's. */
#define DSB_PAYLOAD_ATTESTATION_MAX (2 + DSB_ATTESTATION_MAX)

/* Write message 2's and message 3's payload; return its length in bytes. */
size_t dsb_payload2_write(uint8_t out[DSB_PAYLOAD2_MAX], uint16_t recv_max,
                          const struct dsb_stream_limits *streams);
size_t dsb_payload3_write(uint8_t out[DSB_PAYLOAD3_MAX], const struct dsb_device_id *id,
                          uint16_t recv_max, const struct dsb_stream_limits *streams);

/* The field behind message 3's other ones: writes it, returns its length. */
size_t dsb_payload_attestation_write(uint8_t out[DSB_PAYLOAD_ATTESTATION_MAX],
                                     const struct dsb_attestation *attestation);

/* Of a payload that dsb_payload3_read takes: false, *out unchanged, when it has no attestation, or
 * what is none in its place. */
DSB_MUST_CHECK bool dsb_payload_attestation_read(const uint8_t *data, size_t data_len,
                                                 struct dsb_attestation *out);

/* Read them. Outputs are set only on DSB_PAYLOAD_OK. */
DSB_MUST_CHECK enum dsb_payload_result dsb_payload2_read(const uint8_t *data, size_t data_len,
                                                         uint16_t *recv_max,
                                                         struct dsb_stream_limits *streams);
DSB_MUST_CHECK enum dsb_payload_result dsb_payload3_read(const uint8_t *data, size_t data_len,
                                                         struct dsb_device_id *id,
                                                         uint16_t *recv_max,
                                                         struct dsb_stream_limits *streams);

#ifdef __cplusplus
}
#endif

#endif
