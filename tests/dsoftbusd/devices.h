/* SPDX-License-Identifier: Apache-2.0 */
/* The two ends under dsoftbusd's tests: the device that it is, and a friend with a session. */
#ifndef TESTS_SERVICE_DEVICES_H
#define TESTS_SERVICE_DEVICES_H

#include "dsoftbus/peer.h"

#define FRIEND_WINDOW 65536 /* more than is ever asked back: the friend gives no credit */

/* Fresh "device" and "friend" that trust each other; the device with dsoftbusd's own limits. */
void devices_make(struct peer *device, struct peer *friend);

/* echo and info are offered, as the process does at its start. */
void devices_offer_own_services(void);

/* The friend opens stream 1, which session_send speaks on, to echo: what it has to send, and how
 * long that is. */
#define DEVICES_OPEN_MAX 64
size_t devices_open_echo(struct end *friend, uint8_t out[DEVICES_OPEN_MAX], uint64_t now_ms);

#endif
