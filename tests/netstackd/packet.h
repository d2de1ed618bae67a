/* SPDX-License-Identifier: Apache-2.0 */
/* One Ethernet frame, as fields: written as anybody on the wire could write it, and read. */
#ifndef NET_PACKET_H
#define NET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACKET_FRAME_BYTES_MAX = 1514,
    PACKET_ETHERNET_LEN = 14,
    PACKET_IP_LEN = 20,  /* without options */
    PACKET_TCP_LEN = 20, /* without options */
    PACKET_ARP_LEN = 28,
};

enum packet_kind {
    PACKET_OTHER, /* read only */
    PACKET_ARP_REQUEST,
    PACKET_ARP_REPLY,
    PACKET_ECHO_REQUEST,
    PACKET_ECHO_REPLY,
    PACKET_UNREACHABLE, /* `data` is what it refers to; written only */
    PACKET_UDP,
    PACKET_TCP,
};

enum packet_flags {
    PACKET_FIN = 1,
    PACKET_SYN = 2,
    PACKET_RST = 4,
    PACKET_PSH = 8,
    PACKET_ACK = 16,
};

struct packet {
    enum packet_kind kind;
    uint8_t to_mac[6];
    uint32_t source, destination;           /* IPv4; of ARP: who speaks, and who is asked for */
    uint16_t source_port, destination_port; /* of an echo: its identifier, its number */
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t window;
    const uint8_t *options; /* TCP's */
    size_t options_len;     /* a multiple of 4 */
    const uint8_t *data;    /* NULL when written: zeros */
    size_t data_len;
};

/* The link address of a station of ours, by its IPv4; frames come from that of their source. */
void packet_mac_of(uint8_t mac[6], uint32_t ipv4);
/* Returns the frame's length; the frame has room for PACKET_FRAME_BYTES_MAX. */
size_t packet_write(uint8_t *frame, const struct packet *packet);
/* False for what is cut short. Pointers lead into the frame. Checksums are not looked at. */
bool packet_read(struct packet *packet, const uint8_t *frame, size_t frame_len);
/* Puts the IPv4 header's lengths and every checksum right, whatever else the frame says. */
void packet_mend(uint8_t *frame, size_t frame_len);

#endif
