/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session's Noise transport messages carry: a type byte, then the body.
 */
#ifndef DSOFTBUS_RECORD_H
#define DSOFTBUS_RECORD_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dsb_record_type {
    DSB_RECORD_ACCEPT = 1, /* empty; the responder's first record, and only that */
    /* 2 was DATA in version 1 */
    DSB_RECORD_PING = 3,  /* 0 to DSB_PING_MAX bytes; at most one without its PONG at a time */
    DSB_RECORD_PONG = 4,  /* the PING's bytes */
    DSB_RECORD_CLOSE = 5, /* empty; the sender's last record */
    /* Of streams: stream_record.h. */
    DSB_RECORD_OPEN = 6,
    DSB_RECORD_OPENED = 7,
    DSB_RECORD_BYTES = 8,
    DSB_RECORD_CREDIT = 9,
    DSB_RECORD_FIN = 10,
    DSB_RECORD_RESET = 11,
};

#define DSB_TAG_LEN         16
#define DSB_RECORD_TYPE_LEN 1
#define DSB_PING_MAX        32 /* room for a random token */

/* A unit is longer than the body of its record by this. */
#define DSB_RECORD_OVERHEAD (DSB_RECORD_TYPE_LEN + DSB_TAG_LEN)

/* A record that was opened. body points into the plaintext. */
struct dsb_record {
    enum dsb_record_type type;
    const uint8_t *body;
    size_t body_len;
};

enum dsb_record_result {
    DSB_RECORD_OK = 0,
    DSB_RECORD_EMPTY,    /* not even a type byte */
    DSB_RECORD_BAD_TYPE, /* none of the above */
    DSB_RECORD_BAD_BODY, /* a body length that the type does not allow */
};

/* OPEN to RESET. */
bool dsb_record_is_stream(unsigned type);

/* A record of this type, which is one of the above, may have a body of body_len bytes. */
bool dsb_record_has_length(enum dsb_record_type type, size_t body_len);

/* Splits a plaintext. *record is set only on DSB_RECORD_OK. */
DSB_MUST_CHECK enum dsb_record_result
dsb_record_parse(struct dsb_record *record, const uint8_t *plaintext, size_t plaintext_len);

#ifdef __cplusplus
}
#endif

#endif
