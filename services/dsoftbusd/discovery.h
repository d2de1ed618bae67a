/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery on UDP 37020: dsoftbusd's announce, and its answers to queries. Packets tell where a
 * device may be, never who is there: one that fits the trust store is a place to dial, if the
 * device is being dialled. So is one that brings a root's word for such a device, which the store
 * takes first. Those that are wrong, forged or of strangers are counted and, at a
 * bounded rate, written into the journal.
 */
#ifndef DSOFTBUSD_DISCOVERY_H
#define DSOFTBUSD_DISCOVERY_H

#include "dsoftbus/handshake.h"
#include "dsoftbus/hearsay.h"
#include "dsoftbus/rate.h"
#include "limits.h"
#include "netfacade/netfacade.h"

struct discovery {
    struct net_client *net;
    const struct dsb_local *local;
    net_handle socket;
    /* Told of each announce that fits the trust store; NULL: nobody is. */
    void (*hear)(const struct dsb_device_id *device, const struct net_address *address);
    /* Is the device being dialled? NULL: none is. */
    bool (*is_sought)(const struct dsb_device_id *device);
    struct dsb_hearsay hearsay;
    bool is_heard; /* the own announce came back, from the own port */
    unsigned ignored_count;
    struct dsb_answer_rate answer_rate;
    struct dsb_rate log_rate;
    size_t announce_len;
    uint8_t announce[DSB_ANNOUNCE_MAX]; /* what is sent */
    uint8_t packet[NET_DATAGRAM_BYTES_MAX];
};

/* Binds the port and makes the announce of local, whose sessions are at session_port. */
NET_MUST_CHECK enum net_status discovery_init(struct discovery *discovery, struct net_client *net,
                                              const struct dsb_local *local, uint16_t session_port,
                                              uint64_t now_ms);

/* Sends the announce to the own discovery port over loopback; is_heard tells of its return. */
void discovery_announce_to_self(struct discovery *discovery);

/* Asks the own subnet who is there, or one address of it; answers come with discovery_turn. */
void discovery_query(struct discovery *discovery);
void discovery_query_at(struct discovery *discovery, uint32_t ipv4);

/* Takes what came, at most DATAGRAMS_PER_TURN. True when there may be more. */
DSB_MUST_CHECK bool discovery_turn(struct discovery *discovery, uint64_t now_ms);

#endif
