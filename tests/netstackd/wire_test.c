/* SPDX-License-Identifier: Apache-2.0 */
/* Two netstackds on one wire in memory, which loses, doubles and delays frames: every byte arrives
 * once and in order, in both directions, and afterwards nothing is left behind. Time is simulated;
 * the same seed gives the same run. */
#include "netstackd/host.h"
#include "netstackd/instance.h"
#include "netstackd/testing.h"

#include <dlfcn.h>
#include <string.h>

#define IPV4_A        0x0a00020fu
#define IPV4_B        0x0a000210u
#define PORT          4000
#define NS_PER_MS     1000000u
#define FRAMES_MAX    256 /* on the wire at a time: both windows, doubled, many times over */
#define FRAME_LEN_MAX 1514
#define STREAM_BYTES  (256 * 1024)
#define ANSWERS_MAX   4      /* to unacceptable segments, per connection and coarse tick */
#define STEPS_MAX     400000 /* of one millisecond: many times what any run needs */

struct wire_fault {
    uint32_t lost_percent, doubled_percent, late_percent;
    uint16_t mss_len; /* not 0: what both ends hear that the other allows */
};

struct frame {
    bool used;
    uint32_t to;
    uint64_t arrival_ns;
    size_t len;
    uint8_t bytes[FRAME_LEN_MAX];
};

static const struct instance *ends[2];
static struct net_client clients[2];
static struct frame frames[FRAMES_MAX];
static struct wire_fault fault;
static uint64_t wire_seed, now_ns = NS_PER_MS;
static uint32_t lost_count, late_count, sent_count;

/* Two modules made of the same files share names; each keeps its own globals. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_odr_violation=0";
}

static uint32_t percent(void)
{
    wire_seed = wire_seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(wire_seed >> 33) % 100;
}

/* A SYN's first option is the segment size: writes another, and the checksum that goes with it. */
static void shrink_mss(uint8_t *frame, size_t len)
{
    uint8_t *tcp = frame + 34;

    if (len < 34 + 24 || frame[12] != 8 || frame[23] != 6 || !(tcp[13] & 2) || tcp[20] != 2)
        return;
    uint32_t was = (uint32_t)tcp[22] << 8 | tcp[23];
    uint32_t sum = (~((uint32_t)tcp[16] << 8 | tcp[17]) & 0xffff) + (~was & 0xffff) + fault.mss_len;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~(sum + (sum >> 16)) & 0xffff;
    tcp[16] = (uint8_t)(sum >> 8);
    tcp[17] = (uint8_t)sum;
    tcp[22] = (uint8_t)(fault.mss_len >> 8);
    tcp[23] = (uint8_t)fault.mss_len;
}

static void put_on_wire(uint32_t to, const uint8_t *bytes, size_t len, uint64_t delay_ms)
{
    for (uint32_t i = 0; i < FRAMES_MAX; i++) {
        if (frames[i].used)
            continue;
        frames[i] = (struct frame){
            .used = true, .to = to, .arrival_ns = now_ns + delay_ms * NS_PER_MS, .len = len};
        memcpy(frames[i].bytes, bytes, len);
        if (fault.mss_len != 0)
            shrink_mss(frames[i].bytes, len);
        return;
    }
    lost_count++; /* a full wire loses */
}

static bool send_to(uint32_t to, const uint8_t *bytes, size_t len)
{
    sent_count++;
    if (percent() < fault.lost_percent) {
        lost_count++;
        return true;
    }
    bool is_late = percent() < fault.late_percent;
    late_count += is_late;
    put_on_wire(to, bytes, len, is_late ? 1 + percent() % 20 : 1);
    if (percent() < fault.doubled_percent)
        put_on_wire(to, bytes, len, 1 + percent() % 20);
    return true;
}

static bool output_of_a(const uint8_t *frame, size_t frame_len)
{
    return send_to(1, frame, frame_len);
}

static bool output_of_b(const uint8_t *frame, size_t frame_len)
{
    return send_to(0, frame, frame_len);
}

/* One millisecond. */
static void step(void)
{
    now_ns += NS_PER_MS;
    ends[0]->run(now_ns);
    ends[1]->run(now_ns);
    for (uint32_t i = 0; i < FRAMES_MAX; i++) {
        if (!frames[i].used || frames[i].arrival_ns > now_ns)
            continue;
        struct frame frame = frames[i];
        frames[i].used = false;
        ends[frame.to]->receive(frame.bytes, frame.len);
    }
}

static uint8_t byte_of(uint32_t from, size_t pos)
{
    return (uint8_t)((pos * 2654435761u) >> 13 ^ pos ^ from * 0x55u);
}

