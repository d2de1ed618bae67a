/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that takes every stream and answers what it is told to: for the tests of what a daemon
 * makes of the answers to what it brings by itself.
 *
 *     answers DIR ID HOST:PORT TEXT     TEXT and a line feed, then the end
 *     answers DIR ID HOST:PORT -        nothing, ever
 *     answers DIR ID HOST:PORT +        without end
 *     answers DIR ID HOST:PORT !        a reset, not-allowed
 *
 * Dials, prints "open", and for each stream, when its other side has ended, "stream SERVICE BYTES";
 * "reset CODE" for one that was reset. Stays until the session is over.
 */
#include "dsoftbus/announce.h"
#include "node/base/program.h"
#include "node/engine/conn.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text;
static size_t heard_len;

static void say(const char *what)
{
    (void)printf("%s\n", what);
    (void)fflush(stdout);
}

static void fail(const char *what)
{
    (void)fprintf(stderr, "answers: %s\n", what);
    exit(1);
}

static void write_without_end(struct stream *s)
{
    static const uint8_t many[4096];
    size_t len;
    while (stream_write(s, many, sizeof many, &len) == DSB_OK && len > 0)
        continue;
}

static void answer(struct stream *s)
{
    size_t len;
    if (*text == '-')
        return;
    if (*text == '+') {
        write_without_end(s);
    } else if (*text == '!') {
        stream_refuse(s, DSB_RESET_NOT_ALLOWED);
    } else {
        (void)!stream_write(s, text, strlen(text), &len);
        (void)!stream_write(s, "\n", 1, &len);
        stream_finish(s);
        stream_let_go(s);
    }
}

static void on_readable(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        heard_len += len;
        stream_took(s, len);
    }
    if (status != DSB_ENDED)
        return;
    (void)printf("stream %.*s %zu\n", (int)s->service_len, s->service, heard_len);
    (void)fflush(stdout);
    heard_len = 0;
    answer(s);
}

static void on_reset(struct stream *s, uint16_t code)
{
    if (!stream_session_is_over(s))
        (void)printf("reset %s\n", stream_reset_name(code));
    (void)fflush(stdout);
    stream_let_go(s);
}

static void on_incoming(struct conn *c, uint32_t id, const char *service, size_t service_len)
{
    static const struct stream_events events = {
        .readable = on_readable, .writable = write_without_end, .reset = on_reset};
    struct stream *s = stream_attach(c->streams, id, &events, NULL);
    (void)service, (void)service_len;
    if (stream_accept(s) != DSB_OK)
        stream_let_go(s);
}

static void on_opened(struct conn *c)
{
    if (conn_streams(c) == NULL)
        fail("no streams");
    say("open");
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    (void)c, (void)outcome, (void)system_error;
    (void)printf("ended %s\n", dsb_reason_name(reason));
}

int main(int argc, char **argv)
{
    static const struct conn_events events = {
        .opened = on_opened, .incoming = on_incoming, .peer_closed = conn_close, .ended = on_ended};
    static struct keyring keyring;
    static struct conn_shared shared;
    struct dsb_device_id target;
    union endpoint at;
    struct error e;
    enum dsb_reason reason;
    uv_loop_t loop;
    if (argc != 5 || dsb_device_id_set(&target, argv[2], strlen(argv[2])) != DSB_OK)
        fail("usage: answers DIR ID HOST:PORT TEXT");
    text = argv[4];
    if (!program_init(&e) || !keyring_open(&keyring, argv[1], false, &e) ||
        !endpoint_parse(&at, argv[3], DSB_SESSION_PORT, false, &e))
        return error_print(&e, "answers");
    uv_loop_init(&loop);
    if (!conn_shared_open(&shared, &loop, &e))
        return error_print(&e, "answers");
    shared.local = (struct dsb_local){
        .identity = &keyring.identity, .trust = &keyring.trust, .recv_max = RECORD_UNIT_MAX};
    shared.streams = (struct stream_limits){
        .offer = {.window = STREAM_WINDOW_DEFAULT, .streams_max = STREAM_COUNT_DEFAULT}};
    if (conn_connect(&shared, &at, &target, &events, NULL, &reason) == NULL)
        fail("no connection");
    uv_run(&loop, UV_RUN_DEFAULT);
    conn_shared_close(&shared);
    uv_loop_close(&loop);
    keyring_close(&keyring);
    return 0;
}
