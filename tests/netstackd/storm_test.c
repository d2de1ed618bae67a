/* SPDX-License-Identifier: Apache-2.0 */
/* netstackd in a storm: hostile stations on its wire, a client that does everything at any time,
 * and an honest peer that must be served meanwhile. Nothing ends the process, and when all is over
 * lwIP holds what it held before. Time is simulated, the same seed gives the same run.
 *
 * WIRE_SEED and WIRE_STEPS give another storm, and a longer one. */
#include "counters.h"
#include "netstackd/echo_server.h"
#include "netstackd/host.h"
#include "netstackd/host_peer.h"
#include "netstackd/instance.h"
#include "netstackd/storm.h"
#include "netstackd/testing.h"
#include "netstackd/wild_client.h"
#include "stack.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HONEST_IPV4    0x0a000264u /* 10.0.2.100 */
#define GATEWAY_IPV4   0x0a000202u
#define ECHO_PORT      7
#define WILD_PORT      4000
#define UDP_PORT       5000 /* the first of four that the wild client binds now and then */
#define NS_PER_MS      1000000u
#define FRAMES_MAX     1024  /* on their way at a time */
#define DRAIN_MAX      20000 /* frames that one step may cause */
#define STEPS_DEFAULT  100000
#define STEPS_COMPARED 5000
#define PAUSE_MS_MAX   8000
#define PAUSE_STEPS    512 /* on the average between two */
#define REST_MS        (30u * 60 * 1000)
#define REST_STEP_MS   50

/* One exchange of the honest peer: a ping, a connection, an echo, the end. */
#define HONEST_LEN      1500
#define PING_TIMEOUT_MS 1000
#define PINGS_LOST_MAX  100   /* one in so many */
#define HONEST_MS_MAX   15000 /* stated in docs/testing.md */

struct frame {
    bool is_for_device;
    size_t len;
    uint8_t bytes[PACKET_FRAME_BYTES_MAX];
};

struct honest {
    const struct instance *end;
    struct net_client client;
    net_handle stream, ping; /* 0: none */
    uint64_t begin_ms, longest_ms, total_ms;
    size_t sent_len, got_len;
    uint32_t done_count, lost_pings;
};

static struct storm storm;
static struct echo_server echo;
static struct wild_client wild;
static struct honest honest;
static struct frame frames[FRAMES_MAX];
static uint32_t first_frame, frame_count;
static bool storm_is_on;

/* The program and the module share names; each keeps its own globals. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_odr_violation=0";
}

static uint64_t now_ms(void)
{
    return host_now_ns / NS_PER_MS;
}

/* --- the wire --- */

static void put(bool is_for_device, const uint8_t *bytes, size_t len)
{
    struct frame *frame = &frames[(first_frame + frame_count) % FRAMES_MAX];

    assert_true(frame_count < FRAMES_MAX && len > 0 && len <= sizeof frame->bytes);
    frame->is_for_device = is_for_device;
    frame->len = len;
    memcpy(frame->bytes, bytes, len);
    frame_count++;
}

static void storm_sends(const uint8_t *bytes, size_t len)
{
    put(true, bytes, len);
}

static bool device_sends(const uint8_t *bytes, size_t len)
{
    put(false, bytes, len);
    return true;
}

static bool honest_sends(const uint8_t *bytes, size_t len)
{
    put(true, bytes, len);
    return true;
}

static void drain(void)
{
    for (uint32_t i = 0; frame_count > 0; i++) {
        struct frame frame = frames[first_frame];
        assert_true(i < DRAIN_MAX);
        first_frame = (first_frame + 1) % FRAMES_MAX;
        frame_count--;
        if (frame.is_for_device) {
            host_receive(frame.bytes, frame.len);
            stack_run();
        } else {
            if (storm_is_on)
                storm_receive(&storm, frame.bytes, frame.len);
            honest.end->receive(frame.bytes, frame.len);
        }
    }
}

/* --- the honest peer --- */

static uint8_t byte_of(size_t pos)
{
    return pos < ECHO_GREETING_LEN ? (uint8_t)ECHO_GREETING[pos] : (uint8_t)(pos * 31 + 7);
}

static void ping(void)
{
    assert_int_equal(
        honest.end->ping(&honest.client, HOST_WIRE_IPV4, PING_TIMEOUT_MS, &honest.ping), NET_OK);
}

