/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROFILE=hostile-wire: what the program at the other end of the wire (tests/wire) needs inside of
 * the machine. Anybody may use the first three ports; the fourth hears its driver, line by line,
 * and writes into the log what that says of each case.
 */
#include "stream.h"

#include "rt/log.h"
#include "rt/time.h"
#include "tests/os/system/modes.h"

#include <string.h>

/* With four listeners, what waits at them, and the driver, less than a client's share. */
#define BACKLOG       4
#define STREAMS_MAX   16
#define LINE_LEN_MAX  64
#define WAIT_MS_MAX   60000
#define IDLE_MS_MAX   120000
#define STREAM_MS_MAX 20000 /* then a stream is dropped */
#define TURNS_MAX     16    /* reads of one stream before the others have their turn */
#define ACCEPTS_MAX   8

struct stream {
    net_handle handle;    /* 0: free */
    uint32_t kind;        /* which port it came to */
    uint64_t begin;       /* ticks */
    size_t len, done_len; /* bytes to be sent back, and of those, sent */
    uint8_t bytes[2048];
};

static struct stream streams[STREAMS_MAX];
static net_handle listeners[SELFTEST_WIRE_PORT_COUNT];
static net_handle driver; /* 0: not there */
static char line[LINE_LEN_MAX + 1];
static size_t line_len;

static void drop(struct selftest *selftest, struct stream *stream)
{
    stream_abort(selftest, stream->handle);
    stream->handle = 0;
}

/* A free place, or the oldest stream's. */
static struct stream *place(struct selftest *selftest)
{
    struct stream *oldest = &streams[0];

    for (uint32_t i = 0; i < STREAMS_MAX; i++) {
        if (streams[i].handle == 0)
            return &streams[i];
        if (streams[i].begin < oldest->begin)
            oldest = &streams[i];
    }
    drop(selftest, oldest);
    return oldest;
}

/* True while something moves. */
static bool echo(struct selftest *selftest, struct stream *stream)
{
    enum net_status status;
    size_t len = 0;

    if (stream->done_len == stream->len) {
        status = net_read(&selftest->net, stream->handle, stream->bytes, sizeof stream->bytes,
                          &stream->len);
        stream->done_len = 0;
        if (status == NET_WOULD_BLOCK)
            stream->len = 0;
        else if (status != NET_OK || stream->len == 0)
            drop(selftest, stream);
        return status == NET_OK && stream->handle != 0;
    }
    status = net_write(&selftest->net, stream->handle, stream->bytes + stream->done_len,
                       stream->len - stream->done_len, &len);
    stream->done_len += len;
    if (status != NET_OK && status != NET_WOULD_BLOCK)
        drop(selftest, stream);
    return status == NET_OK;
}

/* Writes what the stream takes, and never reads. */
static bool pour(struct selftest *selftest, struct stream *stream)
{
    size_t len = 0;
    enum net_status status =
        net_write(&selftest->net, stream->handle, stream->bytes, sizeof stream->bytes, &len);

    if (status != NET_OK && status != NET_WOULD_BLOCK)
        drop(selftest, stream);
    return status == NET_OK;
}

/* Says one byte and ends first. */
static bool leave(struct selftest *selftest, struct stream *stream)
{
    size_t len = 0;
    enum net_status status = net_write(&selftest->net, stream->handle, "x", 1, &len);

    if (status == NET_OK)
        stream_close(selftest, stream->handle);
    else
        stream_abort(selftest, stream->handle);
    stream->handle = 0;
    return false;
}

static bool (*const turn_of_port[SELFTEST_WIRE_CONTROL])(struct selftest *, struct stream *) = {
    [SELFTEST_WIRE_ECHO] = echo,
    [SELFTEST_WIRE_POUR] = pour,
    [SELFTEST_WIRE_LEAVE] = leave,
};

/* True when it may have more to do. */
static bool serve(struct selftest *selftest, struct stream *stream)
{
    if (stream->handle != 0 && rt_ticks() - stream->begin > STREAM_MS_MAX * ABI_TICKS_PER_MS)
        drop(selftest, stream);
    for (uint32_t turns = 0; turns < TURNS_MAX; turns++)
        if (stream->handle == 0 || !turn_of_port[stream->kind](selftest, stream))
            return false;
    return true;
}

