/* SPDX-License-Identifier: Apache-2.0 */
/* The engine between a byte stream and the handshake, then the session. */
#include "dsoftbus/link.h"

#include <string.h>

/* Nothing can come any more. Behind the peer's CLOSE only what ends a CLOSED link as a failed one.
 */
static bool is_dead(const struct dsb_link *link)
{
    return link->state == DSB_LINK_FAILED || link->state == DSB_LINK_UNUSED;
}

/* A link that failed says nothing more: what is left of `out` must not leave. */
static void finish_failed(struct dsb_link *link)
{
    link->state = DSB_LINK_FAILED;
    link->in_len = 0;
    link->out_len = 0;
}

/* Beginning */

static bool is_in(const struct dsb_link *link, const uint8_t *in, size_t in_cap)
{
    size_t min = link->is_session ? link->session_in_min : DSB_HANDSHAKE_IN_MAX;

    return in == NULL ? in_cap == 0 : in_cap >= min;
}

static bool is_out(const uint8_t *out, size_t out_cap)
{
    return out == NULL ? out_cap == 0 : out_cap >= DSB_LINK_OUT_MIN;
}

static bool begin(struct dsb_link *link, const struct dsb_local *local,
                  const struct dsb_link_buffers *buffers)
{
    noise_wipe(link, sizeof *link);
    link->state = DSB_LINK_HANDSHAKE;
    link->in = buffers->in;
    link->in_cap = buffers->in_cap;
    link->session_in_min = DSB_LINK_IN_MIN(local->recv_max);
    link->out = buffers->out;
    link->out_cap = buffers->out_cap;
    return is_in(link, link->in, link->in_cap) && is_out(link->out, link->out_cap);
}

/* The handshake is made in every case: it wipes the ephemeral, and keeps the reason. */
static enum dsb_reason begun(struct dsb_link *link, bool fits, enum dsb_reason bad_argument)
{
    if (!fits)
        dsb_handshake_abort(&link->slot.handshake, bad_argument);
    enum dsb_reason reason = dsb_handshake_reason(&link->slot.handshake);
    if (reason != DSB_REASON_NONE)
        finish_failed(link);
    return reason;
}

enum dsb_reason dsb_link_connect(struct dsb_link *link, const struct dsb_local *local,
                                 const struct dsb_device_id *target, uint8_t ephemeral[DSB_KEY_LEN],
                                 const struct dsb_link_buffers *buffers, uint64_t now_ms)
{
    bool fits = begin(link, local, buffers);

    (void)!dsb_handshake_connect(&link->slot.handshake, local, target, ephemeral, now_ms);
    return begun(link, fits, DSB_REASON_CONNECT_BAD_ARGUMENT);
}

enum dsb_reason dsb_link_accept(struct dsb_link *link, const struct dsb_local *local,
                                uint8_t ephemeral[DSB_KEY_LEN],
                                const struct dsb_link_buffers *buffers, uint64_t now_ms)
{
    bool fits = begin(link, local, buffers);

    (void)!dsb_handshake_accept(&link->slot.handshake, local, ephemeral, now_ms);
    return begun(link, fits, DSB_REASON_ACCEPT_BAD_ARGUMENT);
}

/* The stream's side */

static uint8_t *unused(const struct dsb_link *link)
{
    return link->in_len == 0 ? link->in : link->in + link->in_first;
}

static void use(struct dsb_link *link, size_t used_len)
{
    link->in_first += used_len;
    link->in_len -= used_len;
}

uint8_t *dsb_link_room(struct dsb_link *link, size_t *room_len)
{
    *room_len = 0;
    if (is_dead(link) || link->stream_ended || link->in == NULL)
        return NULL;
    if (link->in_first != 0 && link->in_len != 0)
        memmove(link->in, link->in + link->in_first, link->in_len);
    link->in_first = 0;
    *room_len = link->in_cap - link->in_len;
    return link->in + link->in_len;
}

void dsb_link_received(struct dsb_link *link, size_t len)
{
    size_t room_len;

    (void)!dsb_link_room(link, &room_len);
    link->in_len += len < room_len ? len : room_len;
}

void dsb_link_end_of_stream(struct dsb_link *link)
{
    link->stream_ended = true;
}

