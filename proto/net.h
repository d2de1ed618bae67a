/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets facade of netstackd, version 2: one request message, one reply message, synchronous;
 * the bytes of streams pass through memory that ATTACH gives. RFC-0006
 * (docs/rfcs/RFC-0006-userspace-networking-v1.md) says what each operation means; this file says
 * how long everything is. Integers are little-endian, addresses and ports included. */
#ifndef PROTO_NET_H
#define PROTO_NET_H

#include "proto/ring.h"
#include "proto/serve.h"

#include <stdint.h>

#define NET_PROTOCOL_VERSION 2

/* Bytes of one read or write, and of one segment inside the machine: two in a window. */
#define NET_STREAM_BYTES_MAX 4088
/* Payload of one datagram: an Ethernet frame's 1500 bytes less IPv4 (20) and UDP (8) headers.
 * Nothing fragments, on the loopback neither. */
#define NET_DATAGRAM_BYTES_MAX 1472
#define NET_MESSAGE_BYTES_MAX  (16 + NET_DATAGRAM_BYTES_MAX) /* the longest request, and answer */

/* Shares. Each client owns its share alone, so that none can take another's. */
#define NET_CLIENTS_MAX          4  /* the profiles' largest number of networked processes */
#define NET_CLIENT_SOCKETS_MAX   40 /* of every kind: a server of 32, and room beside it */
#define NET_CLIENT_LISTENERS_MAX 4  /* of those */
#define NET_BACKLOG_MAX          16 /* connections of one listener not yet accepted */
/* Bytes buffered in each direction of one stream, or queued for one UDP socket. */
#define NET_STREAM_WINDOW_BYTES 8192

#define NET_PING_TIMEOUT_MS_MAX 10000 /* a ping is waited for no longer than this */
/* After close, bytes still to be sent and the peer's own close are waited for this long; until then
 * the socket counts against its client's share. */
#define NET_LINGER_MS 20000

/* The badge of a client's capability to netstackd's endpoint is 1 .. NET_CLIENTS_MAX. netstackd's
 * notification carries the device's interrupt and, by badge, the deaths of clients. */
#define NET_NOTIFY_IRQ_BIT 0
static inline uint64_t net_notify_irq_mask(void)
{
    return (uint64_t)1 << NET_NOTIFY_IRQ_BIT;
}

enum net_op {
    NET_OP_ATTACH = SERVE_OP_ATTACH, /* its answer brings the memory: struct net_shared */
    NET_OP_READY = SERVE_OP_READY,
    NET_OP_INTERFACE = SERVE_OP_FIRST,
    NET_OP_LISTEN,
    NET_OP_ACCEPT,
    NET_OP_CONNECT,
    NET_OP_READ,
    NET_OP_WRITE,
    NET_OP_CLOSE,
    NET_OP_LOCAL_ADDRESS,
    NET_OP_REMOTE_ADDRESS,
    NET_OP_UDP_BIND,
    NET_OP_SEND_TO,
    NET_OP_RECEIVE_FROM,
    NET_OP_PING,
    NET_OP_PING_RESULT,
    NET_OP_ABORT,
    NET_OP_COUNT,
};

enum net_status {
    NET_OK = SERVE_OK,
    NET_NOT_FOUND = SERVE_NOT_FOUND,
    NET_MALFORMED = SERVE_MALFORMED,
    NET_WOULD_BLOCK = SERVE_WOULD_BLOCK,
    NET_NO_BUFFERS = SERVE_NO_BUFFERS,
    NET_IO = SERVE_IO,               /* also: no route, the link is down, the device failed */
    NET_IN_USE = SERVE_STATUS_COUNT, /* the local port is taken */
    NET_NOT_CONNECTED,               /* the connection was refused by the peer */
    NET_DISCONNECTED,                /* the established connection was reset */
    NET_TIMED_OUT,                   /* no answer in time */
    NET_STATUS_COUNT,
};

typedef serve_handle net_handle;

struct net_address {
    uint32_t ipv4; /* 127.0.0.1 is 0x7f000001; 0 as a local address means every interface */
    uint16_t port;
    uint16_t reserved; /* zero */
};

struct net_listen_request {
    struct serve_request head;
    struct net_address local; /* port 0: netstackd chooses */
    uint32_t backlog_count;   /* 1 .. NET_BACKLOG_MAX */
    uint32_t reserved;        /* zero */
};

struct net_accept_reply {
    struct serve_reply head; /* value: the new handle */
    struct net_address remote;
};

/* Also the form of UDP_BIND, with the local address. */
struct net_address_request {
    struct serve_request head;
    struct net_address address;
};

struct net_address_reply {
    struct serve_reply head;
    struct net_address address;
};

/* READ's answer is a serve_reply whose value counts the bytes in the stream's `in` ring; 0 is the
 * end of the stream. */

/* WRITE: what the client has put into the stream's `out` ring is to be sent. */
struct net_write_request {
    struct serve_request head;
    uint32_t want_len; /* bytes it has to put, 0 .. NET_STREAM_BYTES_MAX; none at all asks only
                          whether the connection stands */
    uint32_t reserved; /* zero */
};

