/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's side of platform.h. */
#include "platform.h"

#include "proto/net.h"
#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/time.h"

enum {
    NS_PER_TICK = 1000000000 / ABI_TICKS_PER_SECOND,
};

uint64_t platform_now_ns(void)
{
    return rt_ticks() * NS_PER_TICK;
}

void platform_random(void *bytes, size_t bytes_len)
{
    rng_wait("netstackd", NETSTACKD_SLOT_RNG, bytes, bytes_len);
}

struct net_shared *platform_shared(uint32_t client_number, uint32_t *capability)
{
    static struct {
        void *memory;
        rt_slot slot;
    } shared[NET_CLIENTS_MAX];
    size_t len;

    if (shared[client_number].memory == NULL) {
        int64_t slot = rt_memory_create(ABI_SLOT_NONE, sizeof(struct net_shared));
        if (slot < 0)
            return NULL;
        if (rt_map_any((rt_slot)slot, ABI_PROT_READ | ABI_PROT_WRITE, &shared[client_number].memory,
                       &len) < 0) {
            (void)rt_cap_drop((rt_slot)slot);
            return NULL;
        }
        shared[client_number].slot = (rt_slot)slot;
    }
    *capability = shared[client_number].slot;
    return shared[client_number].memory;
}

void platform_panic(const char *what)
{
    rt_panic(what, 0);
}
