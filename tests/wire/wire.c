/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, the sorting of the device's frames, and the ping by which everything is paced. */
#include "wire.h"

#include "netstackd/host.h"
#include "netstackd/peer.h"
#include "netstackd/storm.h"
#include "stack.h"
#include "tests/os/system/modes.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define HONEST_IPV4 SELFTEST_WIRE_DRIVER_IPV4
/* From here the pings come that wire_settle() waits for. */
#define PING_IPV4       0x0a000265u /* 10.0.2.101 */
#define PING_ID         0x5749
#define PING_MS_MAX     30000
#define FRAMES_PER_PUMP 256
#define NS_PER_MS       1000000u

uint32_t wire_lost_count, wire_answered_count, wire_ping_again_ms = 100;
void (*wire_on_storm_frame)(const uint8_t *frame, size_t frame_len);

static const uint8_t device_mac[6] = WIRE_DEVICE_MAC;
static int udp;
static struct sockaddr_in qemu;
static uint16_t ping_number, ping_answered;

void wire_fail(const char *what)
{
    printf("wire: FAILED: %s\n", what);
    exit(1);
}

void wire_must(bool is_true, const char *what)
{
    if (!is_true)
        wire_fail(what);
}

uint64_t wire_now_ms(void)
{
    return host_now_ns / NS_PER_MS;
}

static void take_time(void)
{
    struct timespec now;

    wire_must(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock");
    host_now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void wire_send(const uint8_t *frame, size_t frame_len)
{
    wire_must(frame_len > 0, "an empty frame"); /* QEMU would take it for the end of the wire */
    ssize_t sent = sendto(udp, frame, frame_len, 0, (const struct sockaddr *)&qemu, sizeof qemu);
    wire_must(sent == (ssize_t)frame_len, "sendto");
}

static bool honest_sends(const uint8_t *frame, size_t frame_len)
{
    wire_send(frame, frame_len);
    return true;
}

/* Each frame is for one: by the address that it asks for, or goes to. */
static void on_frame(const uint8_t *frame, size_t frame_len)
{
    struct packet packet;

    if (!packet_read(&packet, frame, frame_len))
        wire_fail("the device sent a frame that is cut short");
    bool is_here = (packet.destination & ~0xffu) == (WIRE_DEVICE_IPV4 & ~0xffu);
    if (packet.destination == HONEST_IPV4) {
        host_receive(frame, frame_len);
    } else if (packet.kind == PACKET_ECHO_REPLY && packet.destination == PING_IPV4 &&
               packet.source_port == PING_ID) {
        ping_answered = packet.destination_port;
    } else if (!is_here) {
        /* behind the gateway, where only forged sources are: nobody answers */
    } else if ((packet.destination & 0xff) < STORM_HOST_FIRST) {
        peer_receive(frame, frame_len);
    } else if (wire_on_storm_frame != NULL) {
        wire_on_storm_frame(frame, frame_len);
    }
}

void wire_pump(uint32_t wait_ms)
{
    uint8_t frame[65536];
    struct pollfd ready = {.fd = udp, .events = POLLIN};
    uint64_t sleep_ms = stack_sleep_ms();

    (void)poll(&ready, 1, (int)(sleep_ms < wait_ms ? sleep_ms : wait_ms));
    take_time();
    for (uint32_t i = 0; i < FRAMES_PER_PUMP; i++) {
        ssize_t len = recv(udp, frame, sizeof frame, MSG_DONTWAIT);
        if (len <= 0)
            break;
        on_frame(frame, (size_t)len);
    }
    stack_run();
}

static void send_ping(void)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    struct packet packet = {.kind = PACKET_ECHO_REQUEST,
                            .to_mac = WIRE_DEVICE_MAC,
                            .source = PING_IPV4,
                            .destination = WIRE_DEVICE_IPV4,
                            .source_port = PING_ID,
                            .destination_port = ping_number};
    size_t len = packet_write(frame, &packet);

    wire_send(frame, len);
}

void wire_settle(void)
{
    uint64_t begin_ms = wire_now_ms(), sent_ms = begin_ms;

    ping_number++;
    send_ping();
    while (ping_answered != ping_number) {
        wire_pump(wire_ping_again_ms);
        wire_must(wire_now_ms() - begin_ms < PING_MS_MAX, "the device answers no ping");
        if (ping_answered != ping_number && wire_now_ms() - sent_ms >= wire_ping_again_ms) {
            sent_ms = wire_now_ms();
            wire_lost_count++;
            send_ping();
        }
    }
    wire_answered_count++;
}

static void open_socket(uint16_t qemu_port)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t own_len = sizeof own;
    const int buffer_len = 4 * 1024 * 1024;

    udp = socket(AF_INET, SOCK_DGRAM, 0);
    wire_must(udp >= 0 && bind(udp, (const struct sockaddr *)&own, sizeof own) == 0 &&
                  getsockname(udp, (struct sockaddr *)&own, &own_len) == 0,
              "socket");
    /* As much as the system gives: what the device sends at a time is far less. */
    (void)setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &buffer_len, sizeof buffer_len);
    qemu = own;
    qemu.sin_port = htons(qemu_port);
    printf("wire: port %u\n", (unsigned)ntohs(own.sin_port));
}

void wire_open(uint16_t qemu_port, uint64_t seed)
{
    struct peer_wire peers = {
        .device_ipv4 = WIRE_DEVICE_IPV4, .send = wire_send, .settle = wire_settle};

    memcpy(peers.device_mac, device_mac, sizeof device_mac);
    open_socket(qemu_port);
    take_time();
    peer_init(&peers);
    host_on_frame = honest_sends;
    host_start(seed, HONEST_IPV4);
}
