/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet, ARP, IPv4, ICMP, UDP and TCP headers in memory; no state. */
#include "netstackd/packet.h"

#include <string.h>

enum {
    ECHO_LEN = 8,
    UDP_LEN = 8,
    TYPE_IP = 0x0800,
    TYPE_ARP = 0x0806,
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    TTL = 64,
};

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

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
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

void packet_mac_of(uint8_t mac[6], uint32_t ipv4)
{
    mac[0] = 2;
    mac[1] = 0;
    put32(mac + 2, ipv4);
}

static size_t write_arp(uint8_t *frame, const struct packet *packet)
{
    static const uint8_t fixed[6] = {0, 1, 8, 0, 6, 4};
    uint8_t *arp = frame + PACKET_ETHERNET_LEN;

    put16(frame + 12, TYPE_ARP);
    memcpy(arp, fixed, sizeof fixed);
    put16(arp + 6, packet->kind == PACKET_ARP_REQUEST ? 1 : 2);
    packet_mac_of(arp + 8, packet->source);
    put32(arp + 14, packet->source);
    memcpy(arp + 18, packet->to_mac, 6);
    put32(arp + 24, packet->destination);
    return PACKET_ETHERNET_LEN + PACKET_ARP_LEN;
}

/* The header between IPv4's and the data; returns its length. */
static size_t write_transport(uint8_t *at, const struct packet *packet)
{
    if (packet->kind == PACKET_TCP) {
        put16(at, packet->source_port);
        put16(at + 2, packet->destination_port);
        put32(at + 4, packet->seq);
        put32(at + 8, packet->ack); /* counts with PACKET_ACK only */
        at[12] = (uint8_t)((PACKET_TCP_LEN + packet->options_len) / 4 << 4);
        at[13] = packet->flags;
        put16(at + 14, packet->window);
        if (packet->options_len > 0)
            memcpy(at + PACKET_TCP_LEN, packet->options, packet->options_len);
        return PACKET_TCP_LEN + packet->options_len;
    }
    if (packet->kind == PACKET_UDP) {
        put16(at, packet->source_port);
        put16(at + 2, packet->destination_port);
        put16(at + 4, (uint32_t)(UDP_LEN + packet->data_len));
        return UDP_LEN;
    }
    at[0] = packet->kind == PACKET_ECHO_REQUEST ? 8 : packet->kind == PACKET_ECHO_REPLY ? 0 : 3;
    put16(at + 4, packet->source_port);
    put16(at + 6, packet->destination_port);
    return ECHO_LEN;
}

static uint8_t protocol_of(enum packet_kind kind)
{
    if (kind == PACKET_TCP)
        return PROTOCOL_TCP;
    return kind == PACKET_UDP ? PROTOCOL_UDP : PROTOCOL_ICMP;
}

size_t packet_write(uint8_t *frame, const struct packet *packet)
{
    uint8_t *ip = frame + PACKET_ETHERNET_LEN;

    memset(frame, 0, PACKET_FRAME_BYTES_MAX);
    memcpy(frame, packet->to_mac, 6);
    packet_mac_of(frame + 6, packet->source);
    if (packet->kind <= PACKET_ARP_REPLY)
        return write_arp(frame, packet);
    put16(frame + 12, TYPE_IP);
    ip[0] = 0x45;
    ip[8] = TTL;
    ip[9] = protocol_of(packet->kind);
    put32(ip + 12, packet->source);
    put32(ip + 16, packet->destination);
    size_t len = PACKET_ETHERNET_LEN + PACKET_IP_LEN;
    len += write_transport(frame + len, packet);
    if (packet->data != NULL)
        memcpy(frame + len, packet->data, packet->data_len);
    len += packet->data_len;
    packet_mend(frame, len);
    return len;
}

static void mend_transport(uint8_t *transport, size_t len, const uint8_t *ip)
{
    uint32_t pseudo = sum_of(ip + 12, 8) + ip[9] + (uint32_t)len;

    if (ip[9] == PROTOCOL_TCP && len >= PACKET_TCP_LEN) {
        put16(transport + 16, 0);
        put_checksum(transport + 16, pseudo + sum_of(transport, len));
    } else if (ip[9] == PROTOCOL_UDP && len >= UDP_LEN) {
        put16(transport + 6, 0);
        put_checksum(transport + 6, pseudo + sum_of(transport, len));
    } else if (ip[9] == PROTOCOL_ICMP && len >= 4) {
        put16(transport + 2, 0);
        put_checksum(transport + 2, sum_of(transport, len));
    }
}

