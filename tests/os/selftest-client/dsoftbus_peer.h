/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who selftest-client is, whom it means to reach, and where that is: identity and trust store from
 * its data files, the address by a discovery query. The key of the target comes from the trust
 * store alone.
 */
#ifndef DSOFTBUS_PEER_H
#define DSOFTBUS_PEER_H

#include "selftest.h"

#include "dsoftbus/announce.h"
#include "dsoftbus/handshake.h"
#include "dsoftbus/rate.h"

#define TRUST_MAX 8

/* A query is asked again after this long; so often. */
#define QUERY_AGAIN_MS  200
#define QUERY_COUNT_MAX 25

/* Longest record unit that our sessions accept, bytes. */
#define OWN_RECORD_UNIT_MAX 1024
#define OWN_WINDOW          1024 /* of a stream, bytes */

/* Longest prologue of a handshake, bytes. */
#define PROLOGUE_MAX (12 + DSB_DEVICE_ID_MAX)

struct dsoftbus {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entries[TRUST_MAX];
    struct dsb_trust_store trust;
    struct dsb_local local;
    const struct dsb_trust_entry *target; /* the first of the trust store: dsoftbusd */
    struct net_address address;           /* where its sessions are, once it was found */
    struct dsb_rate ask_rate;
};

/* This process's one. */
extern struct dsoftbus dsoftbus;

/* Asks for the target over loopback until it answers or a few seconds pass, and sets the address.
 */
bool dsoftbus_find(struct selftest *selftest);

/* Sends a query from the socket to dsoftbusd, no more often than it answers one asker. */
bool dsoftbus_query(struct selftest *selftest, net_handle socket);

/* Waits on the socket for an announce of the target with the trusted key, passing over others, and
 * sets the address. False at the deadline (ticks). Even such an announce is only a hint where to
 * knock. */
bool dsoftbus_await_announce(struct selftest *selftest, net_handle socket, uint64_t deadline);

/* For who does Noise by hand: "DSoftBus/2", a zero byte, the responder's id with its length.
 * Returns how long it is. */
size_t dsoftbus_prologue(uint8_t out[PROLOGUE_MAX], const struct dsb_device_id *id);

/* Fills bytes from rngd; false, and says so, when it has none. */
bool dsoftbus_random(uint8_t *bytes, size_t bytes_len);

/* Milliseconds of the library's clock. */
uint64_t dsoftbus_now_ms(void);

#endif
