/* SPDX-License-Identifier: Apache-2.0 */
/* The wire of PROFILE=hostile-wire: a pair of UDP ports whose other end is QEMU's network device.
 * An honest station stands on it, which is netstackd's networking part in this program; whoever
 * speaks by hand (peer.h) and the storm (storm.h) have addresses of their own. */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_DEVICE_IPV4  0x0a00020fu /* 10.0.2.15 */
#define WIRE_GATEWAY_IPV4 0x0a000202u
/* What QEMU gives its first network device. */
#define WIRE_DEVICE_MAC                                                                            \
    {                                                                                              \
        0x52, 0x54, 0, 0x12, 0x34, 0x56                                                            \
    }

/* Echo requests that were sent again, since no answer came in this time: a frame may be lost, when
 * the device has more to send at a time than its card takes, or more hosts to ask for than its
 * table holds.
 */
extern uint32_t wire_lost_count;
extern uint32_t wire_ping_again_ms;
/* Echo requests that were answered. */
extern uint32_t wire_answered_count;
/* Whom frames to hosts from STORM_HOST_FIRST on are for; NULL: nobody. */
extern void (*wire_on_storm_frame)(const uint8_t *frame, size_t frame_len);

/* Binds a port and says which; QEMU's is qemu_port. Starts the honest station and the peer. */
void wire_open(uint16_t qemu_port, uint64_t seed);
uint64_t wire_now_ms(void);
void wire_send(const uint8_t *frame, size_t frame_len);
/* Takes what came, waits for something at most so long, and lets the honest station have its turn.
 */
void wire_pump(uint32_t wait_ms);
/* Returns when the device has dealt with every frame so far and its answers are here: an honest
 * ping, answered. */
void wire_settle(void);
/* "wire: FAILED: ..." and the end of the program. */
void wire_fail(const char *what) __attribute__((noreturn));
void wire_must(bool is_true, const char *what);

#endif
