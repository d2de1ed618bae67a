/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP needs from its platform, on top of platform.h. */
#include "half_open.h"
#include "hooks.h"
#include "listener.h"
#include "platform.h"
#include "random.h"

#include <lwip/prot/tcp.h>
#include <lwip/sys.h>
#include <lwip/tcp.h>
#include <stdbool.h>
#include <string.h>

enum {
    NS_PER_MS = 1000000,
    /* A reopened connection's first number: beyond the window of the old one, and unpredictable for
     * whoever did not see that. */
    REOPENED_GAP = 1 << 17,
    REOPENED_RANGE = 1 << 28,
};

u32_t sys_now(void)
{
    return (u32_t)(platform_now_ns() / NS_PER_MS); /* lwIP's milliseconds wrap */
}

uint32_t port_random(void)
{
    return random_next();
}

void port_panic(const char *what)
{
    platform_panic(what);
}

/* The connection that a SYN ended in TIME-WAIT: what follows it begins beyond its numbers. */
static struct {
    bool used;
    u32_t remote_ip, sequence;
    u16_t remote_port, local_port;
} reopened;

void port_tcp_reopened(const struct tcp_pcb *pcb)
{
    port_count(PORT_TIME_WAIT_REOPENED);
    reopened.used = true;
    reopened.remote_ip = ip_addr_get_ip4_u32(&pcb->remote_ip);
    reopened.remote_port = pcb->remote_port;
    reopened.local_port = pcb->local_port;
    reopened.sequence = pcb->snd_nxt;
}

u32_t port_tcp_isn(const ip_addr_t *local_ip, u16_t local_port, const ip_addr_t *remote_ip,
                   u16_t remote_port)
{
    struct random_connection connection = {.local_ipv4 = ip_addr_get_ip4_u32(local_ip),
                                           .remote_ipv4 = ip_addr_get_ip4_u32(remote_ip),
                                           .local_port = local_port,
                                           .remote_port = remote_port};

    if (reopened.used && reopened.remote_ip == ip_addr_get_ip4_u32(remote_ip) &&
        reopened.remote_port == remote_port && reopened.local_port == local_port) {
        reopened.used = false;
        return reopened.sequence + REOPENED_GAP + port_random() % REOPENED_RANGE;
    }
    return random_isn(&connection);
}

/* A place for one more connection that waits to be accepted. */
static bool has_place(const struct tcp_pcb_listen *listener)
{
    return listener->accepts_pending < listener->backlog && listener_has_room(listener);
}

err_t port_tcp_in(struct tcp_pcb *pcb, struct tcp_hdr *header, u16_t options_len,
                  u16_t options_first_len, u8_t *options_rest, struct pbuf *packet)
{
    (void)options_len;
    (void)options_first_len;
    (void)options_rest;
    (void)packet;
    u8_t flags = TCPH_FLAGS(header) & (TCP_SYN | TCP_ACK | TCP_RST);
    bool begins = pcb->state == LISTEN && flags == TCP_SYN;
    bool completes = pcb->state == SYN_RCVD && flags == TCP_ACK && pcb->listener != NULL;
    if (!begins && !completes)
        return ERR_OK;
    /* Dropped while there is no place: the peer repeats it. */
    if (!has_place(begins ? (const struct tcp_pcb_listen *)pcb : pcb->listener)) {
        port_count(PORT_BACKLOG_FULL);
        return ERR_MEM;
    }
    if (begins)
        half_open_make_room();
    return ERR_OK;
}
