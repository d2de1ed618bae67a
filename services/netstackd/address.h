/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as the facade writes them, and as lwIP does. */
#ifndef NETSTACKD_ADDRESS_H
#define NETSTACKD_ADDRESS_H

#include "proto/net.h"
#include <lwip/err.h>
#include <lwip/ip_addr.h>
#include <stdbool.h>

static inline ip_addr_t address_to_lwip(uint32_t ipv4)
{
    ip_addr_t address = IPADDR4_INIT(lwip_htonl(ipv4));

    return address;
}

static inline struct net_address address_from_lwip(const ip_addr_t *ip, uint16_t port)
{
    return (struct net_address){.ipv4 = lwip_ntohl(ip_addr_get_ip4_u32(ip)), .port = port};
}

/* Something that a socket of this machine may be bound to: any, the loopback, or the wire's
 * address. */
bool address_is_local(const struct net_address *address);
/* Something that one host may be reached by: not zero, no multicast, no broadcast to everybody. */
bool address_is_host(uint32_t ipv4);

enum net_status status_from_lwip(err_t error);

#endif
