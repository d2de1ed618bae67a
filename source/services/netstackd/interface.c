/* SPDX-License-Identifier: Apache-2.0 */
#include "interface.h"

#include "address.h"
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>
#include <string.h>

enum {
    TYPE_OFFSET_LEN = 12,   /* in the Ethernet header */
    SOURCE_OFFSET_LEN = 12, /* in the IPv4 header */
};

static struct netif wire;

static err_t link_output(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    return interface_transmit(frame) ? ERR_OK : ERR_MEM;
}

static err_t init_wire(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = INTERFACE_MTU_BYTES;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->output = etharp_output;
    netif->linkoutput = link_output;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

void interface_init(const uint8_t mac[6], uint32_t ipv4, uint32_t netmask, uint32_t gateway)
{
    ip4_addr_t lwip_ipv4 = {lwip_htonl(ipv4)};
    ip4_addr_t lwip_netmask = {lwip_htonl(netmask)};
    ip4_addr_t lwip_gateway = {lwip_htonl(gateway)};

    memcpy(wire.hwaddr, mac, ETH_HWADDR_LEN);
    netif_add(&wire, &lwip_ipv4, &lwip_netmask, &lwip_gateway, NULL, init_wire, ethernet_input);
    netif_set_default(&wire);
    netif_set_up(&wire);
}

void interface_set_link(bool up)
{
    if (up == (netif_is_link_up(&wire) != 0))
        return;
    if (!up) {
        netif_set_link_down(&wire);
        return;
    }
    netif_set_link_up(&wire); /* announces the address by ARP */
    /* lwIP keeps one packet per address that it still asks for: know the gateway before it is
     * needed. A request that is lost is made again by the first packet. */
    etharp_request(&wire, netif_ip4_gw(&wire));
}

/* A packet from the wire that claims to come from this machine itself is a lie. lwIP could not
 * tell: what the machine sends to its own address comes in by the same interface. */
static bool claims_to_be_ours(const uint8_t *frame, size_t frame_len)
{
    if (frame_len < SIZEOF_ETH_HDR + IP_HLEN || frame[TYPE_OFFSET_LEN] != ETHTYPE_IP >> 8 ||
        frame[TYPE_OFFSET_LEN + 1] != (ETHTYPE_IP & 0xff))
        return false;
    const uint8_t *source = &frame[SIZEOF_ETH_HDR + SOURCE_OFFSET_LEN];
    uint32_t ipv4 = (uint32_t)source[0] << 24 | (uint32_t)source[1] << 16 |
                    (uint32_t)source[2] << 8 | source[3];
    return source[0] == IP_LOOPBACKNET || ipv4 == interface_ipv4();
}

void interface_receive(const uint8_t *frame, size_t frame_len)
{
    if (frame_len > INTERFACE_FRAME_BYTES_MAX || claims_to_be_ours(frame, frame_len))
        return;
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)frame_len, PBUF_POOL);
    if (packet == NULL)
        return; /* a lost frame */
    pbuf_take(packet, frame, (u16_t)frame_len);
    if (wire.input(packet, &wire) != ERR_OK)
        pbuf_free(packet);
}

void interface_deliver_loopback(void)
{
    netif_poll_all();
}

uint32_t interface_ipv4(void)
{
    return lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(&wire)));
}

struct net_interface interface_describe(void)
{
    struct net_interface interface = {
        .ipv4 = interface_ipv4(),
        .netmask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(&wire))),
        .gateway = lwip_ntohl(ip4_addr_get_u32(netif_ip4_gw(&wire))),
        .mtu_len = wire.mtu,
        .link_up = netif_is_link_up(&wire) ? 1 : 0,
    };

    memcpy(interface.mac, wire.hwaddr, sizeof(interface.mac));
    return interface;
}
