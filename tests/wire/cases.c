/* SPDX-License-Identifier: Apache-2.0 */
/* Each case: what once went wrong, and how that would be seen from the wire. */
#include "cases.h"

#include "dsoftbus/announce.h"
#include "honest.h"
#include "lwipopts.h"
#include "netstackd/peer.h"
#include "tests/os/system/modes.h"
#include "wire.h"

#include <stdio.h>
#include <string.h>

#define PEER_IPV4     0x0a000220u /* 10.0.2.32 */
#define SILENT_IPV4   0x0a0002a0u /* 10.0.2.160: answers no ARP, nor do those behind it */
#define SILENT_COUNT  95
#define ANSWER_MS_MAX 30000
#define DEAF_MS       10000
/* Sent before the device is asked: more, and its card's queue may overflow with the answers. */
#define SYN_BURST 16
#define SYNS_MAX  10
#define PUMP_MS   10
#define TICK_MS   500 /* lwIP's slow timer */

static const uint8_t zeros[1460];

static struct peer fresh_peer(enum selftest_wire_port to)
{
    static uint16_t port = 10000;

    return (struct peer){.ipv4 = PEER_IPV4,
                         .port = port++,
                         .device_port = (uint16_t)(SELFTEST_WIRE_PORT_FIRST + to),
                         .seq = 1000000,
                         .window = 8192};
}

static void send_bytes(struct peer *peer, const void *data, size_t len)
{
    peer_send(peer, PEER_ACK, data, len);
    peer->seq += (uint32_t)len;
}

/* How far the device has come on this connection, in bytes beyond what is acknowledged. */
static uint32_t sent_len(const struct peer *peer)
{
    return peer_seen.port == peer->port && peer_seen.data_len > 0
               ? peer_seen.seq + (uint32_t)peer_seen.data_len - peer->ack
               : 0;
}

static void wait_for_bytes(const struct peer *peer, uint32_t len)
{
    uint64_t begin_ms = wire_now_ms();

    while (sent_len(peer) != len) {
        wire_pump(TICK_MS);
        wire_must(wire_now_ms() - begin_ms < ANSWER_MS_MAX, "the bytes that must come do not");
    }
}

static void wait_for_end(const struct peer *peer)
{
    uint64_t begin_ms = wire_now_ms();

    while (peer_seen.port != peer->port || !(peer_seen.flags & PEER_FIN)) {
        wire_pump(TICK_MS);
        wire_must(wire_now_ms() - begin_ms < ANSWER_MS_MAX, "the device does not end first");
    }
}

static void end_peer(struct peer *peer)
{
    peer_send(peer, PEER_RST, NULL, 0);
}

/* Its window takes all but the last byte, which a probe brings, and stays closed. */
static void acknowledge_a_probe(uint32_t total_len)
{
    struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);

    wire_must(peer_connect(&peer), "connect");
    send_bytes(&peer, "w", 1);
    wait_for_bytes(&peer, 1);
    peer.ack++;
    peer.window = (uint16_t)(total_len - 1); /* later than the handshake: it counts */
    peer_send(&peer, PEER_ACK, NULL, 0);
    send_bytes(&peer, zeros, total_len);
    if (total_len > 1) {
        wait_for_bytes(&peer, total_len - 1);
        peer.ack += total_len - 1;
        peer.window = 0;
        peer_send(&peer, PEER_ACK, NULL, 0);
    }
    wait_for_bytes(&peer, 1); /* the probe */
    peer.ack++;
    peer_send(&peer, PEER_ACK, NULL, 0);
    (void)honest_order("wait %d", 3 * TICK_MS);
    end_peer(&peer);
}

static void persist_probe(void)
{
    acknowledge_a_probe(1);
    acknowledge_a_probe(98);
    acknowledge_a_probe(500);
}

/* Three segments of three bytes, then a window of four. */
static void first_window_small(void)
{
    struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);

    peer.mss = 3;
    peer.window = 0;
    wire_must(peer_connect(&peer), "connect");
    send_bytes(&peer, "abcdefghi", 9);
    (void)honest_order("wait 50"); /* the echo is written */
    peer.mss = 0;
    peer.window = 4;
    peer_send(&peer, PEER_ACK, NULL, 0);
    wait_for_bytes(&peer, 3);
    peer.ack += 3;
    peer_send(&peer, PEER_ACK, NULL, 0);
    send_bytes(&peer, "ijkl", 4);
    (void)honest_order("wait 50");
    end_peer(&peer);
}

