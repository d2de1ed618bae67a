/* SPDX-License-Identifier: Apache-2.0 */
/* Displacement, not SYN cookies: with PORT_HALF_OPEN_MAX places a peer has that many SYNs' time for
 * its answer, whatever others send, and everything about a connection is known from its own SYN. */
#include "half_open.h"

#include "counters.h"
#include "random.h"
#include <lwip/priv/tcp_priv.h>
#include <string.h>

enum {
    /* Sources are counted by a keyed hash of the address: two in one bucket count as one, seldom
     * and not by anybody's choice. */
    BUCKET_COUNT = 256,
    /* A source that holds no more than this is not greedy. Forged sources, one SYN each, do not
     * fill a bucket so far by chance. */
    FAIR_COUNT = PORT_HALF_OPEN_MAX / 16,
};

static uint32_t bucket_of(const struct tcp_pcb *pcb)
{
    static uint32_t key;

    while (key == 0)
        key = random_next();
    uint32_t mixed = (ip_addr_get_ip4_u32(&pcb->remote_ip) ^ key) * 2654435761u;
    return mixed >> 24;
}

void half_open_make_room(void)
{
    uint16_t held_count[BUCKET_COUNT];
    uint32_t total_count = 0, most_count = FAIR_COUNT;
    struct tcp_pcb *victim = NULL;

    memset(held_count, 0, sizeof held_count);
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        if (pcb->state == SYN_RCVD) {
            held_count[bucket_of(pcb)]++;
            total_count++;
        }
    }
    if (total_count < PORT_HALF_OPEN_MAX)
        return;
    /* lwIP puts what is new, or was heard of just now, first. */
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        uint32_t count = LWIP_MAX(held_count[bucket_of(pcb)], FAIR_COUNT);
        if (pcb->state == SYN_RCVD && count >= most_count) {
            most_count = count;
            victim = pcb;
        }
    }
    port_count(PORT_HALF_OPEN_DISPLACED);
    tcp_abandon(victim, 0);
}
