/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the wire, as a stranger would write it: every field of every segment is the
 * test's. It answers ARP for all of the subnet but the silent part, and remembers what came. */
#ifndef NET_PEER_H
#define NET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PEER_FIN = 1,
    PEER_SYN = 2,
    PEER_RST = 4,
    PEER_ACK = 16,
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
    uint32_t seq, ack;
    size_t data_len;
    uint32_t tcp_count, reset_count, echo_count, arp_request_count, arp_reply_count;
};
extern struct peer_seen peer_seen;

/* The device's frames come here. */
void peer_attach(void);
/* One segment, processed at once. `data` may be NULL: zeros. */
void peer_send(struct peer *peer, uint8_t flags, const void *data, size_t data_len);
/* To a link address of choice. */
void peer_send_to(const uint8_t mac[6], struct peer *peer, uint8_t flags, const void *data,
                  size_t data_len);
/* SYN; the answer's number is taken over. False when none came. */
bool peer_syn(struct peer *peer);
/* The whole handshake. */
bool peer_connect(struct peer *peer);
void peer_echo_request(uint32_t ipv4);
void peer_arp_request(size_t arp_len);

#endif