struct net_send_to_request {
    struct serve_request head;
    struct net_address remote;
    uint8_t data[NET_DATAGRAM_BYTES_MAX];
};

struct net_receive_from_reply {
    struct serve_reply head; /* value: bytes of data, 0 included */
    struct net_address remote;
    uint8_t data[NET_DATAGRAM_BYTES_MAX];
};

struct net_ping_request {
    struct serve_request head;
    uint32_t ipv4;
    uint32_t timeout_ms; /* 1 .. NET_PING_TIMEOUT_MS_MAX */
};

struct net_ping_reply {
    struct serve_reply head;
    uint64_t round_trip_ns;
};

struct net_interface {
    uint32_t ipv4;
    uint32_t netmask;
    uint32_t gateway;
    uint16_t mtu_len; /* bytes */
    uint8_t link_up;  /* 0 or 1 */
    uint8_t mac[6];
    uint8_t reserved[3]; /* zero */
    uint32_t pool_use; /* what the network's pools hold now; for tests, which watch it for leaks */
};

struct net_interface_reply {
    struct serve_reply head;
    struct net_interface interface;
};

/* What READY's events tell. */
enum {
    NET_EVENT_READ_MASK =
        1u << 0, /* read, receive-from, accept, ping-result; end and failure too */
    NET_EVENT_WRITE_MASK = 1u << 1, /* write, connect's outcome; failure too */
};

struct net_ready_reply {
    struct serve_reply head; /* value: events that follow */
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
};

/* --- memory that netstackd shares with each client --------------------------------------------
 * A stream's rings are at the place of its socket in the client's share: of `in` netstackd is the
 * producer, of `out` the client. Both begin at position 0 with the stream. Each side believes of
 * the other what can be (lib/ring). */

struct net_stream_positions {
    struct ring_positions in;
    struct ring_positions out;
    uint32_t in_is_short;  /* netstackd: the peer may send less than a segment; a client that has
                              read until half of `in` is free calls READ */
    uint32_t in_is_open;   /* netstackd: to READ an empty `in` would answer would-block */
    uint32_t in_is_wanted; /* the client: it met an empty `in`, and is to be told as after
                              would-block. netstackd takes it back */
    uint32_t reserved;
};

struct net_stream_bytes {
    uint8_t in[NET_STREAM_WINDOW_BYTES];
    uint8_t out[NET_STREAM_WINDOW_BYTES];
};

struct net_shared {
    _Alignas(64) struct net_stream_positions positions[NET_CLIENT_SOCKETS_MAX];
    struct net_stream_bytes bytes[NET_CLIENT_SOCKETS_MAX];
};

/* Where a handle's rings are. A client that was told a handle finds them inside of its memory,
 * whatever it was told. */
static inline uint32_t net_place(net_handle handle)
{
    return (serve_handle_number(handle) - 1) % NET_CLIENT_SOCKETS_MAX;
}

/* A buffer that holds any request, or any reply; aligned so that payloads are copied by words. */
union net_any_request {
    _Alignas(8) struct serve_request head;
    struct net_listen_request listen;
    struct net_address_request address;
    struct net_write_request write;
    struct net_send_to_request send_to;
    struct net_ping_request ping;
};

union net_any_reply {
    _Alignas(8) struct serve_reply head;
    struct net_accept_reply accept;
    struct net_address_reply address;
    struct net_receive_from_reply receive_from;
    struct net_ping_reply ping;
    struct net_interface_reply interface;
    struct net_ready_reply ready;
};

_Static_assert(sizeof(struct net_address) == 8, "wire layout");
_Static_assert(sizeof(struct net_listen_request) == 24, "wire layout");
_Static_assert(sizeof(struct net_accept_reply) == 16, "wire layout");
_Static_assert(sizeof(struct net_address_request) == 16, "wire layout");
_Static_assert(sizeof(struct net_address_reply) == 16, "wire layout");
_Static_assert(sizeof(struct net_write_request) == 16, "wire layout");
_Static_assert(sizeof(struct net_stream_positions) == 32, "shared layout");
_Static_assert(sizeof(struct net_shared) % 64 == 0, "shared layout");
_Static_assert(sizeof(struct net_send_to_request) == 16 + NET_DATAGRAM_BYTES_MAX, "wire layout");
_Static_assert(sizeof(struct net_receive_from_reply) == 16 + NET_DATAGRAM_BYTES_MAX, "wire layout");
_Static_assert(sizeof(struct net_ping_request) == 16, "wire layout");
_Static_assert(sizeof(struct net_ping_reply) == 16, "wire layout");
_Static_assert(sizeof(struct net_interface) == 28, "wire layout");
_Static_assert(sizeof(struct net_interface_reply) == 36, "wire layout");
_Static_assert(sizeof(union net_any_request) == NET_MESSAGE_BYTES_MAX, "one message");
_Static_assert(sizeof(union net_any_reply) == NET_MESSAGE_BYTES_MAX, "one message");
_Static_assert(sizeof(struct net_ready_reply) == 8 + 8 * NET_CLIENT_SOCKETS_MAX, "wire layout");

#endif
