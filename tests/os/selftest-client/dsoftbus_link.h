/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An honest session with the target: the library's initiator on a stream. Each call waits until it
 * is done, or failed, or its deadline came.
 */
#ifndef SELFTEST_DSOFTBUS_LINK_H
#define SELFTEST_DSOFTBUS_LINK_H

#include "dsoftbus/stream_link.h"
#include "dsoftbus_peer.h"

/* Places that are tried for one target: a forger must answer that often before the device does. */
#define CANDIDATE_MAX 8

struct link {
    net_handle stream;
    struct dsb_link link;
    uint8_t in_gap[DSB_LINK_GAP], in[DSB_FRAME_HEADER_LEN + OWN_RECORD_UNIT_MAX];
    uint8_t out_gap[DSB_LINK_GAP], out[DSB_FRAME_HEADER_LEN + OWN_RECORD_UNIT_MAX];
    struct dsb_streams streams; /* one at a time, this side's */
    struct dsb_stream slot;
    uint16_t reset_code; /* of the peer's last RESET */
    uint8_t bytes[2 * OWN_WINDOW];
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

/* The bytes come back in a PONG; those of a stream to `echo` come back identical, and then its end.
 */
bool link_ping(struct selftest *selftest, struct link *link, const uint8_t *bytes,
               size_t bytes_len);
bool link_echo(struct selftest *selftest, struct link *link, const uint8_t *bytes,
               size_t bytes_len);

/* Opens a stream to the service, says what there is to say, and hears its answer to the end:
 * DSB_RESET_NONE, or the code by which the stream was reset. LINK_CALL_FAILED: neither came in
 * time, or more than cap bytes did. */
#define LINK_CALL_FAILED UINT16_MAX
uint16_t link_call(struct selftest *selftest, struct link *link, const char *service,
                   uint8_t *answer, size_t cap, size_t *answer_len);
uint16_t link_tell(struct selftest *selftest, struct link *link, const char *service,
                   const uint8_t *bytes, size_t bytes_len, uint8_t *answer, size_t cap,
                   size_t *answer_len);

/* Ends the session with CLOSE both ways, and closes the stream. True when it was a clean end. */
bool link_close(struct selftest *selftest, struct link *link);

/* Leaves without a word. */
void link_leave(struct selftest *selftest, struct link *link);

#endif
