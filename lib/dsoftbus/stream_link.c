/* SPDX-License-Identifier: Apache-2.0 */
/* The way of records between a link and its streams. */
#include "dsoftbus/stream_link.h"

enum dsb_status dsb_stream_link_begin(struct dsb_streams *streams, const struct dsb_link *link,
                                      uint16_t own_max, uint32_t send_cap,
                                      const struct dsb_streams_memory *memory)
{
    const struct dsb_session *session = dsb_link_session(link);

    if (link->state != DSB_LINK_OPEN)
        return DSB_WRONG_STATE;
    const struct dsb_streams_config config = {
        .is_initiator = dsb_session_is_initiator(session),
        .streams_max = dsb_session_streams(session)->streams_max,
        .own_max = own_max,
        .peer_streams_max = dsb_session_peer_streams(session)->streams_max,
        .window = dsb_session_streams(session)->window,
        .peer_window = dsb_session_peer_streams(session)->window,
        .send_cap = send_cap};
    return dsb_streams_init(streams, &config, memory);
}

void dsb_stream_link_receive(struct dsb_streams *streams, struct dsb_link *link,
                             const struct dsb_link_event *event)
{
    enum dsb_reason reason = DSB_REASON_NONE;

    switch (event->type) {
    case DSB_LINK_EVENT_STREAM:
        reason = dsb_streams_receive(streams, dsb_session_record_type(dsb_link_session(link)),
                                     event->body, event->body_len);
        if (reason != DSB_REASON_NONE) {
            dsb_link_abort(link, reason);
            dsb_streams_end(streams);
        }
        break;
    case DSB_LINK_EVENT_PEER_CLOSED:
    case DSB_LINK_EVENT_CLOSED:
    case DSB_LINK_EVENT_FAILED:
        dsb_streams_end(streams);
        break;
    default:
        break;
    }
}

void dsb_stream_link_send(struct dsb_streams *streams, struct dsb_link *link, uint64_t now_ms)
{
    for (;;) {
        enum dsb_record_type type;
        size_t room_len;
        uint8_t *tail = dsb_link_tail(link, now_ms, &room_len);
        size_t len = tail == NULL ? 0 : dsb_streams_next_record(streams, &type, tail, room_len);

        if (len == 0)
            return;
        /* There is room: only a session that is over, or closed by this side, refuses it. */
        if (dsb_link_send_stream(link, type, tail, len, now_ms) != DSB_OK) {
            dsb_streams_end(streams);
            return;
        }
    }
}
