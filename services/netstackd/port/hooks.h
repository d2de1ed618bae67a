/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's hooks that netstackd fills (port.c); the patched places (patches/lwip) count by
 * counters.h. */
#ifndef PORT_HOOKS_H
#define PORT_HOOKS_H

#include "counters.h"
#include <lwip/ip_addr.h>
#include <lwip/pbuf.h>

/* Every connection begins at an unpredictable sequence number. */
u32_t port_tcp_isn(const ip_addr_t *local_ip, u16_t local_port, const ip_addr_t *remote_ip,
                   u16_t remote_port);

/* A SYN takes the place of this connection in TIME-WAIT, which is about to be freed. */
struct tcp_pcb;
void port_tcp_reopened(const struct tcp_pcb *pcb);

/* Every segment for a known pcb. Not ERR_OK: the segment is dropped. */
struct tcp_hdr;
err_t port_tcp_in(struct tcp_pcb *pcb, struct tcp_hdr *header, u16_t options_len,
                  u16_t options_first_len, u8_t *options_rest, struct pbuf *packet);

#endif
