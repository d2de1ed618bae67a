/* SPDX-License-Identifier: Apache-2.0 */
#include "dsoftbus_link.h"

#include "rt/time.h"
#include "stream.h"

#include <string.h>

/* An answer inside a session takes no longer. */
#define ANSWER_MS 5000

/* Records that are passed over while waiting for one answer. */
#define RECORDS_PER_ANSWER 4

static uint64_t ticks_of(uint64_t deadline_ms)
{
    return deadline_ms == DSB_NO_DEADLINE ? ABI_DEADLINE_NONE : deadline_ms * ABI_TICKS_PER_MS;
}

static void drop_used(struct link *link, size_t used_len)
{
    link->in_len -= used_len;
    memmove(link->in, link->in + used_len, link->in_len);
}

/* Reads more. NET_DISCONNECTED at the end of the stream. */
static enum net_status receive(struct selftest *selftest, struct link *link, uint64_t deadline)
{
    size_t read_len = 0;
    enum net_status status = stream_read(selftest, link->stream, link->in + link->in_len,
                                         sizeof(link->in) - link->in_len, deadline, &read_len);
    if (status == NET_OK && read_len == 0)
        return NET_DISCONNECTED;
    link->in_len += read_len;
    return status;
}

/* One step of the handshake: the network moved, or time passed. */
static void advance(struct selftest *selftest, struct link *link)
{
    struct dsb_handshake *handshake = &link->slot.handshake;
    uint64_t deadline = ticks_of(dsb_handshake_deadline(handshake));
    size_t used_len = 0;
    enum net_status status = NET_OK;

    size_t out_len = dsb_handshake_output(handshake, link->out);
    if (out_len > 0)
        status = stream_write(selftest, link->stream, link->out, out_len, deadline);
    if (status == NET_OK)
        status = receive(selftest, link, deadline);
    if (status == NET_TIMED_OUT) {
        (void)dsb_handshake_tick(handshake, dsoftbus_now_ms());
        return;
    }
    if (status != NET_OK) {
        (void)dsb_handshake_end_of_stream(handshake);
        return;
    }
    enum dsb_handshake_state state =
        dsb_handshake_feed(handshake, link->in, link->in_len, dsoftbus_now_ms(), &used_len);
    (void)state; /* the caller looks at it */
    drop_used(link, used_len);
}

enum dsb_reason link_connect(struct selftest *selftest, struct link *link,
                             const struct dsb_local *local, const struct dsb_device_id *target,
                             const struct net_address *address)
{
    struct dsb_handshake *handshake = &link->slot.handshake;
    uint8_t ephemeral[DSB_KEY_LEN];

    memset(link, 0, sizeof(*link));
    if (!dsoftbus_random(ephemeral, sizeof(ephemeral)))
        return DSB_REASON_LOCAL_CRYPTO;
    /* The target's key is looked up here: without one nothing is sent to anybody. */
    enum dsb_reason reason =
        dsb_handshake_connect(handshake, local, target, ephemeral, dsoftbus_now_ms());
    if (reason != DSB_REASON_NONE)
        return reason;
    if (stream_connect(selftest, address, ticks_of(dsb_handshake_deadline(handshake)),
                       &link->stream) != NET_OK) {
        dsb_handshake_abort(handshake, DSB_REASON_LOCAL_ABORTED);
        return dsb_handshake_reason(handshake);
    }
    while (handshake->state != DSB_HANDSHAKE_AUTHENTICATED &&
           handshake->state != DSB_HANDSHAKE_FAILED)
        advance(selftest, link);
    reason = dsb_handshake_reason(handshake);
    if (reason != DSB_REASON_NONE || dsb_slot_finish(&link->slot, dsoftbus_now_ms()) != DSB_OK) {
        stream_close(selftest, link->stream);
        return reason != DSB_REASON_NONE ? reason : DSB_REASON_LOCAL_ABORTED;
    }
    return DSB_REASON_NONE;
}

static bool is_among(const struct net_address *address, const struct net_address *tried,
                     size_t tried_count)
{
    for (size_t i = 0; i < tried_count; i++) {
        if (tried[i].ipv4 == address->ipv4 && tried[i].port == address->port)
            return true;
    }
    return false;
}

enum dsb_reason link_dial(struct selftest *selftest, struct link *link, net_handle socket)
{
    struct net_address tried[CANDIDATE_MAX];
    size_t tried_count = 0;
    enum dsb_reason reason = DSB_REASON_LOCAL_ABORTED;

