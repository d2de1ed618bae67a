/* SPDX-License-Identifier: Apache-2.0 */
/* How lwIP 2.2.1 is built into netstackd: no threads, raw API, IPv4 only, static memory only. Every
 * pool has room for all clients' whole shares (proto/net.h), so that none can starve
 * another. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "proto/net.h"

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_NETIF_API       0

/* --- protocols -------------------------------------------------------------------------------- */
#define LWIP_IPV4     1
#define LWIP_IPV6     0
#define LWIP_ARP      1
#define LWIP_ETHERNET 1
#define LWIP_ICMP     1
#define LWIP_RAW      1 /* ping */
#define LWIP_UDP      1
#define LWIP_TCP      1
#define LWIP_DHCP     0
#define LWIP_DNS      0
#define LWIP_IGMP     0
#define LWIP_AUTOIP   0
#define IP_FORWARD    0
/* Nothing sends fragments here, and a reassembly buffer is memory that strangers fill. */
#define IP_REASSEMBLY       0
#define IP_FRAG             0
#define IP_OPTIONS_ALLOWED  0
#define LWIP_BROADCAST_PING 0

/* --- interfaces ------------------------------------------------------------------------------- */
#define LWIP_HAVE_LOOPIF           1
#define LWIP_NETIF_LOOPBACK        1
#define LWIP_NETIF_STATUS_CALLBACK 0
/* Packets waiting inside the machine, headers and data apart: two full windows of small segments. A
 * full queue is a lost packet, which TCP sends again. */
#define LWIP_LOOPBACK_MAX_PBUFS        64
#define PORT_LOOPBACK_PACKETS_PER_TURN 32 /* then clients and the wire have their turn */
#define LWIP_CHECKSUM_CTRL_PER_NETIF   1  /* none on the loopback: there is no wire between */
#define LWIP_HOOK_FILENAME             "hooks.h"
#define LWIP_HOOK_TCP_INPACKET_PCB     port_tcp_in
#define LWIP_HOOK_TCP_ISN              port_tcp_isn
#define ETH_PAD_SIZE                   0
/* A second packet to an address that ARP still resolves replaces the first. What waits is a copy on
 * the heap, and refers to no stream's ring. One tick can send again to as many stations as there
 * are connections: those beyond the table displace each other before they are resolved, at every
 * tick anew. */
#define ARP_QUEUEING       0
#define ARP_TABLE_SIZE     64
#define PBUF_NEEDS_COPY(p) 1

/* --- TCP --------------------------------------------------------------------------------------
 * The loopback carries a whole facade call in one segment; the wire's MTU lowers it to 1460. */
#define TCP_MSS     NET_STREAM_BYTES_MAX
#define TCP_WND     NET_STREAM_WINDOW_BYTES
#define TCP_SND_BUF NET_STREAM_WINDOW_BYTES
/* Segments of one stream that are not yet acknowledged, counted in pbufs (header and data): a
 * window of 1460-byte segments is 12, the rest lets small writes through. */
#define TCP_SND_QUEUELEN   24
#define TCP_SNDLOWAT       (TCP_SND_BUF / 4)
#define TCP_SNDQUEUELOWAT  (TCP_SND_QUEUELEN / 2)
#define TCP_LISTEN_BACKLOG 1
/* Connections of which only the SYN came, of all listeners: at 1,000 forged SYNs a second, a peer
 * has a quarter of a second to answer. */
#define PORT_HALF_OPEN_MAX 256
/* Answers to unacceptable segments, per connection and coarse tick (500 ms). */
#define PORT_CHALLENGE_ACKS_MAX 4
#define SO_REUSE                1
/* Out-of-order segments are not kept: neither wire here reorders, a lost segment is sent again, and
 * so no peer can hold receive buffers by leaving gaps. */
#define TCP_QUEUE_OOSEQ       0
#define LWIP_TCP_KEEPALIVE    0
#define LWIP_TCP_TIMESTAMPS   0
#define LWIP_WND_SCALE        0
#define TCP_OVERSIZE          0
#define LWIP_CHKSUM_ALGORITHM 3

/* --- memory ----------------------------------------------------------------------------------- */
#define MEM_ALIGNMENT    8
#define MEM_LIBC_MALLOC  0
#define MEMP_MEM_MALLOC  0
#define LWIP_STATS       1 /* pools' use: the tests count that nothing leaks */
#define MEM_STATS        1
#define MEMP_STATS       1
#define LWIP_STATS_LARGE 1
/* What nobody reads. */
#define LINK_STATS   0
#define ETHARP_STATS 0
#define IP_STATS     0
#define ICMP_STATS   0
#define UDP_STATS    0

#define PORT_SOCKETS_MAX   (NET_CLIENTS_MAX * NET_CLIENT_SOCKETS_MAX)
#define PORT_LISTENERS_MAX (NET_CLIENTS_MAX * NET_CLIENT_LISTENERS_MAX)
#define PORT_SEGMENTS_MAX  (PORT_SOCKETS_MAX * TCP_SND_QUEUELEN / 2)

/* One per socket, and the half-open ones. */
#define MEMP_NUM_TCP_PCB        (PORT_SOCKETS_MAX + PORT_HALF_OPEN_MAX)
#define MEMP_NUM_TCP_PCB_LISTEN PORT_LISTENERS_MAX
#define MEMP_NUM_UDP_PCB        PORT_SOCKETS_MAX
#define MEMP_NUM_RAW_PCB        1
#define MEMP_NUM_TCP_SEG        (PORT_SEGMENTS_MAX + PORT_HALF_OPEN_MAX)
/* A segment's data, referred to in the socket's ring; and those on the loopback once more. */
#define MEMP_NUM_PBUF        (PORT_SEGMENTS_MAX + 2 * LWIP_LOOPBACK_MAX_PBUFS)
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + PORT_SOCKETS_MAX) /* pings */
/* A received frame lives only while lwIP looks at it, where the device put it: its bytes go into a
 * socket's ring at once. Of what lwIP would keep there is room for this much (interface.c). */
#define PBUF_POOL_SIZE    8
#define PBUF_POOL_BUFSIZE 1536
/* Heap: headers of every segment, whole packets on the loopback, and those that wait for ARP. */
#define PORT_HEADER_BYTES 160
#define MEM_SIZE                                                                                   \
    (MEMP_NUM_TCP_SEG * PORT_HEADER_BYTES +                                                        \
     ARP_TABLE_SIZE * (PBUF_POOL_BUFSIZE + PORT_HEADER_BYTES) +                                    \
     LWIP_LOOPBACK_MAX_PBUFS * (TCP_MSS + PORT_HEADER_BYTES))

#endif
