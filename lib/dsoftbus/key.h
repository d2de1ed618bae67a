/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which X25519 keys may be a device's.
 *
 * A handshake multiplies by a scalar that is a multiple of 8, so a public key P and P plus any of
 * the seven other points of order up to 8 are eight spellings of one key: whoever holds the private
 * half of one holds it for all. Only one of them is taken, the point of prime order, which is also
 * the only one that X25519's own key generation makes. So "one key, one id" can be checked by
 * comparing bytes. It costs one scalar multiplication, and is done once, where a key enters a
 * trust store: a handshake only finds keys that are there.
 */
#ifndef DSOFTBUS_KEY_H
#define DSOFTBUS_KEY_H

#include "dsoftbus/text.h"
#include "noise/noise.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_KEY_LEN NOISE_KEY_LEN /* X25519, public and private */

/* What is wrong with a public key, or DSB_TEXT_NO_FAULT. Whoever holds a private key elsewhere asks
 * it of the public half, too. Not for secret data. */
enum dsb_text_fault dsb_public_key_fault(const uint8_t key[DSB_KEY_LEN]);

/* All its bits that count are zero: buffer never filled, and a key that the whole world holds. */
bool dsb_private_key_is_zero(const uint8_t key[DSB_KEY_LEN]);

/* Is this the private key of one of the test identities, which everybody knows? */
bool dsb_private_key_is_bring_up(const uint8_t key[DSB_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