void dsb_link_write_failed(struct dsb_link *link)
{
    link->write_failed = true;
    link->out_len = 0;
    link->handshake_out_len = 0;
}

/* Where the next bytes to be written are put. The buffer begins anew when all of it was written. */
static uint8_t *out_tail(struct dsb_link *link, size_t *room_len)
{
    *room_len = 0;
    if (link->out == NULL)
        return NULL;
    if (link->out_len == 0)
        link->out_first = 0;
    *room_len = link->out_cap - link->out_first - link->out_len;
    return link->out + link->out_first + link->out_len;
}

/* len bytes were put there. Those that cannot be written are forgotten: the session goes on waiting
 * for them, and is never closed cleanly. */
static void add_out(struct dsb_link *link, size_t len)
{
    link->out_len += link->write_failed ? 0 : len;
}

/* Seals those of the session's own records that fit. */
static void seal_own(struct dsb_link *link, uint64_t now_ms)
{
    size_t room_len;

    if (link->state != DSB_LINK_OPEN || !dsb_session_wants_output(&link->slot.session))
        return;
    uint8_t *tail = out_tail(link, &room_len);
    if (room_len != 0)
        add_out(link, dsb_session_output(&link->slot.session, tail, room_len, now_ms));
}

const uint8_t *dsb_link_pending(struct dsb_link *link, uint64_t now_ms, size_t *pending_len)
{
    seal_own(link, now_ms);
    *pending_len = link->out_len;
    return link->out_len == 0 ? NULL : link->out + link->out_first;
}

void dsb_link_sent(struct dsb_link *link, size_t len, uint64_t now_ms)
{
    len = len < link->out_len ? len : link->out_len;
    size_t handshake_len = len < link->handshake_out_len ? len : link->handshake_out_len;

    link->out_first += len;
    link->out_len -= len;
    link->handshake_out_len -= handshake_len;
    if (link->is_session)
        dsb_session_written(&link->slot.session, len - handshake_len, now_ms);
}

/* Events */

static struct dsb_link_event event_of(enum dsb_link_event_type type)
{
    return (struct dsb_link_event){.type = type};
}

static struct dsb_link_event failed(struct dsb_link *link)
{
    finish_failed(link);
    return event_of(DSB_LINK_EVENT_FAILED);
}

/* Writes this side's next handshake message, if it is its turn. False when there is no room: only
 * without a buffer, since an `out` has room for two. */
static bool say_handshake(struct dsb_link *link)
{
    size_t room_len;
    uint8_t *tail = out_tail(link, &room_len);

    if (room_len < DSB_HANDSHAKE_OUT_MAX)
        return false;
    add_out(link, dsb_handshake_output(&link->slot.handshake, tail));
    link->handshake_out_len = link->out_len;
    return true;
}

/* Says what is to be said before it hears: bytes that are there already follow our message. */
static struct dsb_link_event handshake_event(struct dsb_link *link, uint64_t now_ms)
{
    struct dsb_handshake *hs = &link->slot.handshake;
    size_t used_len = 1;

    while (used_len != 0) {
        size_t in_len = say_handshake(link) ? link->in_len : 0;
        enum dsb_handshake_state state =
            dsb_handshake_feed(hs, unused(link), in_len, now_ms, &used_len);

        use(link, used_len);
        if (state == DSB_HANDSHAKE_FAILED)
            return failed(link);
        if (state == DSB_HANDSHAKE_AUTHENTICATED) {
            link->state = DSB_LINK_AUTHENTICATED;
            return event_of(DSB_LINK_EVENT_AUTHENTICATED);
        }
    }
    if (link->stream_ended) {
        (void)dsb_handshake_end_of_stream(hs);
        return failed(link);
    }
    return event_of(DSB_LINK_EVENT_NONE);
}

/* All that came was used: is it the end, or is there more to wait for? */
static struct dsb_link_event rest_event(struct dsb_link *link)
{
    if (dsb_session_is_closed(&link->slot.session)) {
        link->state = DSB_LINK_CLOSED;
        return event_of(DSB_LINK_EVENT_CLOSED);
    }
    if (link->stream_ended && !link->paused) {
        (void)dsb_session_end_of_stream(&link->slot.session);
        return failed(link);
    }
    return event_of(DSB_LINK_EVENT_NONE);
}

