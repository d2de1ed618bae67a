/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: what a client's handles name (serve/serve.h). */
#ifndef NETSTACKD_SOCKET_H
#define NETSTACKD_SOCKET_H

#include "proto/net.h"
#include "ring/ring.h"
#include "serve/serve.h"
#include <stdbool.h>
#include <stdint.h>

struct tcp_pcb;
struct udp_pcb;
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
    struct serve_object object; /* kind: enum socket_kind; events: NET_EVENT_* */
    union {
        struct stream stream;
        struct listener listener;
        struct datagram datagram;
        struct ping ping;
    };
    /* In memory that the client has mapped, too; of a stream, the positions as well. */
    struct ring rx; /* stream: received bytes; udp: received datagrams, each behind its header */
    struct ring tx; /* stream: written bytes until they are acknowledged */
    bool is_used;   /* since the client attached: its memory holds something */
};

#define SOCKET_COUNT_MAX (NET_CLIENTS_MAX * NET_CLIENT_SOCKETS_MAX)
extern struct socket socket_table[SOCKET_COUNT_MAX]; /* free ones too */

/* The client attaches: its sockets' memory, with nothing in it, and the capability to it. False
 * when there is none. */
bool socket_share(const struct serve_client *client, uint32_t *capability);

/* What the client sees of its stream. */
struct net_stream_positions *socket_positions(const struct socket *socket);

/* A socket of the client's share, for the caller to fill in what belongs to the kind; NULL when the
 * share, or its part for listeners, is used up. */
struct socket *socket_allocate(struct serve_client *client, enum socket_kind kind);

#endif
