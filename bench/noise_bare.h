/* SPDX-License-Identifier: Apache-2.0 */
/* The fastest AEAD of this build called by nothing but its own interface: what the seam is measured
 * against. */
#ifndef BENCH_NOISE_BARE_H
#define BENCH_NOISE_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char *const bare_name;

/* With a fixed key and nonce; `len` bytes of plaintext, no additional data. */
void bare_seal(uint8_t *out, const uint8_t *in, size_t len);
bool bare_open(uint8_t *out, const uint8_t *in, size_t len);

#endif
