/* SPDX-License-Identifier: Apache-2.0 */
#include "netstackd/peer.h"

#include "interface.h"
#include "netstackd/host.h"
#include "stack.h"
#include <string.h>

enum {
    ETHERNET_LEN = 14,
    IP_LEN = 20,
    TCP_LEN = 20,
    ARP_LEN = 28,
    ECHO_LEN = 8,
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
};

static const uint8_t device_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, HOST_WIRE_IPV4 & 0xff};

struct peer_seen peer_seen;

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

    for (size_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(at, ~sum);
}

static void mac_of(uint8_t mac[6], uint32_t ipv4)
{
    mac[0] = 2;
    mac[1] = 0;
    put32(mac + 2, ipv4);
}

static void receive(const uint8_t *frame, size_t frame_len)
{
    interface_receive(frame, frame_len);
    stack_run();
}

static void put_ip(uint8_t *frame, const uint8_t mac[6], uint32_t source, uint8_t protocol,
                   size_t payload_len)
{
    uint8_t *ip = frame + ETHERNET_LEN;

    memset(frame, 0, ETHERNET_LEN + IP_LEN);
    memcpy(frame, mac, 6);
    mac_of(frame + 6, source);
    put16(frame + 12, 0x0800);
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(IP_LEN + payload_len));
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, source);
    put32(ip + 16, HOST_WIRE_IPV4);
    put_checksum(ip + 10, sum_of(ip, IP_LEN));
}

static void put_arp(uint8_t *frame, uint16_t operation, uint32_t sender)
{
    static const uint8_t fixed[6] = {0, 1, 8, 0, 6, 4};
    uint8_t *arp = frame + ETHERNET_LEN;

    memset(frame, 0, ETHERNET_LEN + ARP_LEN);
    memcpy(frame, device_mac, 6);
    mac_of(frame + 6, sender);
    put16(frame + 12, 0x0806);
    memcpy(arp, fixed, sizeof(fixed));
    put16(arp + 6, operation);
    mac_of(arp + 8, sender);
    put32(arp + 14, sender);
    memcpy(arp + 18, device_mac, 6);
    put32(arp + 24, HOST_WIRE_IPV4);
}

static void on_arp(const uint8_t *arp)
{
    uint8_t frame[ETHERNET_LEN + ARP_LEN];
    uint32_t asked = get32(arp + 24);

    if (arp[7] != 1) {
        peer_seen.arp_reply_count++;
        return;
    }
    peer_seen.arp_request_count++;
    if ((asked & 0xff) >= PEER_SILENT_HOST || asked == HOST_WIRE_IPV4)
        return;
    put_arp(frame, 2, asked);
    interface_receive(frame, sizeof(frame));
}

static bool on_frame(const uint8_t *frame, size_t frame_len)
{
    const uint8_t *ip = frame + ETHERNET_LEN, *tcp = ip + IP_LEN;

    if (get16(frame + 12) == 0x0806) {
        on_arp(ip);
    } else if (ip[9] == PROTOCOL_ICMP) {
        peer_seen.echo_count++;
    } else if (ip[9] == PROTOCOL_TCP) {
        peer_seen.tcp_count++;
        peer_seen.flags = tcp[13];
        peer_seen.reset_count += (tcp[13] & PEER_RST) != 0;
        peer_seen.port = (uint16_t)get16(tcp + 2);
        peer_seen.seq = get32(tcp + 4);
        peer_seen.ack = get32(tcp + 8);
        peer_seen.data_len = get16(ip + 2) - IP_LEN - (size_t)(tcp[12] >> 4) * 4;
    }
    return frame_len > 0;
}

void peer_attach(void)
{
    host_on_frame = on_frame;
}

void peer_send_to(const uint8_t mac[6], struct peer *peer, uint8_t flags, const void *data,
                  size_t data_len)
{
    static uint8_t frame[INTERFACE_FRAME_BYTES_MAX];
    uint8_t *tcp = frame + ETHERNET_LEN + IP_LEN;
    size_t header_len = TCP_LEN + (peer->mss != 0 ? 4 : 0);

    put_ip(frame, mac, peer->ipv4, PROTOCOL_TCP, header_len + data_len);
    memset(tcp, 0, header_len + data_len);
    put16(tcp, peer->port);
    put16(tcp + 2, peer->device_port);
    put32(tcp + 4, peer->seq);
    put32(tcp + 8, peer->ack); /* counts with PEER_ACK only */
    tcp[12] = (uint8_t)(header_len / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, peer->window);
    if (peer->mss != 0) {
        tcp[20] = 2;
        tcp[21] = 4;
        put16(tcp + 22, peer->mss);
    }
    if (data != NULL)
        memcpy(tcp + header_len, data, data_len);
    put_checksum(tcp + 16, sum_of(frame + ETHERNET_LEN + 12, 8) + PROTOCOL_TCP +
                               (uint32_t)(header_len + data_len) +
                               sum_of(tcp, header_len + data_len));
    receive(frame, ETHERNET_LEN + IP_LEN + header_len + data_len);
}

void peer_send(struct peer *peer, uint8_t flags, const void *data, size_t data_len)
{
    peer_send_to(device_mac, peer, flags, data, data_len);
}

bool peer_syn(struct peer *peer)
{
    uint32_t before_count = peer_seen.tcp_count;

    peer_send(peer, PEER_SYN, NULL, 0);
    if (peer_seen.tcp_count == before_count || peer_seen.port != peer->port ||
        peer_seen.flags != (PEER_SYN | PEER_ACK))
        return false;
    peer->seq++;
    peer->ack = peer_seen.seq + 1;
    return true;
}

bool peer_connect(struct peer *peer)
{
    if (!peer_syn(peer))
        return false;
    peer_send(peer, PEER_ACK, NULL, 0);
    return !(peer_seen.flags & PEER_RST);
}

void peer_echo_request(uint32_t ipv4)
{
    uint8_t frame[ETHERNET_LEN + IP_LEN + ECHO_LEN];
    uint8_t *icmp = frame + ETHERNET_LEN + IP_LEN;

    put_ip(frame, device_mac, ipv4, PROTOCOL_ICMP, ECHO_LEN);
    memset(icmp, 0, ECHO_LEN);
    icmp[0] = 8;
    put_checksum(icmp + 2, sum_of(icmp, ECHO_LEN));
    receive(frame, sizeof(frame));
}

void peer_arp_request(size_t arp_len)
{
    uint8_t frame[ETHERNET_LEN + ARP_LEN];

    put_arp(frame, 1, 0x0a000207);
    receive(frame, ETHERNET_LEN + arp_len);
}