/* Both windows closed, and whatever comes is answered, as another such device would. */
static void closed_windows(void)
{
    enum { ACKS = 200 };
    struct peer peer = fresh_peer(SELFTEST_WIRE_POUR);

    wire_must(peer_connect(&peer), "connect");
    peer.window = 0;
    for (uint32_t len = 0; len < NET_STREAM_WINDOW_BYTES; len += 1024)
        send_bytes(&peer, zeros, 1024);
    uint32_t begin_ms = honest_order("time"), before_count = peer_seen.tcp_count;
    for (uint32_t i = 0; i < ACKS; i++) {
        struct peer with = peer;
        with.seq -= i % 2; /* each other one as a keep-alive asks: that number has been */
        peer_send(&with, PEER_ACK, NULL, 0);
    }
    uint32_t took_ms = honest_order("time") - begin_ms,
             answers = peer_seen.tcp_count - before_count;
    /* Those that a tick allows, and one probe of the device's own. */
    wire_must(answers <= (took_ms / TICK_MS + 2) * (PORT_CHALLENGE_ACKS_MAX + 1),
              "each acknowledgement is answered by one");
    end_peer(&peer);
}

/* Answers to hosts that nobody finds take nobody's place. */
static void arp_waits(void)
{
    uint32_t before_count = wire_lost_count, again_ms = wire_ping_again_ms;

    wire_ping_again_ms = DEAF_MS; /* a lost one is not a slow one */
    for (uint32_t i = 0; i < 600; i++) {
        peer_echo_request(SILENT_IPV4 + i % SILENT_COUNT);
        wire_must(wire_lost_count == before_count, "a ping between them was lost");
    }
    wire_ping_again_ms = again_ms;
}

static void send_forged_syn(uint16_t port)
{
    static uint32_t source = 0x01000000;
    uint8_t frame[PACKET_FRAME_BYTES_MAX];

    source += 7919;
    const struct packet packet = {.kind = PACKET_TCP,
                                  .to_mac = WIRE_DEVICE_MAC,
                                  .source = source,
                                  .destination = WIRE_DEVICE_IPV4,
                                  .source_port = 1025,
                                  .destination_port = port,
                                  .seq = source,
                                  .flags = PACKET_SYN,
                                  .window = 8192};
    size_t len = packet_write(frame, &packet);

    wire_send(frame, len);
}

static void send_forged_syns(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        send_forged_syn(DSB_SESSION_PORT);
    wire_settle();
}

/* A peer whose answer takes as long as three quarters of the places last. */
static void connect_slowly(void)
{
    struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);

    for (uint32_t i = 0; !peer_syn(&peer); i++) /* an answer may be lost, as above */
        wire_must(i < SYNS_MAX, "connect");
    for (uint32_t i = 0; i < PORT_HALF_OPEN_MAX * 3 / 4; i += SYN_BURST)
        send_forged_syns(SYN_BURST);
    send_bytes(&peer, "x", 1);
    wait_for_bytes(&peer, 1);
    end_peer(&peer);
}

/* Whoever answers in time gets in, and so do sessions, though hundreds of SYNs lie between
 * their packets. The flood goes on when the device has dealt with the last of it, and fewer SYNs go
 * by without the session's moving on than there are places, so that a slow machine sees the same as
 * a fast one. */
static void syn_flood(void)
{
    enum { BURSTS_PATIENT = PORT_HALF_OPEN_MAX / SYN_BURST - 4, SYNS = 4000, SESSIONS = 5 };
    static struct session session;
    uint32_t wanted_count = honest_session_count + SESSIONS, sent_count = 0;
    uint32_t seen_count = 0, bursts = 0;

    for (uint32_t i = 0; i < 3; i++)
        connect_slowly();
    while (honest_session_count < wanted_count || sent_count < SYNS) {
        if (session.stream == 0 || session.progress_count != seen_count)
            bursts = 0;
        seen_count = session.progress_count;
        bool is_patient = bursts++ >= BURSTS_PATIENT;
        send_forged_syns(is_patient ? 0 : SYN_BURST);
        sent_count += is_patient ? 0 : SYN_BURST;
        wire_pump(is_patient ? PUMP_MS : 0);
        if (session.stream != 0)
            (void)session_step(&session);
        else if (honest_session_count < wanted_count)
            session_begin(&session);
    }
}

