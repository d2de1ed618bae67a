/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client for measuring dsoftbusd's new sessions, and the cost of the primitives in the same
 * run.
 *
 *     churn DIR ID HOST:PORT COUNT AT_A_TIME    that many sessions, each closed as soon as it opens
 *     churn primitives                          processor nanoseconds: X25519, its base point,
 *                                               sealing 32 KiB, X25519 as one of 16 at once
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
#include <time.h>

static struct {
    struct keyring keyring;
    struct conn_shared shared;
    struct dsb_device_id target;
    union endpoint at;
    uint64_t count;
    uint64_t at_a_time;
    uint64_t started_count;
    uint64_t done_count;
    uv_loop_t loop;
} churn;

static void fail(const char *what, const char *detail)
{
    (void)fprintf(stderr, "churn: %s: %s\n", what, detail);
    exit(1);
}

static void on_opened(struct conn *c)
{
    conn_close(c);
}

static void on_peer_closed(struct conn *c)
{
    (void)c;
}

static void start_more(void);

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    (void)c;
    if (outcome != CONN_CLEAN)
        fail("session",
             outcome == CONN_NO_CONNECT ? strerror(system_error) : dsb_reason_name(reason));
    churn.done_count++;
    start_more();
}

static void start_more(void)
{
    static const struct conn_events events = {
        .opened = on_opened, .peer_closed = on_peer_closed, .ended = on_ended};
    enum dsb_reason reason;
    while (churn.started_count < churn.count &&
           churn.started_count - churn.done_count < churn.at_a_time) {
        churn.started_count++;
        if (conn_connect(&churn.shared, &churn.at, &churn.target, &events, NULL, &reason) == NULL)
            fail("connect", dsb_reason_name(reason));
    }
}

#define REPEAT_COUNT 2000

/* Processor time, as the daemon's is taken: what else the machine does is left out. */
static uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static uint64_t several_ns(void)
{
    static uint8_t points[KEY_POINTS_MAX][NOISE_CRYPTO_KEY_LEN];
    static uint8_t shared[KEY_POINTS_MAX][NOISE_CRYPTO_KEY_LEN];
    const uint8_t *scalars[KEY_POINTS_MAX];
    random_bytes(points[0], sizeof points);
    for (size_t i = 0; i < KEY_POINTS_MAX; i++)
        scalars[i] = points[i];
    uint64_t begin = cpu_ns();
    for (int i = 0; i < REPEAT_COUNT / KEY_POINTS_MAX; i++)
        noise_x25519_several(shared, scalars, (const uint8_t(*)[NOISE_CRYPTO_KEY_LEN])points,
                             KEY_POINTS_MAX);
    return (cpu_ns() - begin) / (REPEAT_COUNT / KEY_POINTS_MAX * KEY_POINTS_MAX);
}

static void primitives(void)
{
    static uint8_t record[RECORD_FRAME_LEN + NOISE_CRYPTO_TAG_LEN];
    uint8_t key[NOISE_CRYPTO_KEY_LEN];
    uint8_t point[NOISE_CRYPTO_KEY_LEN];
    const uint8_t nonce[NOISE_CRYPTO_NONCE_LEN] = {0};
    random_bytes(key, sizeof key);
    uint64_t begin = cpu_ns();
    for (int i = 0; i < REPEAT_COUNT; i++)
        noise_x25519_base(point, key);
    uint64_t base_ns = (cpu_ns() - begin) / REPEAT_COUNT;
    begin = cpu_ns();
    for (int i = 0; i < REPEAT_COUNT; i++)
        if (noise_x25519(key, key, point) != 0)
            fail("x25519", "zero");
    uint64_t variable_ns = (cpu_ns() - begin) / REPEAT_COUNT;
    begin = cpu_ns();
    for (int i = 0; i < REPEAT_COUNT; i++)
        noise_aead_seal(record, key, nonce, NULL, 0, record, RECORD_FRAME_LEN);
    uint64_t seal_ns = (cpu_ns() - begin) / REPEAT_COUNT;
    (void)printf("%llu %llu %llu %llu\n", (unsigned long long)variable_ns,
                 (unsigned long long)base_ns, (unsigned long long)seal_ns,
                 (unsigned long long)several_ns());
}

int main(int argc, char **argv)
{
    struct error e;
    if (!program_init(&e))
        return error_print(&e, "churn");
    if (argc == 2 && strcmp(argv[1], "primitives") == 0) {
        primitives();
        return 0;
    }
    if (argc != 6 || !number_parse(argv[4], 1, UINT32_MAX, &churn.count) ||
        !number_parse(argv[5], 1, 10000, &churn.at_a_time) ||
        dsb_device_id_set(&churn.target, argv[2], strlen(argv[2])) != DSB_OK)
        fail("usage", "see the top of the source");
    if (!keyring_open(&churn.keyring, argv[1], false, &e) ||
        !endpoint_parse(&churn.at, argv[3], DSB_SESSION_PORT, false, &e))
        return error_print(&e, "churn");
    uv_loop_init(&churn.loop);
    if (!conn_shared_open(&churn.shared, &churn.loop, &e))
        return error_print(&e, "churn");
    churn.shared.local = (struct dsb_local){.identity = &churn.keyring.identity,
                                            .trust = &churn.keyring.trust,
                                            .recv_max = RECORD_UNIT_MAX};
    churn.shared.streams = STREAM_LIMITS_OF_A_CLIENT;
    start_more();
    uv_run(&churn.loop, UV_RUN_DEFAULT);
    conn_shared_close(&churn.shared);
    uv_loop_close(&churn.loop);
    keyring_close(&churn.keyring);
    return 0;
}
