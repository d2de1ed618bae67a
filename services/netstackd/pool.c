/* SPDX-License-Identifier: Apache-2.0 */
/* The sum over lwIP's own statistics. */
#include "pool.h"

#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>

uint32_t pool_use(void)
{
    uint32_t use = (uint32_t)lwip_stats.mem.used;

    for (size_t i = 0; i < MEMP_MAX; i++)
        use += (uint32_t)lwip_stats.memp[i]->used;
    if (tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL)
        use--; /* TCP's timer */
    for (const struct tcp_pcb *pcb = tcp_tw_pcbs; pcb != NULL; pcb = pcb->next)
        use--;
    return use;
}