/* Feeds one record. Returns what it was; *used_len is 0 when there was none. */
static struct dsb_link_event feed_record(struct dsb_link *link, uint64_t now_ms, size_t *used_len)
{
    static const enum dsb_link_event_type types[] = {
        [DSB_EVENT_NONE] = DSB_LINK_EVENT_NONE,
        [DSB_EVENT_STREAM] = DSB_LINK_EVENT_STREAM,
        [DSB_EVENT_PONG] = DSB_LINK_EVENT_PONG,
        [DSB_EVENT_PEER_CLOSED] = DSB_LINK_EVENT_PEER_CLOSED,
        [DSB_EVENT_CLOSED] = DSB_LINK_EVENT_CLOSED,
        [DSB_EVENT_FAILED] = DSB_LINK_EVENT_FAILED,
    };
    uint8_t *in = unused(link);
    const uint8_t *body;
    size_t body_len;
    enum dsb_event event =
        dsb_session_feed(&link->slot.session, in, link->in_len, now_ms, used_len, &body, &body_len);

    use(link, *used_len);
    /* the same bytes as body, by the pointer that may write to them */
    uint8_t *own = body == NULL ? NULL : in + (body - in);
    return (struct dsb_link_event){types[event], own, body_len};
}

static struct dsb_link_event session_event(struct dsb_link *link, uint64_t now_ms)
{
    struct dsb_link_event event;
    size_t used_len;

    if (link->paused || link->in_len == 0) {
        return dsb_session_tick(&link->slot.session, now_ms) == DSB_EVENT_FAILED ? failed(link)
                                                                                 : rest_event(link);
    }
    do {
        event = feed_record(link, now_ms, &used_len);
    } while (event.type == DSB_LINK_EVENT_NONE && used_len != 0);
    if (event.type == DSB_LINK_EVENT_FAILED)
        return failed(link);
    return event.type == DSB_LINK_EVENT_NONE ? rest_event(link) : event;
}

struct dsb_link_event dsb_link_next_event(struct dsb_link *link, uint64_t now_ms)
{
    switch (link->state) {
    case DSB_LINK_HANDSHAKE:
        return handshake_event(link, now_ms);
    case DSB_LINK_OPEN:
    case DSB_LINK_CLOSED:
        return session_event(link, now_ms);
    case DSB_LINK_AUTHENTICATED:
        return event_of(DSB_LINK_EVENT_AUTHENTICATED);
    case DSB_LINK_FAILED:
        return event_of(DSB_LINK_EVENT_FAILED);
    case DSB_LINK_UNUSED:
        break;
    }
    return event_of(DSB_LINK_EVENT_NONE);
}

uint64_t dsb_link_deadline(const struct dsb_link *link)
{
    if (link->state == DSB_LINK_HANDSHAKE)
        return dsb_handshake_deadline(&link->slot.handshake);
    return link->state == DSB_LINK_OPEN ? dsb_session_deadline(&link->slot.session)
                                        : DSB_NO_DEADLINE;
}

/* The application's side */

enum dsb_status dsb_link_open(struct dsb_link *link, uint64_t now_ms)
{
    if (link->state != DSB_LINK_AUTHENTICATED)
        return DSB_WRONG_STATE;
    if (link->in != NULL && link->in_cap < link->session_in_min)
        return DSB_INVALID;
    if (dsb_slot_finish(&link->slot, now_ms) != DSB_OK) {
        finish_failed(link); /* the peer is not trusted any more */
        return DSB_WRONG_STATE;
    }
    link->is_session = true;
    link->state = DSB_LINK_OPEN;
    seal_own(link, now_ms); /* ACCEPT: there is room for it behind message 2 */
    return DSB_OK;
}

static size_t body_room(size_t room_len)
{
    const size_t overhead = DSB_BODY_HEADROOM + DSB_BODY_TAILROOM;

    return room_len > overhead ? room_len - overhead : 0;
}

