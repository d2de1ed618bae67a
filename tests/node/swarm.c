/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many sessions with one daemon, from one process: for the load test.
 *
 *     swarm DIR ID HOST:PORT SESSIONS ROUNDS
 *
 * Opens the sessions, then pings all of them at once, ROUNDS times; says on stdout what it did and
 * the longest round trip of each round; then is idle until standard input ends, and closes every
 * session.
 */
#include "dsoftbus/announce.h"
#include "node/base/number.h"
#include "node/base/program.h"
#include "node/base/secret.h"
#include "node/engine/conn.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define OPENING_COUNT 64 /* handshakes under way at a time */

struct member {
    struct conn *conn;
    uint8_t token[DSB_PING_MAX];
};

struct swarm {
    struct keyring keyring;
    struct conn_shared shared;
    struct dsb_device_id target;
    union endpoint at;
    struct member *members;
    uint64_t wanted_count;
    uint64_t started_count;
    uint64_t open_count;
    uint64_t clean_count;
    uint64_t answered_count;
    uint64_t round;
    uint64_t round_count;
    uint64_t round_began_ns;
    uv_loop_t loop;
    uv_pipe_t input;
};

static void fail(const char *what, const char *detail)
{
    (void)fprintf(stderr, "swarm: %s: %s\n", what, detail);
    exit(1);
}

static void begin_round(struct swarm *s)
{
    s->answered_count = 0;
    s->round_began_ns = uv_hrtime();
    for (uint64_t i = 0; i < s->wanted_count; i++) {
        struct member *m = &s->members[i];
        random_bytes(m->token, sizeof m->token);
        if (conn_ping(m->conn, m->token, sizeof m->token) != DSB_OK)
            fail("ping", "refused");
    }
}

static void open_more(struct swarm *s);

static void on_opened(struct conn *c)
{
    struct swarm *s = c->owner;
    s->open_count++;
    if (s->open_count < s->wanted_count) {
        open_more(s);
        return;
    }
    (void)printf("open %llu\n", (unsigned long long)s->open_count);
    (void)fflush(stdout);
    begin_round(s);
}

static void on_pong(struct conn *c, const uint8_t *body, size_t body_len)
{
    struct swarm *s = c->owner;
    const struct member *m = c->work;
    if (body_len != sizeof m->token || memcmp(body, m->token, body_len) != 0)
        fail("pong", "other bytes than the ping's");
    if (++s->answered_count < s->wanted_count)
        return;
    (void)printf("round %llu longest-ms %.1f\n", (unsigned long long)s->round,
                 (double)(uv_hrtime() - s->round_began_ns) / 1e6);
    if (++s->round < s->round_count) {
        (void)fflush(stdout);
        begin_round(s);
        return;
    }
    (void)printf("idle\n");
    (void)fflush(stdout);
}

static void on_peer_closed(struct conn *c)
{
    conn_close(c);
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    struct swarm *s = c->owner;
    if (outcome != CONN_CLEAN)
        fail("session ended",
             outcome == CONN_NO_CONNECT ? strerror(system_error) : dsb_reason_name(reason));
    s->clean_count++;
}

static void open_more(struct swarm *s)
{
    static const struct conn_events events = {
        .opened = on_opened, .pong = on_pong, .peer_closed = on_peer_closed, .ended = on_ended};
    enum dsb_reason reason;
    while (s->started_count < s->wanted_count && s->started_count - s->open_count < OPENING_COUNT) {
        struct member *m = &s->members[s->started_count++];
        m->conn = conn_connect(&s->shared, &s->at, &s->target, &events, s, &reason);
        if (m->conn == NULL)
            fail("connect", dsb_reason_name(reason));
        m->conn->work = m;
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested_len, uv_buf_t *buf)
{
    static char bytes[16];
    (void)handle, (void)suggested_len;
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void on_input(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct swarm *s = stream->data;
    (void)buf;
    if (got >= 0)
        return;
    uv_close((uv_handle_t *)stream, NULL);
    for (uint64_t i = 0; i < s->wanted_count; i++)
        conn_close(s->members[i].conn);
}

int main(int argc, char **argv)
{
    static struct swarm s;
    struct error e;
    struct rlimit files;
    if (argc != 6 || !number_parse(argv[4], 1, 100000, &s.wanted_count) ||
        !number_parse(argv[5], 1, 1000000, &s.round_count) ||
        dsb_device_id_set(&s.target, argv[2], strlen(argv[2])) != DSB_OK)
        fail("usage", "swarm DIR ID HOST:PORT SESSIONS ROUNDS");
    if (!program_init(&e) || !keyring_open(&s.keyring, argv[1], false, &e) ||
        !endpoint_parse(&s.at, argv[3], DSB_SESSION_PORT, false, &e))
        return error_print(&e, "swarm");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    uv_loop_init(&s.loop);
    if (!conn_shared_open(&s.shared, &s.loop, &e))
        return error_print(&e, "swarm");
    s.shared.local = (struct dsb_local){
        .identity = &s.keyring.identity, .trust = &s.keyring.trust, .recv_max = RECORD_UNIT_MAX};
    s.shared.streams = STREAM_LIMITS_OF_A_CLIENT;
    s.members = calloc(s.wanted_count, sizeof *s.members);
    if (s.members == NULL)
        fail("memory", "none");
    uv_pipe_init(&s.loop, &s.input, 0);
    s.input.data = &s;
    if (uv_pipe_open(&s.input, 0) != 0 ||
        uv_read_start((uv_stream_t *)&s.input, on_alloc, on_input) != 0)
        fail("standard input", "not a pipe");
    open_more(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    (void)printf("closed %llu\n", (unsigned long long)s.clean_count);
    free(s.members);
    conn_shared_close(&s.shared);
    uv_loop_close(&s.loop);
    keyring_close(&s.keyring);
    return s.clean_count == s.wanted_count ? 0 : 1;
}
