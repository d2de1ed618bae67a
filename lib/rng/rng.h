/* SPDX-License-Identifier: Apache-2.0 */
/* Client side of rngd. */
#ifndef RNG_RNG_H
#define RNG_RNG_H

#include "proto/rng.h"
#include <stddef.h>
#include <stdint.h>

/* Fills `bytes` with `bytes_len` random bytes (any length), by as many calls to rngd's endpoint as
 * needed. Waits for a slow device, and for an rngd that is started anew, up to half a minute.
 * RNG_IO: the device or rngd failed; `bytes` is then all zero and must not be used. */
__attribute__((warn_unused_result)) enum rng_status rng_get(uint32_t endpoint_cap, uint8_t *bytes,
                                                            size_t bytes_len);

/* For who can do nothing without: the same, waiting for as long as it takes, a device that failed
 * or is not there included. Says once, as `who`, that it waits. */
void rng_wait(const char *who, uint32_t endpoint_cap, uint8_t *bytes, size_t bytes_len);

#endif
