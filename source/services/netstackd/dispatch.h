/* Requests: one table from operation to its handler, its sizes and the kinds of socket it works on.
 * Everything is checked before any handler runs. */
#ifndef NETSTACKD_DISPATCH_H
#define NETSTACKD_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

/* `request` and `reply` are 8-byte aligned and NET_MESSAGE_BYTES_MAX long; `request` is not written
 * by anybody else meanwhile. `capability` came with the request (0: none): kept when ATTACH
 * succeeds, dropped otherwise. Returns the reply's length in bytes. */
size_t dispatch(uint64_t badge, const void *request, size_t request_len, uint32_t capability,
                void *reply);

#endif
