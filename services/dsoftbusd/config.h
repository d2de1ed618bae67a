/* SPDX-License-Identifier: Apache-2.0 */
/* Who this device is, from keystored; whom it trusts, and what a root says of it: data files of the
 * boot image, given to this process alone. */
#ifndef DSOFTBUSD_CONFIG_H
#define DSOFTBUSD_CONFIG_H

#include "dsoftbus/attestation_text.h"
#include "dsoftbus/handshake.h"
#include "dsoftbus/vouched.h"
#include "key/key.h"
#include "limits.h"

/* Zeroed at the start. local points into the rest, so a config stays where it is. */
struct config {
    struct key_holder holder;
    struct dsb_identity identity; /* its key is asked of the holder */
    struct dsb_trust_entry entries[TRUST_MAX];
    struct dsb_trust_root roots[ROOT_MAX];
    struct dsb_vouched_row vouched_rows[VOUCHED_MAX];
    struct dsb_vouched_list lists[ROOT_MAX];
    struct dsb_vouched vouched;
    struct dsb_trust_store trust;
    struct dsb_attested attested; /* what a root says of this device */
    struct dsb_local local;
};

/* On any fault writes to the log what it is, of the file with its line, and ends the process. */
void config_load(struct config *config);

#endif
