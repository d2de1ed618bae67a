/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the pairing protocol over one TCP connection: bytes in and out, and its deadline. */
#ifndef NODE_PAIRING_H
#define NODE_PAIRING_H

#include "dsoftbus/pairing.h"
#include "node/engine/endpoint.h"

/* Unused when fd is below 0. */
struct pairing {
    int fd;          /* non-blocking */
    bool is_attempt; /* a window's: it has had its guess */
    struct dsb_pairing run;
    uint8_t in[DSB_PAIRING_MESSAGE_MAX];
    size_t in_len;
    uint64_t deadline_ms; /* of clock_ms() */
};

/* Connects to one of the addresses that `host` (HOST, HOST:PORT) has. The socket, or -1 and *e. */
MUST_CHECK int pairing_dial(const char *host, uint16_t default_port, struct error *e);

/* Begins a run on fd, which the pairing closes from now on. */
MUST_CHECK bool pairing_begin(struct pairing *pairing, int fd, enum dsb_pairing_role role,
                              const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN],
                              const char *code, struct error *e);

/* Writes all that is due. False: the connection is gone. Messages are shorter than a socket's
 * buffer, so one that takes no more is as good as gone. */
MUST_CHECK bool pairing_flush(struct pairing *pairing);

enum pairing_read {
    PAIRING_READ_EVENT,   /* *event, of dsb_pairing_receive */
    PAIRING_READ_NOTHING, /* until there is more to read */
    PAIRING_READ_GONE,    /* the other side closed, or the connection failed */
};

/* Reads up to the end of one message. */
MUST_CHECK enum pairing_read pairing_read(struct pairing *pairing, enum dsb_pairing_event *event);

/* Closes and wipes; does nothing when unused. */
void pairing_end(struct pairing *pairing);

#endif
