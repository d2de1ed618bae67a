/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the credit of a stream (lib/dsoftbus/streams_receive.c and streams_send.c, which are
 * included unchanged): what the peer may still send and what of it waits to be read never exceed
 * the window, so that all that it sends has room; what it may not send is refused before anything
 * changes; no credit passes below 0 or above what 32 bits hold.
 */
#include "dsoftbus/streams_internal.h"

#include "promises.h"

/*@ predicate is_stream{L}(struct dsb_streams *streams, struct dsb_stream *stream) =
        \valid(streams) && \valid(stream) && \separated(streams, stream) &&
        is_ring(&stream->in) && is_ring(&stream->out) &&
        \separated(streams, stream->in.bytes + (0 .. stream->in.cap - 1)) &&
        \separated(stream, stream->in.bytes + (0 .. stream->in.cap - 1)) &&
        \separated(stream, stream->out.bytes + (0 .. stream->out.cap - 1)) &&
        \separated(streams, stream->out.bytes + (0 .. stream->out.cap - 1)) &&
        stream->in.cap == streams->config.window; */

/* A stream that was let go keeps nothing of what comes. */
/*@ predicate is_in_credit{L}(struct dsb_streams *streams, struct dsb_stream *stream) =
        is_stream(streams, stream) &&
        stream->recv_credit + stream->in.len <= streams->config.window; */

/* Places in the queues, and what the application is to be told: no credit and no ring is touched.
 * Assumed; the search of bus-streams-model runs them. They also write the place of the stream that
 * was last in a queue, which nothing here looks at and these contracts do not say. */

/*@ requires is_in_credit(streams, stream);
    terminates \true;
    assigns streams->first[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            streams->last[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->queued[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->next[0 .. DSB_STREAM_QUEUE_COUNT - 1]; */
void dsb_streams_wake(struct dsb_streams *streams, struct dsb_stream *stream);

/*@ requires \valid(streams) && \valid(stream);
    terminates \true;
    assigns stream->told, streams->first[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            streams->last[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->queued[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->next[0 .. DSB_STREAM_QUEUE_COUNT - 1]; */
void dsb_streams_tell(struct dsb_streams *streams, struct dsb_stream *stream,
                      enum dsb_stream_event_type type);

#include "../../lib/dsoftbus/streams_receive.c"
#include "../../lib/dsoftbus/streams_send.c"

/*@ requires is_in_credit(streams, stream);
    terminates \true;
    assigns stream->send_credit, streams->first[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            streams->last[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->queued[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->next[0 .. DSB_STREAM_QUEUE_COUNT - 1];
    ensures \result == DSB_REASON_NONE || \result == DSB_REASON_STREAM_CREDIT;
    ensures \result == DSB_REASON_NONE ==>
        stream->send_credit == \old(stream->send_credit) + more;
    ensures \result != DSB_REASON_NONE ==> stream->send_credit == \old(stream->send_credit); */
static enum dsb_reason add_credit(struct dsb_streams *streams, struct dsb_stream *stream,
                                  uint32_t more);

/*@ requires \valid(streams) && \valid(stream);
    terminates \true;
    assigns stream->told, streams->first[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            streams->last[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->queued[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->next[0 .. DSB_STREAM_QUEUE_COUNT - 1]; */
static void tell_readable(struct dsb_streams *streams, struct dsb_stream *stream);

/*@ requires is_in_credit(streams, stream) && \valid_read(record);
    requires is_there(record->bytes, record->bytes_len);
    requires \separated(stream, record->bytes + (0 .. record->bytes_len - 1));
    requires \separated(streams, record->bytes + (0 .. record->bytes_len - 1));
    requires \separated(stream, record) && \separated(streams, record);
    requires \separated(record, stream->in.bytes + (0 .. stream->in.cap - 1));
    requires \separated(stream->in.bytes + (0 .. stream->in.cap - 1),
                        record->bytes + (0 .. record->bytes_len - 1));
    terminates \true;
    assigns stream->recv_credit, stream->in.len, stream->in.bytes[0 .. stream->in.cap - 1],
            stream->told, streams->first[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            streams->last[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->queued[0 .. DSB_STREAM_QUEUE_COUNT - 1],
            stream->next[0 .. DSB_STREAM_QUEUE_COUNT - 1];
    ensures is_in_credit(streams, stream);
    ensures \result == DSB_REASON_NONE ==>
        stream->recv_credit == \old(stream->recv_credit) - record->bytes_len;
    ensures \result == DSB_REASON_NONE && !stream->let_go ==>
        stream->in.len == \old(stream->in.len) + record->bytes_len;
    ensures record->bytes_len > \old(stream->recv_credit) ==> \result != DSB_REASON_NONE;
    ensures \result != DSB_REASON_NONE ==> stream->recv_credit == \old(stream->recv_credit) &&
        stream->in.len == \old(stream->in.len); */
static enum dsb_reason on_bytes(struct dsb_streams *streams, struct dsb_stream *stream,
                                const struct dsb_stream_record *record);

/*@ requires \valid_read(streams) && \valid_read(stream);
    requires stream->recv_credit + stream->in.len <= streams->config.window;
    terminates \true;
    assigns \nothing;
    ensures \result == streams->config.window - stream->recv_credit - stream->in.len; */
uint32_t dsb_stream_owed(const struct dsb_streams *streams, const struct dsb_stream *stream);
