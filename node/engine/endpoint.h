/* SPDX-License-Identifier: Apache-2.0 */
/* Where a peer is: HOST:PORT, and the way a person names a peer on the command line,
 * ID[@HOST[:PORT]]. */
#ifndef NODE_ENDPOINT_H
#define NODE_ENDPOINT_H

#include "node/base/error.h"

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#define ENDPOINT_TEXT_SIZE                                                                         \
    80 /* "[" + 45 characters of IPv6 + "%" + interface + "]:" + port + NUL */

union endpoint {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/*
 * Reads HOST, HOST:PORT or [V6]:PORT, and when `passive` also :PORT: every address. A name is
 * resolved; text without port gets default_port.
 */
MUST_CHECK bool endpoint_parse(union endpoint *out, const char *text, uint16_t default_port,
                               bool passive, struct error *e);

/* The same for a peer, with every address that the name has: 1 to ENDPOINT_ADDRESSES_MAX, in the
 * resolver's order. */
#define ENDPOINT_ADDRESSES_MAX 16
MUST_CHECK bool endpoint_parse_all(union endpoint out[ENDPOINT_ADDRESSES_MAX], size_t *out_count,
                                   const char *text, uint16_t default_port, struct error *e);

/* An address alone, without a question to anybody. */
MUST_CHECK bool endpoint_parse_address(union endpoint *out, const char *text,
                                       uint16_t default_port);

/* "192.0.2.1:34567" or "[2001:db8::1]:34567". */
void endpoint_format(const union endpoint *at, char out[ENDPOINT_TEXT_SIZE]);

uint16_t endpoint_port(const union endpoint *at);
void endpoint_set_port(union endpoint *at, uint16_t port);
socklen_t endpoint_len(const union endpoint *at);

/* 16 bytes that stand for the address without the port (IPv4 as ::ffff:a.b.c.d). */
void endpoint_address_bytes(const union endpoint *at, uint8_t out[16]);

/* The same address and port. */
bool endpoint_equal(const union endpoint *a, const union endpoint *b);

bool endpoint_is_loopback(const union endpoint *at);

#endif
