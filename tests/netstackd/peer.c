/* SPDX-License-Identifier: Apache-2.0 */
/* Segments by hand: what a test says goes out as it is, what came is in peer_seen. */
#include "netstackd/peer.h"

#include <string.h>

enum { HEARD_BYTES_MAX = 64 * 1024 };

struct peer_seen peer_seen;

static struct peer_wire wire;
static uint8_t heard[HEARD_BYTES_MAX];
static size_t heard_len;

void peer_init(const struct peer_wire *to)
{
    wire = *to;
    memset(&peer_seen, 0, sizeof peer_seen);
    heard_len = 0;
}

bool peer_saw(const char *text)
{
    size_t text_len = strlen(text);

    for (size_t at = 0; at + text_len <= heard_len; at++)
        if (memcmp(heard + at, text, text_len) == 0)
            return true;
    return false;
}

static struct packet to_device(enum packet_kind kind, uint32_t source)
{
    struct packet packet = {.kind = kind, .source = source, .destination = wire.device_ipv4};

    memcpy(packet.to_mac, wire.device_mac, sizeof packet.to_mac);
    return packet;
}

static void send(const struct packet *packet, size_t len_max)
{
    uint8_t frame[PACKET_FRAME_BYTES_MAX];
    size_t len = packet_write(frame, packet);

    wire.send(frame, len < len_max ? len : len_max);
}

static void on_arp_request(const struct packet *packet)
{
    peer_seen.arp_request_count++;
    if ((packet->destination & 0xff) >= PEER_SILENT_HOST || packet->destination == wire.device_ipv4)
        return;
    const struct packet answer = to_device(PACKET_ARP_REPLY, packet->destination);
    send(&answer, PACKET_FRAME_BYTES_MAX);
}

static void on_tcp(const struct packet *packet)
{
    peer_seen.tcp_count++;
    peer_seen.data_count += packet->data_len > 0;
    peer_seen.reset_count += (packet->flags & PACKET_RST) != 0;
    peer_seen.flags = packet->flags;
    peer_seen.port = packet->destination_port;
    peer_seen.device_port = packet->source_port;
    peer_seen.seq = packet->seq;
    peer_seen.ack = packet->ack;
    peer_seen.data_len = packet->data_len;
}

void peer_receive(const uint8_t *frame, size_t frame_len)
{
    struct packet packet;

    if (frame_len <= sizeof heard - heard_len) {
        memcpy(heard + heard_len, frame, frame_len);
        heard_len += frame_len;
    }
    if (!packet_read(&packet, frame, frame_len))
        return;
    if (packet.kind == PACKET_ARP_REQUEST)
        on_arp_request(&packet);
    else if (packet.kind == PACKET_ARP_REPLY)
        peer_seen.arp_reply_count++;
    else if (packet.kind == PACKET_ECHO_REPLY)
        peer_seen.echo_count++;
    else if (packet.kind == PACKET_TCP)
        on_tcp(&packet);
}

void peer_send_to(const uint8_t mac[6], struct peer *peer, uint8_t flags, const void *data,
                  size_t data_len)
{
    const uint8_t mss[4] = {2, 4, (uint8_t)(peer->mss >> 8), (uint8_t)peer->mss};
    struct packet packet = to_device(PACKET_TCP, peer->ipv4);

    memcpy(packet.to_mac, mac, sizeof packet.to_mac);
    packet.source_port = peer->port;
    packet.destination_port = peer->device_port;
    packet.seq = peer->seq;
    packet.ack = peer->ack;
    packet.flags = flags;
    packet.window = peer->window;
    packet.options = mss;
    packet.options_len = peer->mss != 0 ? sizeof mss : 0;
    packet.data = data;
    packet.data_len = data_len;
    send(&packet, PACKET_FRAME_BYTES_MAX);
    wire.settle();
}

void peer_send(struct peer *peer, uint8_t flags, const void *data, size_t data_len)
{
    peer_send_to(wire.device_mac, peer, flags, data, data_len);
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

static void send_and_settle(enum packet_kind kind, uint32_t source, size_t len_max)
{
    const struct packet packet = to_device(kind, source);

    send(&packet, len_max);
    wire.settle();
}

void peer_echo_request(uint32_t ipv4)
{
    send_and_settle(PACKET_ECHO_REQUEST, ipv4, PACKET_FRAME_BYTES_MAX);
}

void peer_arp_request(size_t arp_len)
{
    send_and_settle(PACKET_ARP_REQUEST, (wire.device_ipv4 & ~0xffu) | 7,
                    PACKET_ETHERNET_LEN + arp_len);
}

void peer_arp_reply(uint32_t ipv4)
{
    send_and_settle(PACKET_ARP_REPLY, ipv4, PACKET_FRAME_BYTES_MAX);
}
