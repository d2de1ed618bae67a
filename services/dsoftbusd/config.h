/* SPDX-License-Identifier: Apache-2.0 */
/* Who this device is, from keystored, and whom it trusts: a data file of the boot image, given to
 * this process alone. */
#ifndef DSOFTBUSD_CONFIG_H
#define DSOFTBUSD_CONFIG_H

#include "dsoftbus/handshake.h"
#include "key/key.h"
#include "limits.h"

/* Zeroed at the start. local points into the rest, so a config stays where it is. */
struct config {
    struct key_holder holder;
    struct dsb_identity identity; /* its key is asked of the holder */
    struct dsb_trust_entry entries[TRUST_MAX];
    struct dsb_trust_store trust;
    struct dsb_local local;
};

/* On any fault writes to the log what it is, of the file with its line, and ends the process. */
void config_load(struct config *config);

#endif
