/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: each belongs to one client, in that client's own slots; a handle names a slot and the
 * life that began in it. A socket can be named only from the moment its handle was given out until
 * it ends: handles can be computed, so a number alone proves nothing. */
#ifndef NETSTACKD_SOCKET_H
#define NETSTACKD_SOCKET_H

#include "proto/net.h"
#include "ring.h"
#include <stdbool.h>
#include <stdint.h>

struct tcp_pcb;
struct udp_pcb;
struct client;
struct socket;

enum socket_kind {
    SOCKET_FREE = 0,
    SOCKET_LISTENER,
    SOCKET_STREAM,
    SOCKET_UDP,
    SOCKET_PING,
    SOCKET_KIND_COUNT,
};

enum stream_state {
    STREAM_CONNECTING, /* SYN sent */
    STREAM_OPEN,
    STREAM_ENDED,     /* the peer closed its direction; ours still works */
    STREAM_FAILED,    /* no pcb any more; `failure` says why */
    STREAM_LINGERING, /* closed by the client, bytes or FIN still on their way */
};

struct stream {
    enum stream_state state;
    enum net_status failure;
    struct tcp_pcb *pcb;
    struct socket *listener; /* whose queue it waits in; NULL once accepted, and when connected */
    uint32_t given_pos;      /* position of the tx ring up to which lwIP has the bytes */
    bool fin_given;
    uint64_t linger_end_ns;
};

struct listener {
    struct tcp_pcb *pcb;
    uint32_t waiting_count;
    /* Streams not yet accepted, oldest first: each has a pcb, and no handle. */
    struct socket *waiting[NET_BACKLOG_MAX];
};

struct datagram {
    struct udp_pcb *pcb;
};

enum ping_state {
    PING_WAITING,
    PING_ANSWERED,
    PING_TIMED_OUT,
};

struct ping {
    enum ping_state state;
    uint16_t sequence;
    uint32_t ipv4;
    uint64_t sent_ns;
    uint64_t round_trip_ns;
};

struct socket {
    enum socket_kind kind;
    struct client *client;
    bool named;          /* its handle was given out and has not ended */
    uint32_t generation; /* of the handle; moves when the handle ends */
    uint32_t armed_mask; /* NET_EVENT_*: answered would-block, not yet ready */
    uint32_t ready_mask; /* NET_EVENT_*: to be told by READY */
    union {
        struct stream stream;
        struct listener listener;
        struct datagram datagram;
        struct ping ping;
    };
    struct ring rx; /* stream: received bytes; udp: received datagrams, each behind its header */
    struct ring tx; /* stream: written bytes until they are acknowledged */
};

/* A slot of the client's share, for the caller to fill in what belongs to the kind; NULL when the
 * share, or its part for listeners, is used up. */
struct socket *socket_allocate(struct client *client, enum socket_kind kind);
void socket_free(struct socket *socket);

/* Gives the socket's handle out: from now on it names the socket. */
net_handle socket_give_handle(struct socket *socket);
net_handle socket_handle(const struct socket *socket);
/* The handle means nothing from now on; the slot stays taken. */
void socket_end_handle(struct socket *socket);
/* NULL unless `handle` was given to this very client and has not ended. */
struct socket *socket_find(struct client *client, net_handle handle);

/* The operation answered would-block: tell when one of these events comes. */
enum net_status socket_would_block(struct socket *socket, uint32_t events_mask);
/* It came. */
void socket_event(struct socket *socket, uint32_t events_mask);

#endif
