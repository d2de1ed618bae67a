/* SPDX-License-Identifier: Apache-2.0 */
/* The network steps: what netstackd does for a client, over the loopback and over the wire. */
#ifndef NET_STEPS_H
#define NET_STEPS_H

#include "selftest.h"

/* Address, netmask, gateway, MAC and link, seen through the facade. */
bool net_interface_step(struct selftest *selftest);
/* ICMP echo to the gateway. */
bool net_ping_step(struct selftest *selftest);
/* A file read from QEMU's TFTP server. */
bool net_udp_step(struct selftest *selftest);
/* TCP over the loopback, both directions, to a clean end. */
bool net_tcp_step(struct selftest *selftest);
/* No slot of this process reaches a device or an interrupt. */
bool net_mmio_denied_step(struct selftest *selftest);

#endif
