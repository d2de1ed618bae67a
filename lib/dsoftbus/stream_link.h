/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams on a link. The caller's turn, beside what link.h says:
 *
 *     dsb_link_connect or _accept
 *     OPEN: dsb_stream_link_begin
 *     for each event of the link: dsb_stream_link_receive; then dsb_streams_next_event until none
 *     before dsb_link_pending: dsb_stream_link_send
 *     to close: dsb_streams_end, then dsb_link_close
 */
#ifndef DSOFTBUS_STREAM_LINK_H
#define DSOFTBUS_STREAM_LINK_H

#include "dsoftbus/link.h"
#include "dsoftbus/streams.h"

#ifdef __cplusplus
extern "C" {
#endif

/* dsb_streams_init with what both sides of an OPEN link take. DSB_WRONG_STATE: it is not OPEN. */
DSB_MUST_CHECK enum dsb_status dsb_stream_link_begin(struct dsb_streams *streams,
                                                     const struct dsb_link *link, uint16_t own_max,
                                                     uint32_t send_cap,
                                                     const struct dsb_streams_memory *memory);

/* Gives an event of the link to the streams: a record, or the peer's or the session's end. A record
 * that breaks a rule ends the link with its reason. */
void dsb_stream_link_receive(struct dsb_streams *streams, struct dsb_link *link,
                             const struct dsb_link_event *event);

/* Seals what the streams have to say, as much as fits into the link's `out`. */
void dsb_stream_link_send(struct dsb_streams *streams, struct dsb_link *link, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
