/* SPDX-License-Identifier: Apache-2.0 */
/* The library's link on a stream, for a program that waits for each answer. */
#include "dsoftbus_link.h"

#include "rt/time.h"
#include "stream.h"

#include <string.h>

/* An answer inside a session takes no longer. */
#define ANSWER_MS 5000

static uint64_t ticks_of(uint64_t deadline_ms)
{
    return deadline_ms == DSB_NO_DEADLINE ? ABI_DEADLINE_NONE : deadline_ms * ABI_TICKS_PER_MS;
}

/* Writes all that waits, or finds that the stream is gone. False at the deadline. */
static bool flush(struct selftest *selftest, struct link *link, uint64_t deadline)
{
    const uint8_t *bytes;
    size_t len;

    while ((bytes = dsb_link_pending(&link->link, dsoftbus_now_ms(), &len)) != NULL) {
        enum net_status status = stream_write(selftest, link->stream, bytes, len, deadline);
        if (status == NET_TIMED_OUT)
            return false;
        if (status == NET_OK) {
            dsb_link_sent(&link->link, len, dsoftbus_now_ms());
        } else {
            dsb_link_write_failed(&link->link);
            dsb_link_end_of_stream(&link->link);
        }
    }
    return true;
}

/* Reads what comes, or the end of the stream. False at the deadline. */
static bool receive(struct selftest *selftest, struct link *link, uint64_t deadline)
{
    size_t room_len = 0, read_len = 0;
    uint8_t *at = dsb_link_room(&link->link, &room_len);
    if (room_len == 0)
        return true; /* the stream is gone, and the link says so */
    enum net_status status = stream_read(selftest, link->stream, at, room_len, deadline, &read_len);
    if (status == NET_TIMED_OUT)
        return false;
    if (status == NET_OK && read_len > 0)
        dsb_link_received(&link->link, read_len);
    else
        dsb_link_end_of_stream(&link->link);
    return true;
}

/* The next thing that the link has for us; NONE when nothing came in time. */
static struct dsb_link_event next_event(struct selftest *selftest, struct link *link,
                                        uint64_t deadline)
{
    for (;;) {
        struct dsb_link_event event = dsb_link_next_event(&link->link, dsoftbus_now_ms());
        if (event.type != DSB_LINK_EVENT_NONE || !flush(selftest, link, deadline) ||
            !receive(selftest, link, deadline))
            return event;
    }
}

/* The session, or why there is none. */
static enum dsb_reason authenticate(struct selftest *selftest, struct link *link)
{
    struct dsb_link_event event;
    uint64_t deadline = ticks_of(dsb_link_deadline(&link->link));

    while ((event = next_event(selftest, link, deadline)).type == DSB_LINK_EVENT_NONE)
        continue; /* its time is up: the next one says so */
    if (event.type == DSB_LINK_EVENT_AUTHENTICATED &&
        dsb_link_open(&link->link, dsoftbus_now_ms()) == DSB_OK)
        return DSB_REASON_NONE;
    dsb_link_abort(&link->link, DSB_REASON_LOCAL_ABORTED);
    return dsb_link_reason(&link->link);
}

enum dsb_reason link_connect(struct selftest *selftest, struct link *link,
                             const struct dsb_local *local, const struct dsb_device_id *target,
                             const struct net_address *address)
{
    const struct dsb_link_buffers buffers = {link->in, sizeof link->in, link->out,
                                             sizeof link->out};
    uint8_t ephemeral[DSB_KEY_LEN];

    memset(link, 0, sizeof *link);
    if (!dsoftbus_random(ephemeral, sizeof ephemeral))
        return DSB_REASON_LOCAL_CRYPTO;
    /* The target's key is looked up here: without one nothing is sent to anybody. */
    enum dsb_reason reason =
        dsb_link_connect(&link->link, local, target, ephemeral, &buffers, dsoftbus_now_ms());
    if (reason != DSB_REASON_NONE)
        return reason;
    if (stream_connect(selftest, address, ticks_of(dsb_link_deadline(&link->link)),
                       &link->stream) != NET_OK)
        return DSB_REASON_LOCAL_ABORTED;
    reason = authenticate(selftest, link);
    if (reason != DSB_REASON_NONE)
        stream_close(selftest, link->stream);
    return reason;
}

static bool is_among(const struct net_address *address, const struct net_address *tried,
                     size_t tried_count)
{
    for (size_t i = 0; i < tried_count; i++)
        if (tried[i].ipv4 == address->ipv4 && tried[i].port == address->port)
            return true;
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

static bool is_body(const struct dsb_link_event *event, const uint8_t *bytes, size_t bytes_len)
{
    return event->body_len == bytes_len && memcmp(event->body, bytes, bytes_len) == 0;
}

bool link_ping(struct selftest *selftest, struct link *link, const uint8_t *bytes, size_t bytes_len)
{
    if (dsb_link_ping(&link->link, bytes, bytes_len) != DSB_OK)
        return false;
    struct dsb_link_event event = next_event(selftest, link, rt_deadline_ms(ANSWER_MS));
    return event.type == DSB_LINK_EVENT_PONG && is_body(&event, bytes, bytes_len);
}

bool link_echo(struct selftest *selftest, struct link *link, const uint8_t *bytes, size_t bytes_len)
{
    if (dsb_link_send(&link->link, bytes, bytes_len, dsoftbus_now_ms()) != DSB_OK)
        return false;
    struct dsb_link_event event = next_event(selftest, link, rt_deadline_ms(ANSWER_MS));
    return event.type == DSB_LINK_EVENT_DATA && is_body(&event, bytes, bytes_len);
}

bool link_close(struct selftest *selftest, struct link *link)
{
    uint64_t deadline = rt_deadline_ms(ANSWER_MS);
    bool clean = dsb_link_close(&link->link) == DSB_OK &&
                 next_event(selftest, link, deadline).type == DSB_LINK_EVENT_PEER_CLOSED &&
                 next_event(selftest, link, deadline).type == DSB_LINK_EVENT_CLOSED;
    link_leave(selftest, link);
    return clean;
}

void link_leave(struct selftest *selftest, struct link *link)
{
    stream_close(selftest, link->stream);
    dsb_link_end(&link->link);
}