void packet_mend(uint8_t *frame, size_t frame_len)
{
    uint8_t *ip = frame + PACKET_ETHERNET_LEN;

    if (frame_len < PACKET_ETHERNET_LEN + PACKET_IP_LEN || get16(frame + 12) != TYPE_IP)
        return;
    size_t ip_len = frame_len - PACKET_ETHERNET_LEN, header_len = (size_t)(ip[0] & 15) * 4;
    if (header_len < PACKET_IP_LEN || header_len > ip_len)
        return;
    put16(ip + 2, (uint32_t)ip_len);
    put16(ip + 10, 0);
    put_checksum(ip + 10, sum_of(ip, header_len));
    mend_transport(ip + header_len, ip_len - header_len, ip);
}

static bool read_tcp(struct packet *packet, const uint8_t *tcp, size_t len)
{
    size_t header_len = len < PACKET_TCP_LEN ? 0 : (size_t)(tcp[12] >> 4) * 4;

    if (header_len < PACKET_TCP_LEN || header_len > len)
        return false;
    packet->kind = PACKET_TCP;
    packet->source_port = get16(tcp);
    packet->destination_port = get16(tcp + 2);
    packet->seq = get32(tcp + 4);
    packet->ack = get32(tcp + 8);
    packet->flags = tcp[13];
    packet->window = get16(tcp + 14);
    packet->options = tcp + PACKET_TCP_LEN;
    packet->options_len = header_len - PACKET_TCP_LEN;
    packet->data = tcp + header_len;
    packet->data_len = len - header_len;
    return true;
}

static bool read_transport(struct packet *packet, uint8_t protocol, const uint8_t *at, size_t len)
{
    if (protocol == PROTOCOL_TCP)
        return read_tcp(packet, at, len);
    if (len < 8)
        return false;
    packet->data = at + 8; /* UDP's header and an echo's are as long */
    packet->data_len = len - 8;
    if (protocol == PROTOCOL_UDP) {
        packet->kind = PACKET_UDP;
        packet->source_port = get16(at);
        packet->destination_port = get16(at + 2);
    } else if (protocol == PROTOCOL_ICMP && (at[0] == 0 || at[0] == 8)) {
        packet->kind = at[0] == 0 ? PACKET_ECHO_REPLY : PACKET_ECHO_REQUEST;
        packet->source_port = get16(at + 4);
        packet->destination_port = get16(at + 6);
    }
    return true;
}

static bool read_arp(struct packet *packet, const uint8_t *arp, size_t len)
{
    if (len < PACKET_ARP_LEN)
        return false;
    packet->kind = get16(arp + 6) == 1 ? PACKET_ARP_REQUEST : PACKET_ARP_REPLY;
    packet->source = get32(arp + 14);
    packet->destination = get32(arp + 24);
    return true;
}

bool packet_read(struct packet *packet, const uint8_t *frame, size_t frame_len)
{
    const uint8_t *ip = frame + PACKET_ETHERNET_LEN;

    memset(packet, 0, sizeof *packet);
    if (frame_len < PACKET_ETHERNET_LEN)
        return false;
    memcpy(packet->to_mac, frame, 6);
    if (get16(frame + 12) == TYPE_ARP)
        return read_arp(packet, ip, frame_len - PACKET_ETHERNET_LEN);
    if (get16(frame + 12) != TYPE_IP)
        return true;
    size_t header_len = (size_t)(ip[0] & 15) * 4;
    if (frame_len < PACKET_ETHERNET_LEN + PACKET_IP_LEN || header_len < PACKET_IP_LEN ||
        get16(ip + 2) < header_len || get16(ip + 2) > frame_len - PACKET_ETHERNET_LEN)
        return false;
    packet->source = get32(ip + 12);
    packet->destination = get32(ip + 16);
    return read_transport(packet, ip[9], ip + header_len, get16(ip + 2) - header_len);
}