size_t dsb_link_body_max(const struct dsb_link *link)
{
    if (link->state != DSB_LINK_OPEN)
        return 0;
    size_t peer_max = dsb_session_body_max(&link->slot.session);
    size_t own_max = body_room(link->out_cap);
    return link->out == NULL || peer_max < own_max ? peer_max : own_max;
}

uint8_t *dsb_link_tail(struct dsb_link *link, uint64_t now_ms, size_t *body_room_len)
{
    size_t room_len;

    seal_own(link, now_ms);
    uint8_t *tail = out_tail(link, &room_len);
    size_t max = dsb_link_body_max(link);
    *body_room_len = body_room(room_len) < max ? body_room(room_len) : max;
    return *body_room_len == 0 ? NULL : tail + DSB_BODY_HEADROOM;
}

enum dsb_status dsb_link_send_stream(struct dsb_link *link, enum dsb_record_type type,
                                     const uint8_t *body, size_t body_len, uint64_t now_ms)
{
    size_t room_len, record_len;
    uint8_t *tail = out_tail(link, &room_len);

    if (link->state != DSB_LINK_OPEN)
        return DSB_WRONG_STATE;
    /* The session's own records go first, or data without end could keep them back. A body that is
     * in place already has let them pass in dsb_link_tail. */
    if (room_len <= DSB_BODY_HEADROOM || body != tail + DSB_BODY_HEADROOM) {
        seal_own(link, now_ms);
        tail = out_tail(link, &room_len);
    }
    enum dsb_status status = dsb_session_send_stream(&link->slot.session, type, tail, room_len,
                                                     body, body_len, now_ms, &record_len);
    add_out(link, record_len);
    return status;
}

enum dsb_status dsb_link_ping(struct dsb_link *link, const uint8_t *body, size_t body_len)
{
    return link->state == DSB_LINK_OPEN ? dsb_session_ping(&link->slot.session, body, body_len)
                                        : DSB_WRONG_STATE;
}

enum dsb_status dsb_link_close(struct dsb_link *link)
{
    return link->state == DSB_LINK_OPEN ? dsb_session_close(&link->slot.session) : DSB_WRONG_STATE;
}

enum dsb_status dsb_link_finish(struct dsb_link *link, uint64_t now_ms)
{
    if (link->state != DSB_LINK_OPEN)
        return DSB_WRONG_STATE;
    dsb_link_pause(link, false, now_ms); /* nothing is delivered any more: nothing to hold back */
    return dsb_session_end(&link->slot.session, now_ms);
}

void dsb_link_abort(struct dsb_link *link, enum dsb_reason reason)
{
    if (is_dead(link))
        return;
    if (link->is_session)
        dsb_session_abort(&link->slot.session, reason);
    else
        dsb_handshake_abort(&link->slot.handshake, reason);
    if (dsb_link_reason(link) != DSB_REASON_NONE)
        finish_failed(link);
}

void dsb_link_pause(struct dsb_link *link, bool paused, uint64_t now_ms)
{
    if (link->state == DSB_LINK_OPEN) {
        link->paused = paused;
        dsb_session_pause(&link->slot.session, paused, now_ms);
    }
}

enum dsb_status dsb_link_set_in(struct dsb_link *link, uint8_t *in, size_t in_cap)
{
    if (!is_in(link, in, in_cap) || in_cap < link->in_len)
        return DSB_INVALID;
    if (link->in_len != 0)
        memmove(in, unused(link), link->in_len);
    link->in = in;
    link->in_cap = in_cap;
    link->in_first = 0;
    return DSB_OK;
}

enum dsb_status dsb_link_set_out(struct dsb_link *link, uint8_t *out, size_t out_cap)
{
    if (!is_out(out, out_cap))
        return DSB_INVALID;
    if (link->out_len != 0)
        return DSB_WOULD_BLOCK;
    link->out = out;
    link->out_cap = out_cap;
    link->out_first = 0;
    return DSB_OK;
}

static void wipe_buffer(uint8_t *buffer, size_t len)
{
    if (buffer != NULL)
        noise_wipe(buffer, len);
}

void dsb_link_end(struct dsb_link *link)
{
    wipe_buffer(link->in, link->in_cap);
    wipe_buffer(link->out, link->out_cap);
    noise_wipe(link, sizeof *link);
}
