/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP echoes: an answer belongs to the socket that its identifier and sequence name. */
#include "ping.h"

#include "address.h"
#include "platform.h"
#include <lwip/icmp.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/ip4.h>
#include <lwip/raw.h>
#include <lwip/timeouts.h>
#include <string.h>

enum {
    ECHO_DATA_BYTES = 32,
};

struct echo {
    struct icmp_echo_hdr head;
    uint8_t data[ECHO_DATA_BYTES];
};

static struct raw_pcb *icmp_pcb;

/* The echo identifier names the socket, the sequence number its life. */
static uint16_t identifier(const struct socket *ping)
{
    return (uint16_t)ping->object.number;
}

static struct socket *find(uint32_t echo_identifier, uint16_t sequence, uint32_t ipv4)
{
    if (echo_identifier >= SOCKET_COUNT_MAX)
        return NULL;
    struct socket *ping = &socket_table[echo_identifier];
    if (ping->object.kind != SOCKET_PING || ping->ping.state != PING_WAITING ||
        ping->ping.sequence != sequence || ping->ping.ipv4 != ipv4)
        return NULL;
    return ping;
}

static void on_timeout(void *arg)
{
    struct socket *ping = arg;

    ping->ping.state = PING_TIMED_OUT;
    serve_happened(&ping->object, NET_EVENT_READ_MASK);
}

/* lwIP hands raw packets on unchecked. The loopback has no checksums. */
static bool checksum_holds(const struct pbuf *packet, u16_t ip_header_len)
{
    IF__NETIF_CHECKSUM_ENABLED(ip_current_input_netif(), NETIF_CHECKSUM_CHECK_ICMP)
    {
        return inet_chksum((const uint8_t *)packet->payload + ip_header_len,
                           (u16_t)(packet->len - ip_header_len)) == 0;
    }
    return true;
}

/* Every ICMP packet comes by here, its IP header first. Returns 1 when the packet was ours and is
 * freed. */
static u8_t on_icmp(void *arg, struct raw_pcb *pcb, struct pbuf *packet, const ip_addr_t *remote_ip)
{
    struct icmp_echo_hdr head;
    u16_t ip_header_len = ip_current_header_tot_len();

    (void)arg;
    (void)pcb;
    if (pbuf_copy_partial(packet, &head, sizeof head, ip_header_len) != sizeof head ||
        head.type != ICMP_ER || head.code != 0)
        return 0;
    struct socket *ping = find(lwip_ntohs(head.id), lwip_ntohs(head.seqno),
                               lwip_ntohl(ip_addr_get_ip4_u32(remote_ip)));
    if (ping == NULL || !checksum_holds(packet, ip_header_len))
        return 0;
    sys_untimeout(on_timeout, ping);
    ping->ping.round_trip_ns = platform_now_ns() - ping->ping.sent_ns;
    ping->ping.state = PING_ANSWERED;
    serve_happened(&ping->object, NET_EVENT_READ_MASK);
    pbuf_free(packet);
    return 1;
}

void ping_init(void)
{
    icmp_pcb = raw_new(IP_PROTO_ICMP);
    if (icmp_pcb == NULL || raw_bind(icmp_pcb, IP_ADDR_ANY) != ERR_OK)
        platform_panic("netstackd: no ICMP");
    raw_recv(icmp_pcb, on_icmp, NULL);
}

static err_t send_echo(const struct socket *ping)
{
    struct echo echo = {.head = {.type = ICMP_ECHO,
                                 .id = lwip_htons(identifier(ping)),
                                 .seqno = lwip_htons(ping->ping.sequence)}};
    ip_addr_t ip = address_to_lwip(ping->ping.ipv4);
    struct pbuf *packet = pbuf_alloc(PBUF_IP, sizeof echo, PBUF_RAM);

    if (packet == NULL)
        return ERR_MEM;
    echo.head.chksum = inet_chksum(&echo, sizeof echo);
    pbuf_take(packet, &echo, sizeof echo);
    err_t error = raw_sendto(icmp_pcb, packet, &ip);
    pbuf_free(packet);
    return error;
}

enum net_status ping_open(struct serve_client *client, uint32_t ipv4, uint32_t timeout_ms,
                          struct socket **ping)
{
    struct socket *socket = socket_allocate(client, SOCKET_PING);
    if (socket == NULL)
        return NET_NO_BUFFERS;
    socket->ping = (struct ping){.state = PING_WAITING,
                                 .sequence = (uint16_t)socket->object.generation,
                                 .ipv4 = ipv4,
                                 .sent_ns = platform_now_ns()};
    err_t error = send_echo(socket);
    if (error != ERR_OK) {
        serve_free(&socket->object);
        return status_from_lwip(error);
    }
    sys_timeout(timeout_ms, on_timeout, socket);
    serve_would_block(&socket->object, NET_EVENT_READ_MASK);
    *ping = socket;
    return NET_OK;
}

enum net_status ping_result(struct socket *ping, uint64_t *round_trip_ns)
{
    switch (ping->ping.state) {
    case PING_ANSWERED:
        *round_trip_ns = ping->ping.round_trip_ns;
        return NET_OK;
    case PING_TIMED_OUT:
        return NET_TIMED_OUT;
    default:
        return serve_would_block(&ping->object, NET_EVENT_READ_MASK);
    }
}

void ping_close(struct socket *ping)
{
    sys_untimeout(on_timeout, ping);
    serve_free(&ping->object);
}
