/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dsoftbusd's parts see of the world, made of memory: netstackd's facade, rngd and the
 * journal. One world per process; fake_reset before each test.
 */
#ifndef TESTS_SERVICE_FAKE_WORLD_H
#define TESTS_SERVICE_FAKE_WORLD_H

#include "dsoftbus/handshake.h"
#include "netfacade/netfacade.h"

#include <stdbool.h>

#define FAKE_STREAM_COUNT 64
#define FAKE_STREAM_MAX   16384 /* bytes one way */
#define FAKE_LINE_COUNT   512
#define FAKE_LINE_MAX     100

#define FAKE_LISTENER 1000
#define FAKE_SOCKET   1001
#define FAKE_PAIRING  1002 /* the listener of a pairing */

/* A stream, seen from the peer. Its handle is its index plus 1. */
struct fake_stream {
    net_handle listener; /* whose connection it is */
    bool accepted;
    bool closed;     /* by dsoftbusd, in order */
    bool aborted;    /* by dsoftbusd */
    bool ended;      /* by the peer: end of stream after what it sent */
    bool reset;      /* by the peer: every call fails */
    size_t room_len; /* how much dsoftbusd may still write, bytes */
    size_t step_len; /* how much one read or write moves at most, bytes */
    uint32_t ipv4;
    bool is_dialled; /* by dsoftbusd, to this address */
    uint16_t port;
    size_t in_len;  /* to dsoftbusd */
    size_t out_len; /* from dsoftbusd */
    uint8_t in[FAKE_STREAM_MAX];
    uint8_t out[FAKE_STREAM_MAX];
};

struct fake_datagram {
    struct net_address address; /* where from, where to */
    size_t len;
    uint8_t bytes[NET_DATAGRAM_BYTES_MAX];
};

struct fake_world {
    struct fake_stream streams[FAKE_STREAM_COUNT];
    size_t stream_count;
    size_t accepted_count;
    bool no_sockets; /* accept answers NET_NO_BUFFERS */
    bool pairing_listens, pairing_port_taken;
    bool no_randomness;
    uint64_t no_randomness_until_ms; /* by fake.clock */
    uint8_t ephemeral;               /* the last random byte that was given */
    struct net_interface interface;
    bool no_interface;                    /* netstackd does not say it */
    bool is_gone;                         /* netstackd, for who asks what is ready */
    unsigned attach_fails_count;          /* of the next attempts */
    struct fake_datagram in[64], out[64]; /* to and from dsoftbusd */
    size_t in_count, in_taken, out_count;
    uint64_t (*clock)(void);      /* for the next two alone */
    uint64_t journal_deadline_ms; /* lines are held until then; 0: none */
    size_t journal_told_count;
    char lines[FAKE_LINE_COUNT][FAKE_LINE_MAX]; /* the journal; closing a stream is a line too */
    size_t line_count;
    size_t signal_count; /* of applications, and whose was the last */
    uint32_t signalled;
};

extern struct fake_world fake;

void fake_reset(void);

/* A peer connects; its stream waits to be accepted. */
struct fake_stream *fake_connect(uint32_t ipv4);

/* The same, to the port of a pairing. */
struct fake_stream *fake_connect_to_pair(uint32_t ipv4);

/* The peer sends. */
void fake_send(struct fake_stream *stream, const uint8_t *bytes, size_t len);

/* A datagram for dsoftbusd. */
void fake_datagram(uint32_t ipv4, uint16_t port, const uint8_t *bytes, size_t len);

/* How many journal lines are this one. */
size_t fake_count(const char *line);

/* Where the line stands first, FAKE_LINE_COUNT when nowhere. */
size_t fake_find(const char *line);

#endif