static void begin_exchange(void)
{
    const struct net_address server = {.ipv4 = HOST_WIRE_IPV4, .port = ECHO_PORT};

    honest.begin_ms = now_ms();
    honest.sent_len = honest.got_len = 0;
    assert_int_equal(honest.end->connect(&honest.client, &server, &honest.stream), NET_OK);
    ping();
}

/* One that is not answered is sent again: while ARP asks for the honest address, which the storm
 * has pushed out of the table, the last packet to it is kept, and the answer may not be the last.
 */
static void look_at_ping(void)
{
    uint64_t round_trip_ns;

    if (honest.ping == 0)
        return;
    enum net_status status = honest.end->ping_result(&honest.client, honest.ping, &round_trip_ns);
    if (status == NET_WOULD_BLOCK)
        return;
    assert_true(status == NET_OK || status == NET_TIMED_OUT);
    assert_int_equal(honest.end->close(&honest.client, honest.ping), NET_OK);
    honest.ping = 0;
    if (status == NET_OK)
        return;
    honest.lost_pings++;
    ping();
}

static void move_bytes(void)
{
    uint8_t bytes[HONEST_LEN];
    size_t len = 0;

    for (size_t i = honest.sent_len; i < HONEST_LEN; i++)
        bytes[i] = byte_of(i);
    if (honest.sent_len < HONEST_LEN) {
        enum net_status status =
            honest.end->write(&honest.client, honest.stream, bytes + honest.sent_len,
                              HONEST_LEN - honest.sent_len, &len);
        assert_true(status == NET_OK || status == NET_WOULD_BLOCK);
        honest.sent_len += len;
    }
    enum net_status status =
        honest.end->read(&honest.client, honest.stream, bytes, sizeof bytes, &len);
    if (status == NET_WOULD_BLOCK)
        return;
    assert_int_equal(status, NET_OK);
    assert_int_not_equal(len, 0);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], byte_of(honest.got_len + i));
    honest.got_len += len;
}

static void run_honest(void)
{
    if (honest.stream == 0)
        begin_exchange();
    look_at_ping();
    if (honest.got_len < HONEST_LEN)
        move_bytes();
    uint64_t took_ms = now_ms() - honest.begin_ms;
    assert_in_range(took_ms, 0, HONEST_MS_MAX);
    if (honest.got_len < HONEST_LEN || honest.ping != 0)
        return;
    assert_int_equal(honest.end->close(&honest.client, honest.stream), NET_OK);
    honest.stream = 0;
    honest.done_count++;
    honest.total_ms += took_ms;
    if (took_ms > honest.longest_ms)
        honest.longest_ms = took_ms;
}

/* --- time --- */

static void pass(uint64_t ns)
{
    host_now_ns += ns;
    stack_run();
    honest.end->run(host_now_ns);
    drain();
    echo_server_run(&echo, now_ms());
    drain();
}

static void step(uint64_t *random)
{
    storm_step(&storm);
    drain();
    wild_client_step(&wild);
    drain();
    run_honest();
    drain();
    pass(host_random(random) % (4 * NS_PER_MS));
    if (host_random(random) % PAUSE_STEPS != 0)
        return;
    /* Time for the slow timers. */
    for (uint32_t ms = host_random(random) % PAUSE_MS_MAX; ms > 0; ms -= ms < 10 ? ms : 10) {
        pass(10 * NS_PER_MS);
        run_honest();
    }
}

/* --- before and after --- */

static void load_honest(uint64_t seed)
{
    instance_entry entry;
    void *module = dlopen(INSTANCE_B, RTLD_NOW | RTLD_LOCAL);

    assert_non_null(module);
    void *symbol = dlsym(module, INSTANCE_ENTRY);
    assert_non_null(symbol);
    memcpy(&entry, &symbol, sizeof entry);
    honest.end = entry();
    honest.end->start(seed, HONEST_IPV4, honest_sends);
    assert_int_equal(honest.end->attach(&honest.client, 1, 1), NET_OK);
}

static void begin(uint64_t seed)
{
    const struct storm_config config = {
        .seed = seed,
        .device_ipv4 = HOST_WIRE_IPV4,
        .gateway_ipv4 = GATEWAY_IPV4,
        .station_count = STORM_HOST_COUNT,
        .device_mac = HOST_DEVICE_MAC,
        .tcp_ports = {ECHO_PORT, WILD_PORT},
        .udp_ports = {UDP_PORT, UDP_PORT + 1},
        .send = storm_sends,
    };

    storm_init(&storm, &config);
    load_honest(seed);
    host_on_frame = device_sends;
    host_start(seed, HOST_WIRE_IPV4);
    drain();
}

