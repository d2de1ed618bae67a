/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that says what it is told to, in or out of turn: for the tests of what a receiver refuses.
 *
 *     rude DIR ID HOST:PORT HEX...
 *     rude DIR ID HOST:PORT -
 *
 * Opens a session, sends each body as one DATA record, prints every body that comes back in
 * hexadecimal, and "closed" when the other side closes its direction; then closes too. It never
 * closes first. With "-" it prints "open", sends a body for each line of standard input, and never
 * closes at all: what the other side says does not move it.
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

/* One line, one record. Standard input is read a byte at a time: nothing waits in a buffer that
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
    if (conn_send(poll->data, body, from_hex(body, line)) != DSB_OK)
        fail("not sent");
}

static void on_opened(struct conn *c)
{
    uint8_t body[BODY_MAX];
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
        if (conn_send(c, body, from_hex(body, bodies[i])) != DSB_OK)
            fail("not sent");
}

static enum conn_take on_data(struct conn *c, struct chunk *chunk, const uint8_t *body,
                              size_t body_len)
{
    (void)c, (void)chunk;
    for (size_t i = 0; i < body_len; i++)
        (void)printf("%02x", body[i]);
    (void)printf("\n");
    (void)fflush(stdout);
    return CONN_TAKEN;
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
        .opened = on_opened, .data = on_data, .peer_closed = on_peer_closed, .ended = on_ended};
    static struct keyring keyring;
    static struct conn_shared shared;
    struct dsb_device_id target;
    union endpoint at;
    struct error e;
    enum dsb_reason reason;
    uv_loop_t loop;
    if (argc < 4 || dsb_device_id_set(&target, argv[2], strlen(argv[2])) != DSB_OK)
        fail("usage: rude DIR ID HOST:PORT HEX...");
    bodies = argv + 4;
    body_count = argc - 4;
    stays = body_count == 1 && strcmp(bodies[0], "-") == 0;
    if (!program_init(&e) || !keyring_open(&keyring, argv[1], false, &e) ||
        !endpoint_parse(&at, argv[3], DSB_SESSION_PORT, false, &e))
        return error_print(&e, "rude");
    uv_loop_init(&loop);
    shared.loop = &loop;
    shared.local = (struct dsb_local){
        .identity = &keyring.identity, .trust = &keyring.trust, .recv_max = RECORD_UNIT_MAX};
    if (conn_connect(&shared, &at, &target, &events, NULL, &reason) == NULL)
        fail("no connection");
    uv_run(&loop, UV_RUN_DEFAULT);
    chunk_pool_free(&shared.chunks);
    uv_loop_close(&loop);
    keyring_close(&keyring);
    return exit_code;
}
