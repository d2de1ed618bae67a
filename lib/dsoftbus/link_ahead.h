/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On hosts: the multiplications that several links are about to make, made together. Whoever has
 * links of which the next event writes message 1 or reads a message of the handshake looks ahead on
 * each, then noise_ahead_run, then takes their events.
 */
#ifndef DSB_LINK_AHEAD_H
#define DSB_LINK_AHEAD_H

#include "dsoftbus/link.h"
#include "noise/ahead.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The link's next event multiplies. */
bool dsb_link_foresees(const struct dsb_link *link);

/*
 * Adds the link, if it foresees, for its ephemeral key (noise_ahead_add). Returns the point that
 * its static key will be asked for, which lies in `in`; NULL when it will not.
 */
const uint8_t *dsb_link_look_ahead(struct dsb_link *link, struct noise_ahead *ahead);

#ifdef __cplusplus
}
#endif

#endif