static bool accept_all(struct selftest *selftest, uint32_t kind)
{
    struct net_address from;
    net_handle handle;

    for (uint32_t i = 0; i < ACCEPTS_MAX; i++) {
        if (net_accept(&selftest->net, listeners[kind], &handle, &from) != NET_OK)
            return false;
        if (kind != SELFTEST_WIRE_CONTROL) {
            struct stream *stream = place(selftest);
            *stream = (struct stream){.handle = handle, .kind = kind, .begin = rt_ticks()};
        } else if (driver == 0 && from.ipv4 == SELFTEST_WIRE_DRIVER_IPV4) {
            driver = handle;
        } else {
            stream_abort(selftest, handle);
        }
    }
    return true;
}

/* What anybody may use. True when there may be more to do at once. */
static bool run(struct selftest *selftest)
{
    bool is_busy = false;

    for (uint32_t kind = 0; kind < SELFTEST_WIRE_PORT_COUNT; kind++)
        is_busy |= accept_all(selftest, kind);
    for (uint32_t i = 0; i < STREAMS_MAX; i++)
        is_busy |= serve(selftest, &streams[i]);
    return is_busy;
}

/* --- what the driver says --- */

/* A number at the front; anything else is the driver's mistake. */
static uint32_t number_of(const char *text)
{
    uint32_t number = 0;

    for (; *text >= '0' && *text <= '9' && number <= WAIT_MS_MAX; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number;
}

/* The others are served meanwhile. */
static void let_pass(struct selftest *selftest, uint32_t ms)
{
    uint64_t deadline = rt_deadline_ms(ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX);

    while (rt_ticks() < deadline)
        if (!run(selftest))
            (void)stream_wait(selftest, deadline);
    (void)run(selftest); /* what came until then has been dealt with */
}

static bool answer(struct selftest *selftest, uint32_t number)
{
    uint8_t bytes[5] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                        (uint8_t)number, '\n'};

    return stream_write(selftest, driver, bytes, sizeof bytes, rt_deadline_ms(IDLE_MS_MAX)) ==
           NET_OK;
}

static uint32_t pool_use(struct selftest *selftest)
{
    struct net_interface interface = {0};

    if (net_get_interface(&selftest->net, &interface) != NET_OK)
        rt_panic("SELFTEST: interface", -1);
    return interface.pool_use;
}

static bool obey(struct selftest *selftest)
{
    if (strncmp(line, "say ", 4) == 0)
        rt_logf("SELFTEST: wire %s", line + 4);
    else if (strncmp(line, "wait ", 5) == 0)
        let_pass(selftest, number_of(line + 5));
    else if (strcmp(line, "pools") == 0)
        return answer(selftest, pool_use(selftest));
    else if (strcmp(line, "time") == 0)
        return answer(selftest, (uint32_t)(rt_ticks() / ABI_TICKS_PER_MS));
    else
        return selftest_fail("wire: what does the driver say");
    return answer(selftest, 0);
}

/* False when the driver is gone, or made no sense. *is_over when it said so. */
static bool hear(struct selftest *selftest, bool *is_over)
{
    char byte;
    size_t len;
    enum net_status status;

    while (driver != 0 &&
           (status = net_read(&selftest->net, driver, &byte, 1, &len)) != NET_WOULD_BLOCK) {
        if (status != NET_OK || len == 0)
            return selftest_fail("wire: the driver is gone");
        if (byte != '\n' && line_len < LINE_LEN_MAX && byte >= ' ' && byte <= '~') {
            line[line_len++] = byte;
            continue;
        }
        line[line_len] = '\0';
        line_len = 0;
        *is_over = strcmp(line, "end") == 0;
        if (*is_over)
            return answer(selftest, 0);
        if (!obey(selftest))
            return false;
    }
    return true;
}

bool wire_service(struct selftest *selftest)
{
    bool is_over = false;

    for (uint32_t kind = 0; kind < SELFTEST_WIRE_PORT_COUNT; kind++) {
        const struct net_address any = {.port = (uint16_t)(SELFTEST_WIRE_PORT_FIRST + kind)};
        if (net_listen(&selftest->net, &any, BACKLOG, &listeners[kind]) != NET_OK)
            return selftest_fail("wire: listen");
    }
    rt_logf("SELFTEST: wire ready");
    while (!is_over) {
        bool is_busy = run(selftest);
        if (!hear(selftest, &is_over))
            return false;
        if (!is_busy && !is_over && !stream_wait(selftest, rt_deadline_ms(IDLE_MS_MAX)))
            return selftest_fail("wire: nothing came");
    }
    return true;
}
