/* SPDX-License-Identifier: Apache-2.0 */
/* A peer on the wire that the test moves by hand: it answers ARP when told to, and sends whatever
 * TCP segment the test wants. */
#ifndef NET_WIRE_PEER_H
#define NET_WIRE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PEER_IPV4 0x0a000207u /* 10.0.2.7 */
#define WIRE_PEER_PORT 7000

enum {
    WIRE_FIN = 0x01,
    WIRE_SYN = 0x02,
    WIRE_RST = 0x04,
    WIRE_ACK = 0x10,
};

struct wire_segment {
    uint16_t own_port; /* the machine's */
    uint32_t sequence;
    uint32_t acknowledged;
    uint8_t flags;
    uint16_t window;
};

/* Frames that the machine sends are heard from now on. */
void wire_peer_start(void);
/* The last TCP segment that the machine sent to the peer. */
extern struct wire_segment wire_peer_heard;
/* How many of its TCP segments carried bytes. */
extern uint32_t wire_peer_data_count;
/* Whether any frame since the start held these bytes. */
bool wire_peer_saw(const char *text);

void wire_peer_answer_arp(void);
void wire_peer_send(const struct wire_segment *segment);

#endif