/* The entropy device gives little: neither SYNs nor connections that say nothing draw on it
 * until the network ends. */
static void entropy(void)
{
    enum { SYNS = 2048, GUESTS = 64 };

    for (uint32_t i = 0; i < SYNS; i += SYN_BURST)
        send_forged_syns(SYN_BURST);
    for (uint32_t i = 0; i < GUESTS; i++) {
        struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);
        peer.device_port = DSB_SESSION_PORT;
        (void)peer_connect(&peer); /* its place may be one of the flood's yet */
        end_peer(&peer);
    }
}

/* The device ends first; then its peer calls again from the same port. */
static void time_wait(void)
{
    struct peer peer = fresh_peer(SELFTEST_WIRE_LEAVE);

    wire_must(peer_connect(&peer), "connect");
    wait_for_end(&peer);
    peer.ack += 2; /* the byte and the end */
    peer_send(&peer, PEER_ACK | PEER_FIN, NULL, 0);
    peer.seq++;
    struct peer again = peer;
    again.seq = peer.seq - 5000; /* an old duplicate */
    wire_must(!peer_syn(&again), "an old SYN opens a connection");
    again = peer;
    again.seq++;
    wire_must(peer_connect(&again), "a new SYN opens none");
    end_peer(&again);
}

/* A whole one before each, whose bytes lie in the buffer that the short one gets. */
static void short_arp(void)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    const struct packet whole = {.kind = PACKET_ARP_REQUEST,
                                 .to_mac = WIRE_DEVICE_MAC,
                                 .source = PEER_IPV4,
                                 .destination = WIRE_DEVICE_IPV4};
    size_t frame_len = packet_write(frame, &whole);
    uint32_t before_count = peer_seen.arp_reply_count;

    /* Two whole ones for each: with buffers by a power of two a cut one comes where a whole one
     * was. */
    for (size_t len = PACKET_ETHERNET_LEN; len < frame_len; len++) {
        wire_send(frame, frame_len);
        wire_send(frame, frame_len);
        wire_send(frame, len);
    }
    wire_settle();
    wire_must(peer_seen.arp_reply_count == before_count + 2 * PACKET_ARP_LEN,
              "an ARP packet cut short is answered, or a whole one is not");
}

static void foreign_mac(void)
{
    static const uint8_t macs[][6] = {
        {0x52, 0x54, 0, 0x12, 0x34, 0x99},
        {1, 0, 0x5e, 0, 0, 1},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
    };
    struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);
    uint32_t before_count = peer_seen.tcp_count;

    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++)
        peer_send_to(macs[i], &peer, PEER_SYN, NULL, 0);
    wire_must(peer_seen.tcp_count == before_count, "a SYN for another station is answered");
    wire_must(peer_connect(&peer), "connect");
    end_peer(&peer);
}

static void blind_data(void)
{
    static const uint32_t wrong[] = {1u << 30, 0u - (1u << 30), 100, 0u - 20000};
    struct peer peer = fresh_peer(SELFTEST_WIRE_ECHO);

    wire_must(peer_connect(&peer), "connect");
    const uint32_t right_ack = peer.ack, before_count = peer_seen.data_count;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        peer.ack = right_ack + wrong[i];
        peer_send(&peer, PEER_ACK, "x", 1);
    }
    (void)honest_order("wait 50");
    wire_must(peer_seen.data_count == before_count, "data with a wrong number is delivered");
    peer.ack = right_ack;
    send_bytes(&peer, "y", 1);
    wait_for_bytes(&peer, 1);
    end_peer(&peer);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"persist-probe", persist_probe},   {"first-window-small", first_window_small},
    {"closed-windows", closed_windows}, {"arp-waits", arp_waits},
    {"syn-flood", syn_flood},           {"entropy", entropy},
    {"time-wait", time_wait},           {"short-arp", short_arp},
    {"foreign-mac", foreign_mac},       {"blind-data", blind_data},
};

void cases_run(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)honest_order("say %s begin", cases[i].name);
        peer_echo_request(PEER_IPV4); /* makes the addresses known */
        cases[i].run();
        session_once(); /* whoever comes next is served */
        (void)honest_order("say %s ok", cases[i].name);
        printf("wire: %s ok\n", cases[i].name);
    }
}
