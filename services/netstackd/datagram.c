/* SPDX-License-Identifier: Apache-2.0 */
/* UDP: whole datagrams, each behind its header in the socket's ring. The client can write there,
 * and so be told of datagrams that nobody sent it. */
#include "datagram.h"

#include "address.h"
#include <lwip/udp.h>

/* What stands in the ring before each datagram. */
struct datagram_header {
    struct net_address remote;
    uint32_t len;
};

static void on_received(void *arg, struct udp_pcb *pcb, struct pbuf *packet,
                        const ip_addr_t *remote_ip, u16_t remote_port)
{
    struct socket *udp = arg;
    struct datagram_header header = {.remote = address_from_lwip(remote_ip, remote_port),
                                     .len = packet->tot_len};

    (void)pcb;
    if (header.len <= NET_DATAGRAM_BYTES_MAX &&
        sizeof header + header.len <= ring_free_len(&udp->rx)) {
        ring_put(&udp->rx, &header, sizeof header);
        for (const struct pbuf *part = packet; part != NULL; part = part->next)
            ring_put(&udp->rx, part->payload, part->len);
        serve_happened(&udp->object, NET_EVENT_READ_MASK);
    }
    pbuf_free(packet);
}

enum net_status datagram_open(struct serve_client *client, const struct net_address *local,
                              struct socket **udp)
{
    struct socket *socket = socket_allocate(client, SOCKET_UDP);
    if (socket == NULL)
        return NET_NO_BUFFERS;
    struct udp_pcb *pcb = udp_new();
    if (pcb == NULL) {
        serve_free(&socket->object);
        return NET_NO_BUFFERS;
    }
    ip_addr_t ip = address_to_lwip(local->ipv4);
    err_t error = udp_bind(pcb, &ip, local->port);
    if (error != ERR_OK) {
        udp_remove(pcb);
        serve_free(&socket->object);
        return status_from_lwip(error);
    }
    socket->datagram.pcb = pcb;
    udp_recv(pcb, on_received, socket);
    *udp = socket;
    return NET_OK;
}

enum net_status datagram_send(struct socket *udp, const struct net_address *remote,
                              const void *bytes, uint32_t len)
{
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)len, PBUF_RAM);
    if (packet == NULL)
        return NET_NO_BUFFERS;
    pbuf_take(packet, bytes, (u16_t)len);
    ip_addr_t ip = address_to_lwip(remote->ipv4);
    err_t error = udp_sendto(udp->datagram.pcb, packet, &ip, remote->port);
    pbuf_free(packet);
    return status_from_lwip(error);
}

/* False when there is no datagram: its client changed what it is behind, and loses all. */
static bool get_header(struct ring *ring, struct datagram_header *header)
{
    if (ring_used_len(ring) >= sizeof *header) {
        ring_get(ring, header, sizeof *header);
        if (header->len <= NET_DATAGRAM_BYTES_MAX && header->len <= ring_used_len(ring))
            return true;
    }
    ring->got_pos = ring->put_pos;
    return false;
}

enum net_status datagram_receive(struct socket *udp, struct net_address *remote,
                                 uint8_t bytes[NET_DATAGRAM_BYTES_MAX], uint32_t *len)
{
    struct datagram_header header;

    if (!get_header(&udp->rx, &header))
        return serve_would_block(&udp->object, NET_EVENT_READ_MASK);
    ring_get(&udp->rx, bytes, header.len);
    *remote = header.remote;
    *len = header.len;
    return NET_OK;
}

void datagram_close(struct socket *udp)
{
    udp_remove(udp->datagram.pcb);
    serve_free(&udp->object);
}

void datagram_local_address(const struct socket *udp, struct net_address *address)
{
    *address = address_from_lwip(&udp->datagram.pcb->local_ip, udp->datagram.pcb->local_port);
}