    for (int i = 0; i < QUERY_COUNT_MAX && tried_count < CANDIDATE_MAX; i++) {
        if (!dsoftbus_query(selftest, socket)) {
            rt_sleep_ms(QUERY_AGAIN_MS);
            continue;
        }
        while (tried_count < CANDIDATE_MAX &&
               dsoftbus_await_announce(selftest, socket, rt_deadline_ms(QUERY_AGAIN_MS))) {
            if (is_among(&dsoftbus.address, tried, tried_count))
                continue;
            tried[tried_count++] = dsoftbus.address;
            reason = link_connect(selftest, link, &dsoftbus.local, &dsoftbus.target->id,
                                  &dsoftbus.address);
            if (reason == DSB_REASON_NONE)
                return reason;
        }
    }
    return reason;
}

/* Sends the session's own records. */
static bool send_own(struct selftest *selftest, struct link *link, uint64_t deadline)
{
    struct dsb_session *session = &link->slot.session;
    while (dsb_session_wants_output(session)) {
        size_t out_len =
            dsb_session_output(session, link->out, sizeof(link->out), dsoftbus_now_ms());
        if (out_len == 0 ||
            stream_write(selftest, link->stream, link->out, out_len, deadline) != NET_OK)
            return false;
        dsb_session_written(session, out_len, dsoftbus_now_ms());
    }
    return true;
}

/* The next thing that the session has for us; FAILED also when nothing came in time. *body stays
 * valid until the next call that receives. */
static enum dsb_event next_event(struct selftest *selftest, struct link *link, uint64_t deadline,
                                 const uint8_t **body, size_t *body_len)
{
    for (int i = 0; i < RECORDS_PER_ANSWER;) {
        size_t used_len = 0;
        enum dsb_event event = dsb_session_feed(&link->slot.session, link->in, link->in_len,
                                                dsoftbus_now_ms(), &used_len, body, body_len);
        /* Moved away with what was used: the body is copied where the next record is sealed. */
        if (event == DSB_EVENT_DATA || event == DSB_EVENT_PONG) {
            memcpy(link->out, *body, *body_len);
            *body = link->out;
        }
        drop_used(link, used_len);
        if (event != DSB_EVENT_NONE)
            return event;
        if (!send_own(selftest, link, deadline))
            return DSB_EVENT_FAILED;
        if (used_len != 0) {
            i++;
            continue;
        }
        enum net_status status = receive(selftest, link, deadline);
        if (status == NET_DISCONNECTED)
            return dsb_session_end_of_stream(&link->slot.session);
        if (status != NET_OK)
            return DSB_EVENT_FAILED;
    }
    return DSB_EVENT_FAILED;
}

bool link_ping(struct selftest *selftest, struct link *link, const uint8_t *bytes, size_t bytes_len)
{
    uint64_t deadline = rt_deadline_ms(ANSWER_MS);
    const uint8_t *body = NULL;
    size_t body_len = 0;

    return dsb_session_ping(&link->slot.session, bytes, bytes_len) == DSB_OK &&
           send_own(selftest, link, deadline) &&
           next_event(selftest, link, deadline, &body, &body_len) == DSB_EVENT_PONG &&
           body_len == bytes_len && memcmp(body, bytes, bytes_len) == 0;
}

bool link_echo(struct selftest *selftest, struct link *link, const uint8_t *bytes, size_t bytes_len)
{
    uint64_t deadline = rt_deadline_ms(ANSWER_MS);
    struct dsb_session *session = &link->slot.session;
    const uint8_t *body = NULL;
    size_t body_len = 0;
    size_t out_len = 0;

    if (dsb_session_send_data(session, link->out, sizeof(link->out), bytes, bytes_len,
                              dsoftbus_now_ms(), &out_len) != DSB_OK ||
        stream_write(selftest, link->stream, link->out, out_len, deadline) != NET_OK)
        return false;
    dsb_session_written(session, out_len, dsoftbus_now_ms());
    return next_event(selftest, link, deadline, &body, &body_len) == DSB_EVENT_DATA &&
           body_len == bytes_len && memcmp(body, bytes, bytes_len) == 0;
}

bool link_close(struct selftest *selftest, struct link *link)
{
    uint64_t deadline = rt_deadline_ms(ANSWER_MS);
    const uint8_t *body = NULL;
    size_t body_len = 0;
    enum dsb_event event = DSB_EVENT_FAILED;

    if (dsb_session_close(&link->slot.session) == DSB_OK && send_own(selftest, link, deadline))
        event = next_event(selftest, link, deadline, &body, &body_len);
    bool clean = (event == DSB_EVENT_PEER_CLOSED || event == DSB_EVENT_CLOSED) &&
                 dsb_session_is_closed(&link->slot.session);
    link_leave(selftest, link);
    return clean;
}

void link_leave(struct selftest *selftest, struct link *link)
{
    stream_close(selftest, link->stream);
    dsb_session_wipe(&link->slot.session);
}
