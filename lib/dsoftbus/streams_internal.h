/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the library: what the parts of the stream layer share. */
#ifndef DSOFTBUS_STREAMS_INTERNAL_H
#define DSOFTBUS_STREAMS_INTERNAL_H

#include "dsoftbus/streams.h"

/* The stream with this id; NULL when none is in use. */
struct dsb_stream *dsb_streams_find(struct dsb_streams *streams, uint32_t id);

/* The id is of the kind that this side gives. */
bool dsb_streams_is_own_id(const struct dsb_streams *streams, uint32_t id);

/* A free stream becomes this one, with full windows; NULL when all are in use. */
struct dsb_stream *dsb_streams_claim(struct dsb_streams *streams, uint32_t id,
                                     enum dsb_stream_state state, const void *service,
                                     size_t service_len);

/* The one place where a stream's state changes. */
void dsb_streams_become(struct dsb_streams *streams, struct dsb_stream *stream,
                        enum dsb_stream_state state);

/* Reset, not by this side's application: it hears the code. */
void dsb_streams_was_reset(struct dsb_streams *streams, struct dsb_stream *stream, uint16_t code);

/* After each step that may have been the last: frees what was let go and is over, and tells the
 * peer of what nobody will read. */
void dsb_streams_settle(struct dsb_streams *streams, struct dsb_stream *stream);

/* Puts the stream into the queues in which it now has something to do. */
void dsb_streams_wake(struct dsb_streams *streams, struct dsb_stream *stream);

/* The application is to hear of it, unless it let go. */
void dsb_streams_tell(struct dsb_streams *streams, struct dsb_stream *stream,
                      enum dsb_stream_event_type type);

/* A queue's first stream, NULL when empty; and taking it off. */
struct dsb_stream *dsb_streams_first(const struct dsb_streams *streams,
                                     enum dsb_stream_queue queue);
void dsb_streams_enqueue(struct dsb_streams *streams, enum dsb_stream_queue queue,
                         struct dsb_stream *stream);
void dsb_streams_dequeue(struct dsb_streams *streams, enum dsb_stream_queue queue,
                         struct dsb_stream *stream);

/* Bytes to give the peer that it does not know of yet. */
uint32_t dsb_stream_owed(const struct dsb_streams *streams, const struct dsb_stream *stream);

/* What the stream has to send: control records, or bytes and their end. */
bool dsb_stream_has_control(const struct dsb_streams *streams, const struct dsb_stream *stream);
bool dsb_stream_has_data(const struct dsb_stream *stream);

#endif
