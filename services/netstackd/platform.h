/* SPDX-License-Identifier: Apache-2.0 */
/* What netstackd's networking part needs from outside: time, random bytes, memory to share.
 * main.c's side is platform.c; the host tests bring their own. */
#ifndef NETSTACKD_PLATFORM_H
#define NETSTACKD_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic. */
uint64_t platform_now_ns(void);

/* Unpredictable bytes; asked for once, at the start. Returns when they are there: without them no
 * connection is safe to make. */
void platform_random(void *bytes, size_t bytes_len);

/* Memory that the process of this client (its badge - 1) may map, too, by the capability; the same
 * at each call, cleared at the first. NULL when there is none left. */
struct net_shared;
struct net_shared *platform_shared(uint32_t client_number, uint32_t *capability);

void platform_panic(const char *what) __attribute__((noreturn));

#endif
