/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An honest session with the target: the library's initiator on a stream. Each call waits until it
 * is done, or failed, or its deadline came.
 */
#ifndef SELFTEST_DSOFTBUS_LINK_H
#define SELFTEST_DSOFTBUS_LINK_H

#include "dsoftbus/link.h"
#include "dsoftbus_peer.h"

/* Places that are tried for one target: a forger must answer that often before the device does. */
#define CANDIDATE_MAX 8

struct link {
    net_handle stream;
    struct dsb_link link;
    uint8_t in[DSB_FRAME_HEADER_LEN + OWN_RECORD_UNIT_MAX];
    uint8_t out[DSB_FRAME_HEADER_LEN + OWN_RECORD_UNIT_MAX];
};

/* Connects as `local` to `target` at `address`. DSB_REASON_NONE when authenticated; otherwise why
 * not, and nothing is left to close. DSB_REASON_LOCAL_ABORTED when there was no TCP connection. */
DSB_MUST_CHECK enum dsb_reason link_connect(struct selftest *selftest, struct link *link,
                                            const struct dsb_local *local,
                                            const struct dsb_device_id *target,
                                            const struct net_address *address);

/*
 * Looks for the target over the loopback with queries from the UDP socket, and connects. An
 * announce proves nothing, so each that fits is tried, CANDIDATE_MAX at most, until one leads to
 * the target. Returns as link_connect does, of the last one.
 */
DSB_MUST_CHECK enum dsb_reason link_dial(struct selftest *selftest, struct link *link,
                                         net_handle socket);

/* The bytes come back in a PONG; a DATA record comes back identical. */
bool link_ping(struct selftest *selftest, struct link *link, const uint8_t *bytes,
               size_t bytes_len);
bool link_echo(struct selftest *selftest, struct link *link, const uint8_t *bytes,
               size_t bytes_len);

/* Ends the session with CLOSE both ways, and closes the stream. True when it was a clean end. */
bool link_close(struct selftest *selftest, struct link *link);

/* Leaves without a word. */
void link_leave(struct selftest *selftest, struct link *link);

#endif
