/* SPDX-License-Identifier: Apache-2.0 */
/* Between frames and lwIP: what does not get in is dropped and counted here. */
#include "interface.h"

#include "counters.h"
#include "pool.h"
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>
#include <string.h>

enum {
    TYPE_OFFSET_LEN = 12,        /* in the Ethernet header */
    SOURCE_OFFSET_LEN = 12,      /* in the IPv4 header */
    DESTINATION_OFFSET_LEN = 16, /* in the IPv4 header */
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

static uint32_t ipv4_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_of_type(const uint8_t *frame, size_t frame_len, uint16_t type)
{
    return frame_len >= SIZEOF_ETH_HDR && frame[TYPE_OFFSET_LEN] == type >> 8 &&
           frame[TYPE_OFFSET_LEN + 1] == (type & 0xff);
}

/* lwIP reads an ARP packet, and the header of an IP packet, without asking how long it is. */
static bool is_malformed(const uint8_t *frame, size_t frame_len)
{
    return frame_len < SIZEOF_ETH_HDR || frame_len > INTERFACE_FRAME_BYTES_MAX ||
           (is_of_type(frame, frame_len, ETHTYPE_ARP) &&
            frame_len < SIZEOF_ETH_HDR + SIZEOF_ETHARP_HDR) ||
           (is_of_type(frame, frame_len, ETHTYPE_IP) && frame_len < SIZEOF_ETH_HDR + IP_HLEN);
}

/* A group's, of which this station is no member: usual on any network. */
static bool is_multicast(const uint8_t *frame)
{
    return (frame[0] & 1) && memcmp(frame, ethbroadcast.addr, ETH_HWADDR_LEN) != 0;
}

/* For another station, or to all stations a packet that is for this address alone (RFC 1122
 * 3.3.6). */
static bool is_foreign(const uint8_t *frame, size_t frame_len)
{
    if (memcmp(frame, wire.hwaddr, ETH_HWADDR_LEN) == 0)
        return false;
    if (memcmp(frame, ethbroadcast.addr, ETH_HWADDR_LEN) != 0)
        return true;
    return is_of_type(frame, frame_len, ETHTYPE_IP) && frame_len >= SIZEOF_ETH_HDR + IP_HLEN &&
           ipv4_at(&frame[SIZEOF_ETH_HDR + DESTINATION_OFFSET_LEN]) == interface_ipv4();
}

/* A packet from the wire that claims to come from this machine itself is a lie. lwIP could not
 * tell: what the machine sends to its own address comes in by the same interface. */
static bool claims_to_be_ours(const uint8_t *frame, size_t frame_len)
{
    if (!is_of_type(frame, frame_len, ETHTYPE_IP) || frame_len < SIZEOF_ETH_HDR + IP_HLEN)
        return false;
    uint32_t source = ipv4_at(&frame[SIZEOF_ETH_HDR + SOURCE_OFFSET_LEN]);
    return source >> 24 == IP_LOOPBACKNET || source == interface_ipv4();
}

static bool is_refused(const uint8_t *frame, size_t frame_len)
{
    if (is_malformed(frame, frame_len))
        port_count(PORT_FRAME_MALFORMED);
    else if (is_multicast(frame))
        return true;
    else if (is_foreign(frame, frame_len))
        port_count(PORT_FRAME_FOREIGN);
    else if (claims_to_be_ours(frame, frame_len))
        port_count(PORT_FRAME_OUR_OWN);
    else
        return false;
    return true;
}

/* The frame's bytes stay where they are while lwIP looks at them, which is nearly always all: a
 * stream's bytes are in its ring then, and a datagram, too. What lwIP does keep moves into the
 * packet's own memory. So whatever strangers send, the device has all its buffers, and what they
 * could make lwIP keep is bounded by PBUF_POOL_SIZE. */
static void input(struct pbuf *packet, uint8_t *frame)
{
    void *own_bytes = packet->payload;

    packet->payload = frame;
    /* lwIP has no room before the frame to put further headers in. */
    packet->type_internal &= (u8_t)~PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS;
    pbuf_ref(packet);
    if (wire.input(packet, &wire) != ERR_OK)
        pbuf_free(packet);
    if (packet->ref > 1) {
        memcpy(own_bytes, packet->payload, packet->len);
        packet->payload = own_bytes;
    }
    pbuf_free(packet);
}

void interface_receive(uint8_t *frame, size_t frame_len)
{
    if (is_refused(frame, frame_len))
        return;
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)frame_len, PBUF_POOL);
    if (packet == NULL)
        port_count(PORT_FRAME_NO_BUFFER);
    else
        input(packet, frame);
}

bool interface_deliver_loopback(void)
{
    bool is_left = false;
    struct netif *netif;

    netif_poll_all();
    NETIF_FOREACH(netif)
    is_left |= netif->loop_first != NULL;
    return is_left;
}

/* Packets follow one another in a queue of their pbufs: the last of each holds all that is left. */
static struct pbuf *last_of(struct pbuf *packet)
{
    while (packet->len != packet->tot_len)
        packet = packet->next;
    return packet;
}

static bool refers_to(const struct pbuf *packet, const struct pbuf *end, const uint8_t *bytes,
                      size_t len)
{
    for (; packet != end; packet = packet->next)
        if ((uintptr_t)packet->payload - (uintptr_t)bytes < len)
            return true;
    return false;
}

static void forget_of(struct netif *netif, const uint8_t *bytes, size_t len)
{
    struct pbuf **link = &netif->loop_first;

    netif->loop_last = NULL;
    while (*link != NULL) {
        struct pbuf *packet = *link;
        struct pbuf *last = last_of(packet);
        if (!refers_to(packet, last->next, bytes, len)) {
            netif->loop_last = last;
            link = &last->next;
            continue;
        }
        *link = last->next;
        last->next = NULL;
        netif->loop_cnt_current = (u16_t)(netif->loop_cnt_current - pbuf_clen(packet));
        pbuf_free(packet);
    }
}

void interface_forget(const uint8_t *bytes, size_t len)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    if (netif->loop_first != NULL)
        forget_of(netif, bytes, len);
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
        .pool_use = pool_use(),
    };

    memcpy(interface.mac, wire.hwaddr, sizeof interface.mac);
    return interface;
}
