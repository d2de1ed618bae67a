/* SPDX-License-Identifier: Apache-2.0 */
/* As much of lwIP as address.h names. */
#ifndef PROOFS_LWIP_IP_ADDR_H
#define PROOFS_LWIP_IP_ADDR_H

#include <stdint.h>
typedef struct {
    uint32_t addr;
} ip_addr_t;
#define IPADDR4_INIT(value)                                                                        \
    {                                                                                              \
        value                                                                                      \
    }
#define lwip_htonl(value)            (value)
#define lwip_ntohl(value)            (value)
#define ip_addr_get_ip4_u32(address) ((address)->addr)

#endif
