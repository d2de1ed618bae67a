/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP needs from its platform, on top of platform.h. */
#include "hooks.h"
#include "listener.h"
#include "platform.h"
#include "random.h"
#include <lwip/sys.h>
#include <lwip/tcp.h>
#include <string.h>

enum {
    NS_PER_MS = 1000000,
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

u32_t port_tcp_isn(const ip_addr_t *local_ip, u16_t local_port, const ip_addr_t *remote_ip,
                   u16_t remote_port)
{
    struct random_connection connection = {.local_ipv4 = ip_addr_get_ip4_u32(local_ip),
                                           .remote_ipv4 = ip_addr_get_ip4_u32(remote_ip),
                                           .local_port = local_port,
                                           .remote_port = remote_port};

    return random_isn(&connection);
}

err_t port_tcp_in(struct tcp_pcb *pcb, struct tcp_hdr *header, u16_t options_len,
                  u16_t options_first_len, u8_t *options_rest, struct pbuf *packet)
{
    (void)header;
    (void)options_len;
    (void)options_first_len;
    (void)options_rest;
    (void)packet;
    if (pcb->state != LISTEN)
        return ERR_OK;
    return listener_has_room((const struct tcp_pcb_listen *)pcb) ? ERR_OK : ERR_MEM;
}
