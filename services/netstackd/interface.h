/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's two interfaces: the wire and the loopback. */
#ifndef NETSTACKD_INTERFACE_H
#define NETSTACKD_INTERFACE_H

#include "proto/net.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INTERFACE_MTU_BYTES = 1500,
    INTERFACE_FRAME_BYTES_MAX = 14 + INTERFACE_MTU_BYTES, /* Ethernet header and payload */
};

/* Adds the wire, with a static address; its link is down until interface_set_link(). */
void interface_init(const uint8_t mac[6], uint32_t ipv4, uint32_t netmask, uint32_t gateway);
void interface_set_link(bool up);

/* A frame from the wire. It is read, and written to, where it lies, until this returns: then
 * nothing refers to it any more. */
void interface_receive(uint8_t *frame, size_t frame_len);

/* Delivers of what the machine sent to itself as much as belongs into one turn; true when something
 * is left. */
bool interface_deliver_loopback(void);
/* Drops what the machine sent to itself and refers to these bytes: they get another use. */
void interface_forget(const uint8_t *bytes, size_t len);

uint32_t interface_ipv4(void);
struct net_interface interface_describe(void);

/* The driver's side, given by whoever drives the wire: sends one frame of at most
 * INTERFACE_FRAME_BYTES_MAX, or drops it and says false. */
struct pbuf;
bool interface_transmit(const struct pbuf *frame);

#endif