struct direction {
    uint32_t from;
    net_handle out, in; /* handles at either end */
    size_t sent_len, got_len;
};

static void move(struct direction *direction)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    uint32_t from = direction->from, to = 1 - from;
    size_t want_len = 1 + (direction->sent_len * 31) % sizeof bytes, len;

    if (want_len > STREAM_BYTES - direction->sent_len)
        want_len = STREAM_BYTES - direction->sent_len;
    for (size_t i = 0; i < want_len; i++)
        bytes[i] = byte_of(from, direction->sent_len + i);
    if (want_len > 0) {
        enum net_status status =
            ends[from]->write(&clients[from], direction->out, bytes, want_len, &len);
        assert_true(status == NET_OK || status == NET_WOULD_BLOCK);
        direction->sent_len += len;
    }
    enum net_status status = ends[to]->read(&clients[to], direction->in, bytes, sizeof bytes, &len);
    assert_true(status == NET_OK || status == NET_WOULD_BLOCK);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], byte_of(from, direction->got_len + i));
    direction->got_len += len;
}

static void connect_ends(net_handle *at_a, net_handle *at_b)
{
    const struct net_address any = {.port = PORT};
    const struct net_address remote = {.ipv4 = IPV4_B, .port = PORT};
    net_handle listener;
    size_t len;
    uint32_t steps = 0;

    assert_int_equal(ends[1]->listen(&clients[1], &any, 4, &listener), NET_OK);
    assert_int_equal(ends[0]->connect(&clients[0], &remote, at_a), NET_OK);
    while (ends[1]->accept(&clients[1], listener, at_b, NULL) == NET_WOULD_BLOCK ||
           ends[0]->write(&clients[0], *at_a, NULL, 0, &len) == NET_WOULD_BLOCK) {
        step();
        assert_true(steps++ < STEPS_MAX);
    }
    assert_int_equal(ends[0]->write(&clients[0], *at_a, NULL, 0, &len), NET_OK);
    assert_int_equal(ends[1]->close(&clients[1], listener), NET_OK);
}

/* Both directions at once, over a wire with these faults; to a clean end, and nothing left. */
static void exchange(uint64_t seed, struct wire_fault with)
{
    uint32_t use[2] = {ends[0]->pool_use(), ends[1]->pool_use()};
    net_handle at_a = 0, at_b = 0;
    uint8_t byte;
    size_t len;

    wire_seed = seed;
    fault = with;
    lost_count = late_count = 0;
    connect_ends(&at_a, &at_b);
    struct direction directions[2] = {{.from = 0, .out = at_a, .in = at_b},
                                      {.from = 1, .out = at_b, .in = at_a}};
    for (uint32_t steps = 0;
         directions[0].got_len < STREAM_BYTES || directions[1].got_len < STREAM_BYTES; steps++) {
        assert_true(steps < STEPS_MAX);
        move(&directions[0]);
        move(&directions[1]);
        step();
    }
    assert_int_equal(ends[0]->close(&clients[0], at_a), NET_OK);
    enum net_status status;
    while ((status = ends[1]->read(&clients[1], at_b, &byte, 1, &len)) == NET_WOULD_BLOCK)
        step();
    assert_int_equal(status, NET_OK);
    assert_int_equal(len, 0);
    assert_int_equal(ends[1]->close(&clients[1], at_b), NET_OK);
    for (uint32_t i = 0; i < 2 * NET_LINGER_MS; i++)
        step();
    assert_int_equal(ends[0]->pool_use(), use[0]);
    assert_int_equal(ends[1]->pool_use(), use[1]);
    assert_true((with.lost_percent == 0) == (lost_count == 0));
    assert_true((with.late_percent == 0) == (late_count == 0));
}

static void a_good_wire(void **state)
{
    (void)state;
    exchange(1, (struct wire_fault){0});
}

static void a_wire_that_loses(void **state)
{
    (void)state;
    exchange(2, (struct wire_fault){.lost_percent = 5});
}

static void a_wire_that_doubles(void **state)
{
    (void)state;
    exchange(3, (struct wire_fault){.doubled_percent = 20});
}

static void a_wire_that_reorders(void **state)
{
    (void)state;
    exchange(4, (struct wire_fault){.late_percent = 5});
}

static void a_wire_that_does_it_all(void **state)
{
    (void)state;
    for (uint64_t seed = 10; seed < 13; seed++)
        exchange(seed, (struct wire_fault){3, 3, 3, 0});
}

/* A peer that allows no more than this in a segment makes many of a window: more than lwIP queues.
 */
