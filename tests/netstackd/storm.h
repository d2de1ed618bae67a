/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire full of hostile stations: it knows TCP, keeps each connection's numbers, and does with
 * them whatever a peer could. Everything follows from the seed and from what the device answers. It
 * does no I/O and has no clock: storm_step() makes a move, storm_receive() hears the device, frames
 * leave by a callback.
 *
 * Its stations have the host numbers STORM_HOST_FIRST and up of the device's subnet. It never
 * speaks for another station there but the gateway and the device itself, unless a spoilt frame
 * happens to: never for one from STORM_OTHERS_FIRST to STORM_OTHERS_LAST, which can be served, and
 * must be.
 */
#ifndef NET_STORM_H
#define NET_STORM_H

#include "netstackd/packet.h"

enum {
    STORM_CONNECTIONS = 16,
    STORM_PORTS_MAX = 4,
    STORM_OTHERS_FIRST =
        96, /* three bits away from every station's number, one more than are flipped */
    STORM_OTHERS_LAST = 127,
    STORM_HOST_FIRST = 128,
    STORM_HOST_COUNT = 32, /* these answer ARP; the same number behind them do not */
    STORM_FRAMES_PER_STEP_MAX = 4,
    STORM_PORT_FIRST = 20000, /* where its stations listen, and call from */
};

enum storm_state {
    STORM_FREE,
    STORM_SYN_SENT,
    STORM_OPEN,
    STORM_SILENT, /* it is there, and says nothing any more */
};

struct storm_connection {
    enum storm_state state;
    uint32_t ipv4;
    uint16_t port, device_port;
    uint32_t first_seq; /* of the stream's first byte */
    uint32_t seq;       /* of our next byte */
    uint32_t ack;       /* of the device's next byte */
    uint32_t heard_ack; /* the last one that the device sent */
    uint16_t window;
    bool is_pinched; /* it waits with a closed window, and takes probes */
};

/* What the storm did, and how often. */
enum storm_move {
    STORM_SYN,
    STORM_DATA,
    STORM_DATA_BEYOND, /* leaves a gap */
    STORM_DATA_AGAIN,  /* overlaps what was sent */
    STORM_WINDOW,
    STORM_PINCH, /* one more byte for a closed window */
    STORM_ACK_PART,
    STORM_ACK_WRONG,
    STORM_OPTIONS,
    STORM_END,
    STORM_RESET,
    STORM_SYN_AGAIN,
    STORM_FLAGS,
    STORM_SILENCE,
    STORM_FORGET,
    STORM_SYN_FORGED,
    STORM_ARP,
    STORM_PING,
    STORM_UDP,
    STORM_ICMP_ERROR,
    STORM_FRAGMENT,
    STORM_IP_OPTIONS,
    STORM_FOREIGN_MAC,
    STORM_OUR_ADDRESS, /* the device's own, or the loopback's, as the source */
    STORM_SHORT,
    STORM_FLIPPED,
    STORM_SUM,
    STORM_MOVE_COUNT,
};

struct storm_config {
    uint64_t seed;
    uint32_t device_ipv4, gateway_ipv4;
    uint32_t station_count; /* 1 to STORM_HOST_COUNT: from so many hosts its connections come */
    uint8_t device_mac[6];
    uint16_t tcp_ports[STORM_PORTS_MAX], udp_ports[STORM_PORTS_MAX]; /* 0: none */
    /* What many of its streams, and of its datagrams, begin with; borrowed. */
    const uint8_t *stream_opening, *datagram_opening;
    size_t stream_opening_len, datagram_opening_len;
    void (*send)(const uint8_t *frame, size_t frame_len);
};

struct storm {
    struct storm_config config;
    uint64_t random;
    struct storm_connection connections[STORM_CONNECTIONS];
    uint32_t move_count[STORM_MOVE_COUNT];
    uint32_t opened_count;   /* handshakes that the device finished */
    uint32_t accepted_count; /* connections that the device began */
    uint64_t received_len;   /* bytes in order */
    uint64_t digest;         /* of every frame sent: two runs are the same when it is */
};

void storm_init(struct storm *storm, const struct storm_config *config);
/* One move: at most STORM_FRAMES_PER_STEP_MAX frames. */
void storm_step(struct storm *storm);
/* A frame of the device's; answered by one frame at most. */
void storm_receive(struct storm *storm, const uint8_t *frame, size_t frame_len);
const char *storm_move_name(enum storm_move move);

#endif
