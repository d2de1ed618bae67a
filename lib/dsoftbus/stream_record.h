/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bodies of the six records that carry streams (RFC-0008, section 2.7):
 *
 *     OPEN     id u32   name_len u8   service name      a stream is opened
 *     OPENED   id u32   credit u32                      its service took it
 *     BYTES    id u32   1 byte or more                  within the receiver's credit
 *     CREDIT   id u32   credit u32, not 0               so many bytes more
 *     FIN      id u32                                   this direction is done
 *     RESET    id u32   code u16, not 0                 both directions are over
 *
 * Numbers are big-endian. A body ends exactly behind its last field.
 */
#ifndef DSOFTBUS_STREAM_RECORD_H
#define DSOFTBUS_STREAM_RECORD_H

#include "dsoftbus/record.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_STREAM_ID_LEN      4
#define DSB_STREAM_SERVICE_MAX 64 /* bytes */

/* Longest body of a stream record but BYTES: OPEN. */
#define DSB_STREAM_CONTROL_MAX (DSB_STREAM_ID_LEN + 1 + DSB_STREAM_SERVICE_MAX)

/* Bytes of a stream in one BYTES record, as this library writes it: a turn in the round. */
#define DSB_STREAM_BYTES_MAX 16384

/* Why a stream was reset. Others are taken as they come. */
enum dsb_reset_code {
    DSB_RESET_NONE = 0, /* never on the wire */
    DSB_RESET_NO_SUCH_SERVICE = 1,
    DSB_RESET_NOT_ALLOWED = 2,
    DSB_RESET_BUSY = 3,      /* as many streams as this side takes: later perhaps */
    DSB_RESET_CANCELLED = 4, /* its application does not want the rest */
    DSB_RESET_GONE = 5,      /* its application, or the session, is no more */
    DSB_RESET_PROTOCOL = 6,  /* the other application broke the service's own rules */
};

/* One record. Fields that its type does not have are 0. */
struct dsb_stream_record {
    enum dsb_record_type type;
    uint32_t id;
    uint32_t credit;      /* OPENED, CREDIT: bytes */
    uint16_t code;        /* RESET */
    const uint8_t *bytes; /* OPEN: the name; BYTES: the bytes. Into the body that was parsed */
    size_t bytes_len;
};

/* 1 to 64 of a to z, 0 to 9, dot, hyphen. */
bool dsb_service_name_is_valid(const void *name, size_t name_len);

/* Reads the body of a record of this type. *record is set only on DSB_RECORD_OK; otherwise
 * DSB_RECORD_BAD_TYPE (none of the six) or _BAD_BODY. Any id is read: the stream layer judges it.
 */
DSB_MUST_CHECK enum dsb_record_result dsb_stream_record_parse(struct dsb_stream_record *record,
                                                              enum dsb_record_type type,
                                                              const uint8_t *body, size_t body_len);

/* Length of the record's body. */
size_t dsb_stream_record_len(const struct dsb_stream_record *record);

/* Writes the body, dsb_stream_record_len bytes. BYTES with bytes NULL: those behind the id are the
 * caller's to write. */
void dsb_stream_record_write(const struct dsb_stream_record *record, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
