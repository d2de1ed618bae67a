/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's endpoint for applications, version 1: one request, one answer, synchronous, none
 * waits for the network. An application offers a service under a name and gets the streams of the
 * peers that may use it, and opens streams to services of other devices; it holds no key and no
 * socket. Integers are little-endian. */
#ifndef PROTO_BUS_H
#define PROTO_BUS_H

#include "proto/serve.h"

#include <stdint.h>

#define BUS_PROTOCOL_VERSION 1
/* Bytes of one read or write: what is left of a message behind its head. */
#define BUS_STREAM_BYTES_MAX 4088
/* A device's id, a service's name. */
#define BUS_NAME_LEN_MAX 64

enum bus_op {
    BUS_OP_ATTACH = SERVE_OP_ATTACH, /* answer: the version */
    BUS_OP_READY = SERVE_OP_READY,
    BUS_OP_PUBLISH = SERVE_OP_FIRST, /* answer: a handle, of the service */
    BUS_OP_ACCEPT, /* service; answer: struct bus_accept_reply, a stream's handle */
    BUS_OP_READ,   /* stream; answer: as many bytes as its value says, 0: the end */
    BUS_OP_WRITE,  /* stream; answer: how many bytes were taken */
    BUS_OP_FINISH, /* stream: nothing more is written */
    BUS_OP_RESET,  /* stream: both ways are over, the handle too */
    BUS_OP_CLOSE, /* service: not offered any more; stream: as RESET with CANCELLED unless both ways
                     ended; watch: it ends */
    BUS_OP_CONNECT, /* answer: a stream's handle; dsoftbusd dials the device if it has to */
    BUS_OP_REASON,  /* stream; answer: enum bus_reason */
    BUS_OP_WATCH,   /* answer: a handle, of a watch on the devices that the caller may connect to */
    BUS_OP_NEXT,    /* watch; answer: struct bus_next_reply, what changed */
    BUS_OP_COUNT,
};

enum bus_status {
    BUS_OK = SERVE_OK,
    BUS_NOT_FOUND = SERVE_NOT_FOUND,
    BUS_MALFORMED = SERVE_MALFORMED, /* also: no name of a service */
    BUS_WOULD_BLOCK = SERVE_WOULD_BLOCK,
    BUS_NO_BUFFERS = SERVE_NO_BUFFERS,
    BUS_IO = SERVE_IO,
    BUS_NOT_ALLOWED = SERVE_STATUS_COUNT, /* this caller may not publish this name, or
                                           not connect to this service of this device */
    BUS_EXISTS,                           /* the name is published already */
    BUS_ENDED, /* the stream is over, by a reset or with its session: what is missing never comes */
    BUS_NOT_TRUSTED, /* the device is not in the trust store */
    BUS_STATUS_COUNT,
};

/* What READY tells. */
/* Service: a stream came. Stream: bytes, or an end. Watch: a change. */
#define BUS_EVENT_READ_MASK 1u
/* Stream: room, or an end. */
#define BUS_EVENT_WRITE_MASK 2u

/* Codes of RESET, as on the wire (RFC-0008). */
enum bus_reset {
    BUS_RESET_BUSY = 3,
    BUS_RESET_CANCELLED = 4,
    BUS_RESET_GONE = 5,
    BUS_RESET_PROTOCOL = 6,
};

/* Why a stream is over: RESET's code, or that it never came to be. */
enum bus_reason {
    BUS_REASON_NONE = 0, /* it is not, or both ways ended well */
    BUS_REASON_NO_SUCH_SERVICE = 1,
    BUS_REASON_NOT_ALLOWED = 2,
    BUS_REASON_BUSY = BUS_RESET_BUSY,
    BUS_REASON_CANCELLED = BUS_RESET_CANCELLED,
    BUS_REASON_GONE = BUS_RESET_GONE,
    BUS_REASON_PROTOCOL = BUS_RESET_PROTOCOL,
    BUS_REASON_UNREACHABLE = 1 << 16, /* no session came of any address (above all codes) */
    BUS_REASON_NO_ADDRESS,            /* nobody told where the device is */
};

typedef serve_handle bus_handle;

/* Zero behind its end. */
struct bus_name {
    uint32_t len; /* 1 .. BUS_NAME_LEN_MAX */
    char text[BUS_NAME_LEN_MAX];
};

/* Offered to every trusted peer; without it, to those whose line of the trust store names it. */
#define BUS_PUBLISH_TO_ALL 1u

struct bus_publish_request {
    struct serve_request head;
    struct bus_name service;
    uint32_t flags;
};

struct bus_accept_reply {
    struct serve_reply head;
    struct bus_name peer; /* the id that its key is bound to */
};

struct bus_read_request {
    struct serve_request head;
    uint32_t capacity_len; /* 1 .. BUS_STREAM_BYTES_MAX */
    uint32_t reserved;     /* 0 */
};

struct bus_read_reply {
    struct serve_reply head;
    uint8_t data[BUS_STREAM_BYTES_MAX];
};

struct bus_write_request {
    struct serve_request head;
    uint8_t data[BUS_STREAM_BYTES_MAX]; /* 1 or more of them are sent */
};

struct bus_reset_request {
    struct serve_request head;
    uint32_t code;     /* enum bus_reset */
    uint32_t reserved; /* 0 */
};

struct bus_connect_request {
    struct serve_request head;
    struct bus_name device;
    struct bus_name service;
};

/* The head's value is 1: online, a session is there; 0: offline. */
struct bus_next_reply {
    struct serve_reply head;
    struct bus_name device;
};

union bus_any_request {
    struct serve_request head;
    struct bus_publish_request publish;
    struct bus_read_request read;
    struct bus_write_request write;
    struct bus_reset_request reset;
    struct bus_connect_request connect;
};

union bus_any_reply {
    struct serve_reply head;
    struct bus_accept_reply accept;
    struct bus_read_reply read;
    struct bus_next_reply next;
};

_Static_assert(sizeof(struct bus_publish_request) == 80, "wire layout");
_Static_assert(sizeof(struct bus_accept_reply) == 76, "wire layout");
_Static_assert(sizeof(struct bus_read_request) == 16, "wire layout");
_Static_assert(sizeof(struct bus_reset_request) == 16, "wire layout");
_Static_assert(sizeof(struct bus_connect_request) == 144, "wire layout");
_Static_assert(sizeof(struct bus_next_reply) == 76, "wire layout");
_Static_assert(sizeof(union bus_any_request) == 4096, "a message");
_Static_assert(sizeof(union bus_any_reply) == 4096, "a message");

#endif
