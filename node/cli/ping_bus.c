/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes to the peer's echo, and the time until they are back. */
#include "node/base/clock.h"
#include "node/base/secret.h"
#include "node/cli/ping.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define PING_LEN 32 /* bytes: what a PING inside a session has */

struct echo {
    struct bus_stream *stream;
    uint8_t said[PING_LEN];
    uint8_t heard[PING_LEN];
    size_t said_len;
    size_t heard_len;
};

/* There are bytes before their end, or there is a reason why not. */
static bool ended_early(struct echo *echo)
{
    struct bus_stream *s = echo->stream;
    return bus_stream_end(s) &&
           error_set(s->error, EXIT_BROKEN, "%s ended its echo early", s->device);
}

static bool move(struct echo *echo)
{
    struct bus_stream *s = echo->stream;
    ssize_t len = send(s->fd, echo->said + echo->said_len, PING_LEN - echo->said_len, MSG_NOSIGNAL);
    if (len > 0)
        echo->said_len += (size_t)len;
    len = recv(s->fd, echo->heard + echo->heard_len, PING_LEN - echo->heard_len, 0);
    if (len > 0)
        echo->heard_len += (size_t)len;
    return len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR)) || ended_early(echo);
}

static bool exchange(struct echo *echo)
{
    struct bus_stream *s = echo->stream;
    struct pollfd entries[BUS_STREAM_OWN + 1];
    random_bytes(echo->said, PING_LEN);
    echo->said_len = echo->heard_len = 0;
    while (echo->heard_len < PING_LEN) {
        short out = echo->said_len < PING_LEN ? POLLOUT : 0;
        entries[BUS_STREAM_OWN] = (struct pollfd){.fd = s->fd, .events = (short)(POLLIN | out)};
        if (!bus_stream_wait(s, entries, 1, -1) || !move(echo))
            return false;
    }
    return memcmp(echo->said, echo->heard, PING_LEN) == 0 ||
           error_set(s->error, EXIT_BROKEN, "the answer carries other bytes than the ping");
}

/* The peer has nothing to say meanwhile; what it says is an end, or will be no answer. */
static bool pause_for(struct bus_stream *s, uint64_t interval_ms)
{
    struct pollfd entries[BUS_STREAM_OWN];
    uint64_t until_ms = clock_ms() + interval_ms;
    for (uint64_t now_ms = clock_ms(); now_ms < until_ms && !s->judged; now_ms = clock_ms())
        if (!bus_stream_wait(s, entries, 0, (int)(until_ms - now_ms)))
            return false;
    return true;
}

static bool ping_all(struct bus_stream *s, struct ping_tally *tally, const struct options *o)
{
    struct echo echo = {.stream = s};
    while (tally->sent_count < o->ping_count) {
        if (tally->sent_count > 0 && !pause_for(s, o->interval_ms))
            return false;
        ping_begins(tally);
        tally->sent_count++;
        if (!exchange(&echo))
            return false;
        ping_answered(tally, s->device, o->quiet);
    }
    return bus_stream_end(s);
}

bool ping_by_bus(struct bus_stream *s, const struct options *o, const char *device)
{
    struct ping_tally tally = {0};
    enum dsbc_result why;
    bool ok = bus_stream_open(s, device, "echo", &why) && ping_all(s, &tally, o);
    ping_summary(&tally, o->quiet);
    bus_stream_close(s);
    return ok;
}