/* Three exchanges on a quiet wire, then time until the last connection has given up. */
static uint32_t use_at_rest(void)
{
    uint32_t before_count = honest.done_count;

    while (honest.done_count < before_count + 3 || honest.stream != 0) {
        run_honest();
        pass(NS_PER_MS);
    }
    for (uint32_t ms = 0; ms < REST_MS; ms += REST_STEP_MS)
        pass((uint64_t)REST_STEP_MS * NS_PER_MS);
    return host_pool_use();
}

static void start_wild(uint64_t seed)
{
    wild.first_ipv4 = (HOST_WIRE_IPV4 & ~0xffu) + STORM_HOST_FIRST;
    wild.ipv4_count = 2 * STORM_HOST_COUNT;
    wild.first_port = STORM_PORT_FIRST;
    wild.own_port = WILD_PORT;
    wild_client_start(&wild, 2, seed);
}

static void run(uint64_t seed, uint64_t steps)
{
    uint64_t random = seed;

    begin(seed);
    echo_server_start(&echo, 1, ECHO_PORT);
    uint32_t use = use_at_rest(), honest_use = honest.end->pool_use();
    start_wild(seed);
    storm_is_on = true;
    for (uint64_t i = 0; i < steps; i++)
        step(&random);
    wild_client_stop(&wild);
    storm_is_on = false;
    assert_int_equal(use_at_rest(), use);
    assert_int_equal(honest.end->pool_use(), honest_use);
}

/* --- tests --- */

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

static void tell(uint64_t seed, uint64_t steps)
{
    printf("storm: seed %llu, %llu steps, %llu s of simulated time, digest %016llx\n",
           (unsigned long long)seed, (unsigned long long)steps,
           (unsigned long long)(host_now_ns / NS_PER_MS / 1000), (unsigned long long)storm.digest);
    printf("storm: %u connections to the device, %u from it, %llu bytes of it taken\n",
           storm.opened_count, storm.accepted_count, (unsigned long long)storm.received_len);
    printf(
        "storm: honest exchanges %u, on the average %llu ms, the longest %llu ms, pings lost %u\n",
        honest.done_count, (unsigned long long)(honest.total_ms / honest.done_count),
        (unsigned long long)honest.longest_ms, honest.lost_pings);
    for (uint32_t i = 0; i < STORM_MOVE_COUNT; i++)
        printf("%s %u%s", storm_move_name(i), storm.move_count[i],
               i + 1 < STORM_MOVE_COUNT ? ", " : "\n");
    for (uint32_t i = 0; i < PORT_COUNTER_COUNT; i++)
        printf("%s %u%s", port_counter_name(i), port_counter(i),
               i + 1 < PORT_COUNTER_COUNT ? ", " : "\n");
}

static void a_storm_leaves_nothing_and_stops_nobody(void **state)
{
    uint64_t seed = number_of("WIRE_SEED", 1), steps = number_of("WIRE_STEPS", STEPS_DEFAULT);

    (void)state;
    run(seed, steps);
    tell(seed, steps);
    assert_in_range(honest.lost_pings, 0, honest.done_count / PINGS_LOST_MAX);
    if (steps < STEPS_DEFAULT)
        return;
    for (uint32_t i = 0; i < STORM_MOVE_COUNT; i++)
        assert_int_not_equal(storm.move_count[i], 0);
    for (uint32_t i = 0; i < PORT_COUNTER_COUNT; i++)
        assert_true(i == PORT_FRAME_NO_BUFFER || port_counter(i) > 0);
    for (uint32_t op = NET_OP_ACCEPT; op < NET_OP_COUNT; op++)
        assert_true(wild.done_count[op] > 0 || op == NET_OP_LOCAL_ADDRESS ||
                    op == NET_OP_REMOTE_ADDRESS);
}

/* lwIP's state is the process's: each run has one of its own. */
static uint64_t digest_of(uint64_t seed)
{
    uint64_t digest = 0;
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run(seed, STEPS_COMPARED);
        _exit(write(ends[1], &storm.digest, sizeof storm.digest) == sizeof storm.digest ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &digest, sizeof digest), sizeof digest);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    return digest;
}

static void the_seed_decides_everything(void **state)
{
    (void)state;
    uint64_t digest = digest_of(7);
    assert_true(digest == digest_of(7));
    assert_true(digest != digest_of(8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_decides_everything),
        cmocka_unit_test(a_storm_leaves_nothing_and_stops_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