static void a_peer_that_allows_tiny_segments(void **state)
{
    (void)state;
    exchange(5, (struct wire_fault){.mss_len = 100});
}

static void fill(uint32_t end, net_handle stream)
{
    static const uint8_t bytes[NET_STREAM_BYTES_MAX];
    size_t len;

    while (ends[end]->write(&clients[end], stream, bytes, sizeof bytes, &len) == NET_OK)
        step();
}

/* Nobody reads: probes and their answers go on, seldom. */
static void two_closed_windows_do_not_keep_the_wire_busy(void **state)
{
    net_handle at_a, at_b;

    (void)state;
    fault = (struct wire_fault){0};
    connect_ends(&at_a, &at_b);
    for (uint32_t i = 0; i < 4; i++) {
        fill(0, at_a);
        fill(1, at_b);
        for (uint32_t ms = 0; ms < 100; ms++)
            step();
    }
    uint32_t before_count = sent_count;
    for (uint32_t ms = 0; ms < 20000; ms++)
        step();
    /* 40 coarse ticks of two ends. */
    assert_in_range(sent_count - before_count, 1, 40 * 2 * ANSWERS_MAX);
    assert_int_equal(ends[0]->close(&clients[0], at_a), NET_OK);
    assert_int_equal(ends[1]->close(&clients[1], at_b), NET_OK);
    for (uint32_t i = 0; i < 2 * NET_LINGER_MS; i++)
        step();
}

static void ping_measures_the_wire(void **state)
{
    uint64_t round_trip_ns = 0;
    net_handle ping;

    (void)state;
    fault = (struct wire_fault){0};
    assert_int_equal(ends[0]->ping(&clients[0], IPV4_B, 1000, &ping), NET_OK);
    for (uint32_t i = 0; i < 20; i++)
        step();
    assert_int_equal(ends[0]->ping_result(&clients[0], ping, &round_trip_ns), NET_OK);
    assert_in_range(round_trip_ns, 2 * NS_PER_MS, 6 * NS_PER_MS);
    assert_int_equal(ends[0]->close(&clients[0], ping), NET_OK);
}

/* The last of an echo's bytes changed on the way: no answer. */
static void a_damaged_segment_is_not_delivered(void **state)
{
    net_handle at_a, at_b;
    uint8_t byte;
    size_t len;

    (void)state;
    fault = (struct wire_fault){0};
    connect_ends(&at_a, &at_b);
    for (uint32_t i = 0; i < 1000; i++)
        step();
    assert_int_equal(ends[0]->write(&clients[0], at_a, "payload", 7, &len), NET_OK);
    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        if (frames[i].used)
            frames[i].bytes[frames[i].len - 1] ^= 1;
    for (uint32_t i = 0; i < 100; i++)
        step();
    assert_int_equal(ends[1]->read(&clients[1], at_b, &byte, 1, &len), NET_WOULD_BLOCK);
    for (uint32_t i = 0; i < 5000; i++)
        step(); /* it is sent again */
    assert_int_equal(ends[1]->read(&clients[1], at_b, &byte, 1, &len), NET_OK);
    assert_int_equal(byte, 'p');
}

static int load(void **state)
{
    static const char *const paths[2] = {INSTANCE_A, INSTANCE_B};
    static const uint32_t ipv4[2] = {IPV4_A, IPV4_B};
    static const instance_output outputs[2] = {output_of_a, output_of_b};

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        void *module = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);
        assert_non_null(module);
        instance_entry entry;
        void *symbol = dlsym(module, INSTANCE_ENTRY);
        assert_non_null(symbol);
        memcpy(&entry, &symbol, sizeof entry);
        ends[i] = entry();
    }
    assert_ptr_not_equal(ends[0], ends[1]);
    for (uint32_t i = 0; i < 2; i++) {
        ends[i]->start(i + 1, ipv4[i], outputs[i]);
        assert_int_equal(ends[i]->attach(&clients[i], 1, 1), NET_OK);
    }
    for (uint32_t i = 0; i < 100; i++)
        step();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_measures_the_wire),
        cmocka_unit_test(a_good_wire),
        cmocka_unit_test(a_wire_that_loses),
        cmocka_unit_test(a_wire_that_doubles),
        cmocka_unit_test(a_wire_that_reorders),
        cmocka_unit_test(a_wire_that_does_it_all),
        cmocka_unit_test(a_peer_that_allows_tiny_segments),
        cmocka_unit_test(two_closed_windows_do_not_keep_the_wire_busy),
        cmocka_unit_test(a_damaged_segment_is_not_delivered),
    };

    return cmocka_run_group_tests(tests, load, NULL);
}
