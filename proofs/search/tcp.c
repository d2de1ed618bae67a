/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP for a search: it keeps what was given to it until it is acknowledged, and sometimes has no
 * memory. The rest of netstackd, which has no part in readiness, answers that it cannot. */
#include <lwip/tcp.h>

#include "datagram.h"
#include "interface.h"
#include "ping.h"
#include "platform.h"

bool lwip_is_short;
struct tcp_pcb lwip_pcbs[LWIP_PCB_COUNT];

struct tcp_pcb *tcp_new(void)
{
    for (unsigned i = 0; i < LWIP_PCB_COUNT; i++)
        if (!lwip_pcbs[i].is_used) {
            lwip_pcbs[i] = (struct tcp_pcb){.is_used = true, .rcv_ann_wnd = TCP_WND};
            return &lwip_pcbs[i];
        }
    return NULL;
}

void tcp_abort(struct tcp_pcb *pcb)
{
    *pcb = (struct tcp_pcb){0};
}

err_t tcp_close(struct tcp_pcb *pcb)
{
    tcp_abort(pcb);
    return ERR_OK;
}

err_t tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *ip, u16_t port)
{
    pcb->local_ip = *ip;
    pcb->local_port = port;
    return ERR_OK;
}

struct tcp_pcb *tcp_listen_with_backlog_and_err(struct tcp_pcb *pcb, u8_t backlog, err_t *error)
{
    (void)backlog;
    *error = ERR_OK;
    pcb->state = LISTEN;
    return pcb;
}

err_t tcp_connect(struct tcp_pcb *pcb, const ip_addr_t *ip, u16_t port, tcp_connected_fn *connected)
{
    pcb->remote_ip = *ip;
    pcb->remote_port = port;
    pcb->connected = connected;
    pcb->state = SYN_SENT;
    return ERR_OK;
}

err_t tcp_write(struct tcp_pcb *pcb, const void *bytes, u16_t len, u8_t flags)
{
    (void)bytes, (void)flags;
    if (lwip_is_short || len > tcp_sndbuf(pcb))
        return ERR_MEM;
    pcb->unacked_len += len;
    return ERR_OK;
}

err_t tcp_shutdown(struct tcp_pcb *pcb, int rx, int tx)
{
    (void)rx, (void)tx;
    if (lwip_is_short)
        return ERR_MEM;
    pcb->state = pcb->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1;
    return ERR_OK;
}

void tcp_recved(struct tcp_pcb *pcb, u16_t len)
{
    pcb->unread_len -= len;
    pcb->rcv_ann_wnd += len;
}

uint64_t platform_now_ns(void)
{
    return 0; /* lingering does not come to its time */
}

void interface_forget(const uint8_t *bytes, size_t len)
{
    (void)bytes;
    (void)len;
}

uint32_t interface_ipv4(void)
{
    return 1;
}

struct net_interface interface_describe(void)
{
    return (struct net_interface){0};
}

enum net_status datagram_open(struct serve_client *client, const struct net_address *local,
                              struct socket **udp)
{
    (void)client, (void)local, (void)udp;
    return NET_NO_BUFFERS;
}

enum net_status datagram_send(struct socket *udp, const struct net_address *remote,
                              const void *bytes, uint32_t len)
{
    (void)udp, (void)remote, (void)bytes, (void)len;
    return NET_IO;
}

enum net_status datagram_receive(struct socket *udp, struct net_address *remote,
                                 uint8_t bytes[NET_DATAGRAM_BYTES_MAX], uint32_t *len)
{
    (void)udp, (void)remote, (void)bytes, (void)len;
    return NET_IO;
}

void datagram_close(struct socket *udp)
{
    (void)udp;
}

void datagram_local_address(const struct socket *udp, struct net_address *address)
{
    (void)udp, (void)address;
}

enum net_status ping_open(struct serve_client *client, uint32_t ipv4, uint32_t timeout_ms,
                          struct socket **ping)
{
    (void)client, (void)ipv4, (void)timeout_ms, (void)ping;
    return NET_NO_BUFFERS;
}

enum net_status ping_result(struct socket *ping, uint64_t *round_trip_ns)
{
    (void)ping, (void)round_trip_ns;
    return NET_IO;
}

void ping_close(struct socket *ping)
{
    (void)ping;
}
