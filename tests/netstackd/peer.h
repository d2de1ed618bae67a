/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the wire, moved by hand: every field of every segment is the test's. It answers
 * ARP for all of the subnet but the silent part, and remembers what came. It does no I/O: frames go
 * out by a callback, and come in by peer_receive(). */
#ifndef NET_PEER_H
#define NET_PEER_H

#include "netstackd/packet.h"

enum {
    PEER_FIN = PACKET_FIN,
    PEER_SYN = PACKET_SYN,
    PEER_RST = PACKET_RST,
    PEER_ACK = PACKET_ACK,
    PEER_SILENT_HOST = 128, /* from this host number on, nobody answers ARP */
};

struct peer {
    uint32_t ipv4;
    uint16_t port, device_port;
    uint32_t seq; /* of the next byte */
    uint32_t ack; /* what is expected of the device */
    uint16_t window;
    uint16_t mss; /* not 0: every segment bears this option */
};

/* The last segment that the device sent to anybody, and how many of which kind. */
struct peer_seen {
    uint8_t flags;
    uint16_t port; /* of the peer */
    uint16_t device_port;
    uint32_t seq, ack;
    size_t data_len;
    uint32_t tcp_count, data_count, reset_count, echo_count, arp_request_count, arp_reply_count;
};
extern struct peer_seen peer_seen;

/* The device, and the way to it. */
struct peer_wire {
    uint32_t device_ipv4;
    uint8_t device_mac[6];
    /* A frame to the device; may be called while it sends one itself. */
    void (*send)(const uint8_t *frame, size_t frame_len);
    /* Returns when the device has dealt with what was sent, and its answers have come. */
    void (*settle)(void);
};

/* From now on; what was seen is forgotten. */
void peer_init(const struct peer_wire *wire);
/* A frame of the device's. */
void peer_receive(const uint8_t *frame, size_t frame_len);
/* Whether one of the frames since peer_init(), of the first 64 KiB, holds this text. */
bool peer_saw(const char *text);

/* One segment. `data` may be NULL: zeros. */
void peer_send(struct peer *peer, uint8_t flags, const void *data, size_t data_len);
/* To a link address of choice. */
void peer_send_to(const uint8_t mac[6], struct peer *peer, uint8_t flags, const void *data,
                  size_t data_len);
/* SYN; the answer's number is taken over. False when none came. */
bool peer_syn(struct peer *peer);
/* The whole handshake. */
bool peer_connect(struct peer *peer);
void peer_echo_request(uint32_t ipv4);
/* The first arp_len bytes of one. */
void peer_arp_request(size_t arp_len);
/* Tells the device where this address is. */
void peer_arp_reply(uint32_t ipv4);

#endif
