/* SPDX-License-Identifier: Apache-2.0 */
/* netstackd's networking part as a host program: simulated time, a counted set of signals, and the
 * facade's client library calling serve_dispatch() directly. The client's endpoint capability is
 * its badge. */
#ifndef NET_HOST_H
#define NET_HOST_H

#include "netfacade/netfacade.h"
#include <stdbool.h>
#include <stdint.h>

#define HOST_WIRE_IPV4 0x0a00020fu /* 10.0.2.15 */
#define LOOPBACK       0x7f000001u

extern uint64_t host_now_ns;
extern uint32_t host_signal_count[256]; /* by notification capability */
extern uint32_t host_dropped_count[256];
extern uint64_t host_random_len; /* bytes that were taken of the platform's randomness */
/* What becomes of a frame that lwIP sends; NULL drops it. */
extern bool (*host_on_frame)(const uint8_t *frame, size_t frame_len);

extern uint32_t host_call_count; /* requests */
/* What each client shares with netstackd, by badge - 1, once it attached. */
extern struct net_shared *host_shared[NET_CLIENTS_MAX];
extern bool host_no_memory; /* there is none to share */

/* Starts the stack, once per program. The MAC ends with the address's last byte. */
void host_start(uint64_t seed, uint32_t ipv4);
/* The client's process ends. */
void host_client_dies(uint32_t badge);
/* Sockets of its share that are in use. */
uint32_t host_socket_count(uint32_t badge);
/* A frame from the wire, in memory that is gone when this returns. */
void host_receive(const uint8_t *frame, size_t frame_len);
/* Lets simulated time pass, each timer at its moment. */
void host_run_ms(uint64_t ms);
/* Deterministic random numbers of the test itself. */
uint32_t host_random(uint64_t *state);

/* pool_use(), of this program's or module's lwIP. */
uint32_t host_pool_use(void);

#endif
