/* SPDX-License-Identifier: Apache-2.0 */
/* How a request reaches netstackd: the kernel's call, or, in the host tests, a function call. */
#ifndef NETFACADE_TRANSPORT_H
#define NETFACADE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sends `request`, with a copy of `capability` unless that is 0, and fills `reply`. False:
 * netstackd is not there; then nothing of the reply counts. */
bool transport_call(uint32_t endpoint_cap, const void *request, size_t request_len,
                    uint32_t capability, void *reply, size_t reply_capacity_len, size_t *reply_len);

#endif
