/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol's packets (RFC-0009): a packet is a line of words, without I/O. */
#ifndef NODE_CLIENT_PACKET_H
#define NODE_CLIENT_PACKET_H

#include "node/client/dsoftbus-client.h"

#include <stddef.h>

#define PACKET_MAX 1024 /* bytes, without an end: the protocol's bound */

/* What was asked, which says what the answer looks like. */
enum packet_asked {
    ASKED_NOTHING,
    ASKED_HELLO,
    ASKED_CONNECT,
    ASKED_PLAIN, /* "ok" and no more */
    ASKED_PEERS,
    ASKED_SERVICES,
};

/*
 * Reads what the daemon sent with fd_count descriptors, while `asked` is the oldest request without
 * an answer. False when it is not of the protocol. *event has no fd and no tag: those are the
 * caller's to fill. *wants_fd: the packet is one that brings a descriptor, and it has brought one.
 */
DSBC_MUST_CHECK bool packet_parse(struct dsbc_event *event, bool *wants_fd, const char *bytes,
                                  size_t len, unsigned fd_count, enum packet_asked asked);

/* 1 to 64 of a-z, 0-9, dot, hyphen. */
DSBC_MUST_CHECK bool packet_is_name(const char *text);

/* A name, and "@" and a place behind it or not. */
DSBC_MUST_CHECK bool packet_is_target(const char *text);

/* The protocol's word as a result; DSBC_OTHER for one that this library does not know. */
enum dsbc_result packet_reason(const char *word);

#endif
