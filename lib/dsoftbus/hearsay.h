/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What announces say of devices that a root may vouch for (RFC-0010, section 8). Anybody can send
 * one, and to verify a signature takes longer than to make one up: so only who looks for the device
 * asks here, and few signatures a second are looked at.
 */
#ifndef DSOFTBUS_HEARSAY_H
#define DSOFTBUS_HEARSAY_H

#include "dsoftbus/announce.h"
#include "dsoftbus/vouched.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_HEARSAY_BUDGET    4    /* signatures in any DSB_HEARSAY_WINDOW_MS */
#define DSB_HEARSAY_RESERVED  2    /* of them, not for who lied within that time */
#define DSB_HEARSAY_WINDOW_MS 1000 /* ms */
#define DSB_HEARSAY_LIARS     16   /* sources that are remembered */

/* All zero is one that has heard nothing. */
struct dsb_hearsay {
    uint64_t free_ms[DSB_HEARSAY_BUDGET]; /* when each may be used again */
    struct {
        uint32_t address;
        uint64_t until_ms;
    } liars[DSB_HEARSAY_LIARS];
    uint64_t verified_count;
};

/*
 * Takes the attestation of an announce that came from this IPv4 address, when the store finds
 * nothing wrong with it but for the signature, and that is good: OK, and the store has id and key.
 * RATE: not looked at now. Who asks has looked whether it is DSB_ANNOUNCE_VOUCHABLE, and means this
 * very device.
 */
DSB_MUST_CHECK enum dsb_vouched_result dsb_hearsay_take(struct dsb_hearsay *hearsay,
                                                        const struct dsb_trust_store *trust,
                                                        const struct dsb_identity *own,
                                                        const struct dsb_announce *announce,
                                                        uint32_t source, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
