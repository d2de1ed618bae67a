/* SPDX-License-Identifier: Apache-2.0 */
/* The library's link on a stream, for a program that waits for each answer. */
#include "dsoftbus_link.h"

#include "rt/time.h"
#include "stream.h"

#include <string.h>

/* An answer inside a session takes no longer. */
#define ANSWER_MS 5000

/* An echo is compared in pieces. */
#define ECHO_PIECE_LEN 64

static uint64_t ticks_of(uint64_t deadline_ms)
{
    return deadline_ms == DSB_NO_DEADLINE ? ABI_DEADLINE_NONE : deadline_ms * ABI_TICKS_PER_MS;
}

/* Writes all that waits, or finds that the stream is gone. False at the deadline. */
static bool flush(struct selftest *selftest, struct link *link, uint64_t deadline)
{
    const uint8_t *bytes;
    size_t len;

    if (link->link.state == DSB_LINK_OPEN)
        dsb_stream_link_send(&link->streams, &link->link, dsoftbus_now_ms());
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

/* What a stream's record means is asked of the stream itself, but for the code of a reset. */
static void take_stream(struct link *link, const struct dsb_link_event *event)
{
    struct dsb_stream_event told;

    dsb_stream_link_receive(&link->streams, &link->link, event);
    while ((told = dsb_streams_next_event(&link->streams)).type != DSB_STREAM_EVENT_NONE)
        if (told.type == DSB_STREAM_EVENT_RESET)
            link->reset_code = told.code;
}

/* The same without those of streams. */
static struct dsb_link_event next_session_event(struct selftest *selftest, struct link *link,
                                                uint64_t deadline)
{
    struct dsb_link_event event;

    while ((event = next_event(selftest, link, deadline)).type == DSB_LINK_EVENT_STREAM)
        take_stream(link, &event);
    return event;
}

static bool open_link(struct link *link)
{
    const struct dsb_streams_memory memory = {&link->slot, link->bytes, NULL};

    return dsb_link_open(&link->link, dsoftbus_now_ms()) == DSB_OK &&
           dsb_stream_link_begin(&link->streams, &link->link, 1, OWN_WINDOW, &memory) == DSB_OK;
}

/* The session, or why there is none. */
static enum dsb_reason authenticate(struct selftest *selftest, struct link *link)
{
    struct dsb_link_event event;
    uint64_t deadline = ticks_of(dsb_link_deadline(&link->link));

    while ((event = next_event(selftest, link, deadline)).type == DSB_LINK_EVENT_NONE)
        continue; /* its time is up: the next one says so */
    if (event.type == DSB_LINK_EVENT_AUTHENTICATED && open_link(link))
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
    struct dsb_link_event event = next_session_event(selftest, link, rt_deadline_ms(ANSWER_MS));
    return event.type == DSB_LINK_EVENT_PONG && is_body(&event, bytes, bytes_len);
}

/* What must come back, and how much of it did. */
struct echo {
    const uint8_t *bytes;
    size_t bytes_len, heard_len;
    bool is_whole; /* the end came behind it */
};

/* Takes what has come back; false when it is something else. */
static bool take_echo(struct link *link, uint32_t id, struct echo *echo)
{
    uint8_t heard[ECHO_PIECE_LEN];
    size_t len = 0;
    enum dsb_status status;

    while ((status = dsb_streams_read(&link->streams, id, heard, sizeof heard, &len)) == DSB_OK) {
        if (len > echo->bytes_len - echo->heard_len ||
            memcmp(heard, echo->bytes + echo->heard_len, len) != 0)
            return false;
        echo->heard_len += len;
    }
    echo->is_whole = status == DSB_ENDED;
    return status == DSB_ENDED || status == DSB_WOULD_BLOCK;
}

/* Waits for the next thing that the session has, and takes what came back. */
static bool hear_more(struct selftest *selftest, struct link *link, uint32_t id, struct echo *echo)
{
    struct dsb_link_event event = next_event(selftest, link, rt_deadline_ms(ANSWER_MS));

    if (event.type != DSB_LINK_EVENT_STREAM)
        return false;
    take_stream(link, &event);
    return take_echo(link, id, echo);
}

/* Says all of it, a part as there is room, and hears what comes back meanwhile. */
static bool say_and_hear(struct selftest *selftest, struct link *link, uint32_t id,
                         const uint8_t *bytes, size_t bytes_len)
{
    size_t said_len = 0;
    struct echo echo = {.bytes = bytes, .bytes_len = bytes_len};

    while (said_len < bytes_len) {
        size_t written_len = 0;
        enum dsb_status status = dsb_streams_write(&link->streams, id, bytes + said_len,
                                                   bytes_len - said_len, &written_len);
        said_len += written_len;
        if ((status != DSB_OK && status != DSB_WOULD_BLOCK) ||
            (said_len < bytes_len && !hear_more(selftest, link, id, &echo)))
            return false;
    }
    if (dsb_streams_finish(&link->streams, id) != DSB_OK)
        return false;
    while (!echo.is_whole)
        if (!hear_more(selftest, link, id, &echo))
            return false;
    return echo.heard_len == bytes_len;
}

bool link_echo(struct selftest *selftest, struct link *link, const uint8_t *bytes, size_t bytes_len)
{
    uint32_t id;

    if (dsb_streams_open(&link->streams, "echo", 4, &id) != DSB_OK)
        return false;
    bool heard = say_and_hear(selftest, link, id, bytes, bytes_len);
    return dsb_streams_let_go(&link->streams, id) == DSB_OK && heard;
}

/* Waits for more of the stream. False when something else came, or nothing in time. */
static bool wait_for_stream(struct selftest *selftest, struct link *link)
{
    struct dsb_link_event event = next_event(selftest, link, rt_deadline_ms(ANSWER_MS));

    if (event.type == DSB_LINK_EVENT_STREAM)
        take_stream(link, &event);
    return event.type == DSB_LINK_EVENT_STREAM;
}

static uint16_t hear_answer(struct selftest *selftest, struct link *link, uint32_t id,
                            uint8_t *answer, size_t cap, size_t *answer_len)
{
    *answer_len = 0;
    for (;;) {
        size_t len = 0;
        if (*answer_len == cap)
            return LINK_CALL_FAILED;
        enum dsb_status status =
            dsb_streams_read(&link->streams, id, answer + *answer_len, cap - *answer_len, &len);
        *answer_len += len;
        if (status == DSB_ENDED)
            return DSB_RESET_NONE;
        if (status == DSB_WAS_RESET)
            return link->reset_code;
        if (status != DSB_OK && (status != DSB_WOULD_BLOCK || !wait_for_stream(selftest, link)))
            return LINK_CALL_FAILED;
    }
}

/* All of it; the answer waits meanwhile. What can leave does before more is written: only when
 * nothing can has the peer something to say. */
static bool say(struct selftest *selftest, struct link *link, uint32_t id, const uint8_t *bytes,
                size_t bytes_len)
{
    size_t said_len = 0, written_len = 0;

    while (said_len < bytes_len && flush(selftest, link, rt_deadline_ms(ANSWER_MS))) {
        enum dsb_status status = dsb_streams_write(&link->streams, id, bytes + said_len,
                                                   bytes_len - said_len, &written_len);
        said_len += written_len;
        if (status != DSB_OK && !(status == DSB_WOULD_BLOCK && wait_for_stream(selftest, link)))
            return false;
    }
    return said_len == bytes_len && dsb_streams_finish(&link->streams, id) == DSB_OK;
}

uint16_t link_tell(struct selftest *selftest, struct link *link, const char *service,
                   const uint8_t *bytes, size_t bytes_len, uint8_t *answer, size_t cap,
                   size_t *answer_len)
{
    uint32_t id;

    link->reset_code = LINK_CALL_FAILED;
    if (dsb_streams_open(&link->streams, service, strlen(service), &id) != DSB_OK ||
        !say(selftest, link, id, bytes, bytes_len))
        return LINK_CALL_FAILED;
    uint16_t code = hear_answer(selftest, link, id, answer, cap, answer_len);
    return dsb_streams_let_go(&link->streams, id) == DSB_OK ? code : LINK_CALL_FAILED;
}

uint16_t link_call(struct selftest *selftest, struct link *link, const char *service,
                   uint8_t *answer, size_t cap, size_t *answer_len)
{
    return link_tell(selftest, link, service, NULL, 0, answer, cap, answer_len);
}

bool link_close(struct selftest *selftest, struct link *link)
{
    uint64_t deadline = rt_deadline_ms(ANSWER_MS);
    bool clean = dsb_link_close(&link->link) == DSB_OK &&
                 next_session_event(selftest, link, deadline).type == DSB_LINK_EVENT_PEER_CLOSED &&
                 next_session_event(selftest, link, deadline).type == DSB_LINK_EVENT_CLOSED;
    link_leave(selftest, link);
    return clean;
}

void link_leave(struct selftest *selftest, struct link *link)
{
    stream_close(selftest, link->stream);
    dsb_link_end(&link->link);
}
