/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses a client may name, and what lwIP's errors are called. */
#include "address.h"

#include "interface.h"

enum {
    IPV4_LOOPBACK = 0x7f000001,
    IPV4_CLASS_D_SHIFT = 28, /* 224.0.0.0 and above: multicast, reserved, broadcast */
    IPV4_CLASS_D = 0xe,
};

bool address_is_local(const struct net_address *address)
{
    return address->reserved == 0 && (address->ipv4 == 0 || address->ipv4 == IPV4_LOOPBACK ||
                                      address->ipv4 == interface_ipv4());
}

bool address_is_host(uint32_t ipv4)
{
    return ipv4 != 0 && ipv4 >> IPV4_CLASS_D_SHIFT < IPV4_CLASS_D;
}

enum net_status status_from_lwip(err_t error)
{
    switch (error) {
    case ERR_OK:
        return NET_OK;
    case ERR_MEM:
    case ERR_BUF:
        return NET_NO_BUFFERS;
    case ERR_USE:
        return NET_IN_USE;
    default:
        return NET_IO;
    }
}
