/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the pairing protocol over one stream of the sockets facade: bytes in and out, and its
 * deadline. */
#ifndef DSOFTBUSD_PAIRING_RUN_H
#define DSOFTBUSD_PAIRING_RUN_H

#include "dsoftbus/pairing.h"
#include "netfacade/netfacade.h"

/* Free when stream is 0. */
struct pairing_run {
    net_handle stream;
    bool is_ready;   /* worth a turn */
    bool is_attempt; /* it has had its guess */
    uint64_t deadline_ms;
    struct dsb_pairing run;
    size_t in_len;
    uint8_t in[DSB_PAIRING_MESSAGE_MAX];
};

enum pairing_read {
    PAIRING_READ_EVENT,   /* *event, of dsb_pairing_receive */
    PAIRING_READ_NOTHING, /* until there is more to read */
    PAIRING_READ_GONE,    /* the other side closed, or the connection failed */
};

/* Reads up to the end of one message. */
DSB_MUST_CHECK enum pairing_read pairing_run_read(struct pairing_run *run, struct net_client *net,
                                                  enum dsb_pairing_event *event);

/* Writes what is due. False: the connection is gone. Messages are shorter than a stream's buffer,
 * so one that takes no more is as good as gone. */
DSB_MUST_CHECK bool pairing_run_flush(struct pairing_run *run, struct net_client *net);

/* Wipes; the run is free. One that is done closes its stream so that what was said arrives, any
 * other leaves nothing behind. */
void pairing_run_end(struct pairing_run *run, struct net_client *net, bool is_done);

#endif
