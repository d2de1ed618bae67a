/* SPDX-License-Identifier: Apache-2.0 */
#include "netstackd/wire_peer.h"

#include "interface.h"
#include "netstackd/host.h"
#include "stack.h"
#include <string.h>

enum {
    ETHERNET_LEN = 14,
    IPV4_LEN = 20,
    TCP_LEN = 20,
    TCP_AT = ETHERNET_LEN + IPV4_LEN,
    FRAME_LEN = TCP_AT + TCP_LEN,
    ARP_FRAME_LEN = 42,
    HEARD_BYTES_MAX = 64 * 1024,
};

struct wire_segment wire_peer_heard;
uint32_t wire_peer_data_count;

static const uint8_t own_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, (uint8_t)HOST_WIRE_IPV4};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 7};
static uint8_t heard[HEARD_BYTES_MAX];
static size_t heard_len;

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

static uint32_t sum_of(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < len; i += 2)
        sum += get16(bytes + i);
    return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(at, ~sum);
}

static bool on_frame(const uint8_t *frame, size_t frame_len)
{
    if (frame_len <= sizeof(heard) - heard_len) {
        memcpy(heard + heard_len, frame, frame_len);
        heard_len += frame_len;
    }
    if (frame_len < FRAME_LEN || get16(frame + 12) != 0x0800 || frame[23] != 6 ||
        get32(frame + 30) != WIRE_PEER_IPV4)
        return true;
    const uint8_t *tcp = frame + TCP_AT;
    size_t header_len = (size_t)(tcp[12] >> 4) * 4;
    wire_peer_heard = (struct wire_segment){.own_port = (uint16_t)get16(tcp),
                                            .sequence = get32(tcp + 4),
                                            .acknowledged = get32(tcp + 8),
                                            .flags = tcp[13],
                                            .window = (uint16_t)get16(tcp + 14)};
    wire_peer_data_count += get16(frame + 16) > IPV4_LEN + header_len;
    return true;
}

void wire_peer_start(void)
{
    heard_len = 0;
    wire_peer_data_count = 0;
    host_on_frame = on_frame;
}

bool wire_peer_saw(const char *text)
{
    size_t text_len = strlen(text);

    for (size_t at = 0; at + text_len <= heard_len; at++) {
        if (memcmp(heard + at, text, text_len) == 0)
            return true;
    }
    return false;
}

void wire_peer_answer_arp(void)
{
    uint8_t frame[ARP_FRAME_LEN] = {0};

    memcpy(frame, own_mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    put16(frame + 12, 0x0806);
    put16(frame + 14, 1);
    put16(frame + 16, 0x0800);
    put16(frame + 18, 0x0604);
    put16(frame + 20, 2);
    memcpy(frame + 22, peer_mac, 6);
    put32(frame + 28, WIRE_PEER_IPV4);
    memcpy(frame + 32, own_mac, 6);
    put32(frame + 38, HOST_WIRE_IPV4);
    interface_receive(frame, sizeof(frame));
    stack_run();
}

void wire_peer_send(const struct wire_segment *segment)
{
    uint8_t frame[FRAME_LEN] = {0};
    uint8_t *ip = frame + ETHERNET_LEN, *tcp = frame + TCP_AT;

    memcpy(frame, own_mac, 6);
    memcpy(frame + 6, peer_mac, 6);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, IPV4_LEN + TCP_LEN);
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, WIRE_PEER_IPV4);
    put32(ip + 16, HOST_WIRE_IPV4);
    put_checksum(ip + 10, sum_of(ip, IPV4_LEN));
    put16(tcp, WIRE_PEER_PORT);
    put16(tcp + 2, segment->own_port);
    put32(tcp + 4, segment->sequence);
    put32(tcp + 8, segment->acknowledged);
    tcp[12] = 0x50;
    tcp[13] = segment->flags;
    put16(tcp + 14, segment->window);
    put_checksum(tcp + 16, sum_of(ip + 12, 8) + 6 + TCP_LEN + sum_of(tcp, TCP_LEN));
    interface_receive(frame, sizeof(frame));
    stack_run();
}
