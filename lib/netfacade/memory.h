/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that a client shares with netstackd: the kernel's mapping, or, in the host tests, the
 * memory itself. */
#ifndef NETFACADE_MEMORY_H
#define NETFACADE_MEMORY_H

#include "proto/net.h"

/* What the capability names; it is not held any longer. NULL when it is none, or too little. */
struct net_shared *net_memory_map(uint32_t capability);
/* NULL is none. */
void net_memory_unmap(struct net_shared *shared);

#endif
