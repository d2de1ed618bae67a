/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire of PROFILE=hostile-wire: the named cases, then a storm of hostile stations, with honest
 * pings and sessions all the while; at last the device's pools must be where they were.
 *
 * usage: hostile-wire QEMU-PORT IDENTITIES
 * WIRE_SEED (1) and WIRE_SECONDS (60) say which storm, and how long.
 */
#include "cases.h"
#include "dsoftbus/announce.h"
#include "honest.h"
#include "netstackd/storm.h"
#include "tests/os/system/modes.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>

#define SESSIONS          20 /* during the storm, whatever its length */
#define STEPS_AT_A_TIME   8  /* then the device answers a ping first */
#define STEPS_MS          4
#define STEPS_PATIENT     200 /* without a session's moving on; then the storm waits for it */
#define STATIONS          8 /* less than half of dsoftbusd's table: a single guest is not the greediest */
#define REST_MS           3000
#define POOLS_AGAIN_MS    1000
#define POOLS_AGAIN_COUNT 120

static struct storm storm;

static void on_storm_frame(const uint8_t *frame, size_t frame_len)
{
    storm_receive(&storm, frame, frame_len);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

static void begin_storm(uint64_t seed)
{
    static uint8_t message_1[256], query[DSB_QUERY_LEN];
    const struct storm_config config = {
        .seed = seed,
        .device_ipv4 = WIRE_DEVICE_IPV4,
        .gateway_ipv4 = WIRE_GATEWAY_IPV4,
        .station_count = STATIONS,
        .device_mac = WIRE_DEVICE_MAC,
        .tcp_ports = {DSB_SESSION_PORT, SELFTEST_WIRE_PORT_FIRST + SELFTEST_WIRE_ECHO,
                      SELFTEST_WIRE_PORT_FIRST + SELFTEST_WIRE_POUR},
        .udp_ports = {DSB_DISCOVERY_PORT},
        .stream_opening = message_1,
        .stream_opening_len = honest_message_1(message_1, sizeof message_1),
        .datagram_opening = query,
        .datagram_opening_len = sizeof query,
        .send = wire_send,
    };

    dsb_query_encode(query);
    storm_init(&storm, &config);
    wire_on_storm_frame = on_storm_frame;
}

/* Some moves, an answered ping, and what the session has to do. */
static void turn(struct session *session)
{
    static uint32_t seen_count, steps;

    if (session->stream == 0 || session->progress_count != seen_count)
        steps = 0;
    seen_count = session->progress_count;
    for (uint32_t i = 0; i < STEPS_AT_A_TIME && steps < STEPS_PATIENT; i++, steps++)
        storm_step(&storm);
    wire_settle();
    wire_pump(STEPS_MS);
    if (session->stream != 0)
        (void)session_step(session);
}

static void run_storm(uint64_t seed, uint64_t seconds)
{
    static struct session session;
    uint64_t begin_ms = wire_now_ms();

    begin_storm(seed);
    for (uint32_t begun_count = 0;;) {
        uint64_t passed_ms = wire_now_ms() - begin_ms;
        if (session.stream == 0 && begun_count == SESSIONS && passed_ms >= seconds * 1000)
            break;
        if (session.stream == 0 && begun_count < SESSIONS &&
            passed_ms * SESSIONS >= begun_count * seconds * 1000) {
            session_begin(&session);
            begun_count++;
        }
        turn(&session);
    }
    wire_on_storm_frame = NULL; /* from now on nobody there says a word */
}

static void tell(uint64_t seed, uint64_t seconds)
{
    printf("wire: storm: seed %llu, %llu s, %u connections, %llu bytes taken; pings %u, again %u\n",
           (unsigned long long)seed, (unsigned long long)seconds, storm.opened_count,
           (unsigned long long)storm.received_len, wire_answered_count, wire_lost_count);
    printf("wire: sessions %u, the longest %llu ms\n", honest_session_count,
           (unsigned long long)honest_longest_ms);
    for (uint32_t i = 0; i < STORM_MOVE_COUNT; i++)
        printf("%s %u%s", storm_move_name(i), storm.move_count[i],
               i + 1 < STORM_MOVE_COUNT ? ", " : "\n");
}

/* What waits for something has given up by then. */
static void wait_for_pools(uint32_t use)
{
    uint32_t now = 0;

    for (uint32_t i = 0; i < POOLS_AGAIN_COUNT; i++) {
        if ((now = honest_order("pools")) == use)
            return;
        (void)honest_order("wait %d", POOLS_AGAIN_MS);
    }
    printf("wire: %u in the pools, not %u\n", now, use);
    wire_fail("the pools are not where they were");
}

int main(int argc, char **argv)
{
    uint64_t seed = number_of("WIRE_SEED", 1), seconds = number_of("WIRE_SECONDS", 60);

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 3)
        wire_fail("usage: hostile-wire QEMU-PORT IDENTITIES");
    wire_open((uint16_t)atoi(argv[1]), seed);
    honest_start(argv[2]);
    honest_connect();
    session_once();
    (void)honest_order("wait %d", REST_MS);
    uint32_t use = honest_order("pools");
    cases_run();
    (void)honest_order("say storm begin");
    run_storm(seed, seconds);
    tell(seed, seconds);
    (void)honest_order("say storm ok");
    wait_for_pools(use);
    (void)honest_order("say pools ok");
    (void)honest_order("end");
    printf("wire: passed\n");
    return 0;
}
