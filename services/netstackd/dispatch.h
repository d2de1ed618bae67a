/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: one table from operation to its handler, its sizes and the kinds of socket it works on.
 * Everything is checked before any handler runs. */
#ifndef NETSTACKD_DISPATCH_H
#define NETSTACKD_DISPATCH_H

#include "proto/net.h"
#include <stddef.h>
#include <stdint.h>

/* `request` is written by nobody else meanwhile. `capability` came with it (0: none): kept when
 * ATTACH succeeds, dropped otherwise. Returns the reply's length in bytes. */
size_t dispatch(uint64_t badge, const union net_any_request *request, size_t request_len,
                uint32_t capability, union net_any_reply *reply);

#endif
