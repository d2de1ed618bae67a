/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-2-4 (Aumasson, Bernstein 2012): a keyed function of short inputs whose results nobody
 * without the key can tell from random ones. For sequence numbers and the like, not for sessions.
 */
#ifndef NETSTACKD_SIPHASH_H
#define NETSTACKD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_BYTES 16

uint64_t siphash(const uint8_t key[SIPHASH_KEY_BYTES], const void *input, size_t input_len);

#endif
