/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that says what it is told to, in or out of turn: for the tests of what a service refuses.
 *
 *     rude DIR ID HOST:PORT SERVICE HEX...
 *     rude DIR ID HOST:PORT SERVICE -
 *
 * Opens a session and a stream of the service, and writes the bytes. Prints all that comes back, in
 * hexadecimal, a line for each piece; "end" for the other side's end, "reset CODE" for a reset,
 * after which it closes the session, and "closed" when the other side closes that; then it closes
 * too. With "-" it prints "open", writes the bytes of each line of standard input, and never closes
 * at all: what the other side says does not move it, and after a reset of the stream it goes on to
 * say BYTES.
 */
#include "dsoftbus/announce.h"
#include "node/base/program.h"
#include "node/engine/conn.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_MAX 4096

static char **bodies;
static int body_count;
static int exit_code = 1;
static bool stays;
static const char *service;
static struct stream *stream; /* NULL before, and after its reset */
static uint32_t stream_id;
static uv_poll_t input;

static void fail(const char *what)
{
    (void)fprintf(stderr, "rude: %s\n", what);
    exit(1);
}

static size_t from_hex(uint8_t out[BODY_MAX], const char *text)
{
    size_t len = strlen(text) / 2;
    if (len > BODY_MAX)
        fail("too long a body");
    for (size_t i = 0; i < len; i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return len;
}

/* As the stream would, or past it. */
static void say(struct conn *c, const uint8_t *bytes, size_t len)
{
    uint8_t body[DSB_STREAM_ID_LEN + BODY_MAX];
    const struct dsb_stream_record record = {
        .type = DSB_RECORD_BYTES, .id = stream_id, .bytes = bytes, .bytes_len = len};
    size_t written_len = len;
    if (stream != NULL && stream_write(stream, bytes, len, &written_len) == DSB_OK &&
        written_len == len)
        return;
    dsb_stream_record_write(&record, body);
    wire_lend_out(&c->wire);
    if (dsb_link_send_stream(&c->wire.link, DSB_RECORD_BYTES, body, DSB_STREAM_ID_LEN + len,
                             uv_now(c->shared->loop)) != DSB_OK)
        fail("not sent");
    conn_stir(c);
}

/* One line, one piece. Standard input is read a byte at a time: nothing waits in a buffer that
 * poll does not see. */
static void on_input(uv_poll_t *poll, int status, int events)
{
    char line[2 * BODY_MAX + 1];
    uint8_t body[BODY_MAX];
    size_t len = 0;
    (void)events;
    while (len < sizeof line - 1 && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = '\0';
    if (status < 0 || len == 0) {
        uv_poll_stop(poll);
        return;
    }
    say(poll->data, body, from_hex(body, line));
}

static void on_readable(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        for (size_t i = 0; i < len; i++)
            (void)printf("%02x", bytes[i]);
        (void)printf("\n");
        stream_took(s, len);
    }
    if (status == DSB_ENDED)
        (void)printf("end\n");
    (void)fflush(stdout);
}

static void on_reset(struct stream *s, uint16_t code)
{
    struct conn *c = s->set->owner;
    if (!stream_session_is_over(s)) {
        (void)printf("reset %s\n", stream_reset_name(code));
        (void)fflush(stdout);
        if (!stays)
            conn_close(c);
    }
    stream = NULL;
    stream_let_go(s);
}

static void on_opened(struct conn *c)
{
    static const struct stream_events events = {.readable = on_readable, .reset = on_reset};
    uint8_t body[BODY_MAX];
    enum dsb_status status;
    stream = stream_open(conn_streams(c), service, &events, NULL, &status);
    if (stream == NULL)
        fail("no stream");
    stream_id = stream->id;
    if (stays) {
        (void)printf("open\n");
        (void)fflush(stdout);
        input.data = c;
        if (uv_poll_init(c->shared->loop, &input, STDIN_FILENO) != 0 ||
            uv_poll_start(&input, UV_READABLE, on_input) != 0)
            fail("no standard input");
        return;
    }
    for (int i = 0; i < body_count; i++)
        say(c, body, from_hex(body, bodies[i]));
}

static void on_peer_closed(struct conn *c)
{
    (void)printf("closed\n");
    (void)fflush(stdout);
    if (!stays)
        conn_close(c);
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    (void)c, (void)system_error;
    if (input.data != NULL)
        uv_close((uv_handle_t *)&input, NULL);
    if (outcome == CONN_CLEAN)
        exit_code = 0;
    else
        (void)fprintf(stderr, "rude: %s\n", dsb_reason_name(reason));
}

int main(int argc, char **argv)
{
    static const struct conn_events events = {
        .opened = on_opened, .peer_closed = on_peer_closed, .ended = on_ended};
    static struct keyring keyring;
    static struct conn_shared shared;
    struct dsb_device_id target;
    union endpoint at;
    struct error e;
    enum dsb_reason reason;
    uv_loop_t loop;
    if (argc < 5 || dsb_device_id_set(&target, argv[2], strlen(argv[2])) != DSB_OK)
        fail("usage: rude DIR ID HOST:PORT SERVICE HEX...");
    service = argv[4];
    bodies = argv + 5;
    body_count = argc - 5;
    stays = body_count == 1 && strcmp(bodies[0], "-") == 0;
    if (!program_init(&e) || !keyring_open(&keyring, argv[1], false, &e) ||
        !endpoint_parse(&at, argv[3], DSB_SESSION_PORT, false, &e))
        return error_print(&e, "rude");
    uv_loop_init(&loop);
    if (!conn_shared_open(&shared, &loop, &e))
        return error_print(&e, "rude");
    shared.local = (struct dsb_local){
        .identity = &keyring.identity, .trust = &keyring.trust, .recv_max = RECORD_UNIT_MAX};
    shared.streams = STREAM_LIMITS_OF_A_CLIENT;
    if (conn_connect(&shared, &at, &target, &events, NULL, &reason) == NULL)
        fail("no connection");
    uv_run(&loop, UV_RUN_DEFAULT);
    conn_shared_close(&shared);
    uv_loop_close(&loop);
    keyring_close(&keyring);
    return exit_code;
}
