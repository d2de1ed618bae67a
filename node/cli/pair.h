/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus pair: its two sides, and what both do with the peer that they learn. */
#ifndef NODE_PAIR_H
#define NODE_PAIR_H

#include "node/base/options.h"
#include "node/engine/pairing.h"
#include "node/store/keyring.h"

/* The peer that was given the listener's code and is not known to trust this device: one line of a
 * trust store of its own, which nobody trusts. */
#define PENDING_FILE "pairing-pending"

/* Can the peer become a trusted one? False, and *e names what stands against it: its id or its key
 * is trusted already, with another of the other. */
MUST_CHECK bool pair_peer_fits(const struct keyring *k, const struct dsb_trust_entry *peer,
                               struct error *e);

/* Adds the peer to the trust store as it is now, takes away the pending entry, and says so. A peer
 * that is there already stays. */
MUST_CHECK bool pair_peer_trust(struct keyring *k, const struct dsb_trust_entry *peer,
                                const struct options *o, struct error *e);

/* Writes, reads, the pending entry. */
MUST_CHECK bool pair_pending_write(const struct keyring *k, const struct dsb_trust_entry *peer,
                                   const struct options *o, struct error *e);
MUST_CHECK bool pair_pending_read(const struct keyring *k, struct dsb_trust_entry *peer,
                                  struct error *e);

/* Whom the run is with. */
struct dsb_trust_entry pair_peer_of(const struct dsb_pairing *run);

/* Opens a window: shows a code, and pairs with the first that knows it. */
MUST_CHECK bool pair_window(const struct options *o, struct keyring *k, struct error *e);

/* Connects to HOST[:PORT], where a window is open, with the code that the person types; or to where
 * a text of --qr says, with its code. */
MUST_CHECK bool pair_dial(const struct options *o, struct keyring *k, const char *host,
                          struct error *e);

/* After a pairing that broke off: asks the peer at HOST[:PORT], by a session, whether it trusts
 * this device. */
MUST_CHECK bool pair_finish(const struct options *o, struct keyring *k, const char *host,
                            struct error *e);

/* Prints the text as a QR code for a terminal; false when this build has none, or for too long a
 * text. */
MUST_CHECK bool qr_print(const char *text);

#endif
