/* SPDX-License-Identifier: Apache-2.0 */
/* Who this device is and whom it trusts: data files of the boot image, given to this process alone.
 */
#ifndef DSOFTBUSD_CONFIG_H
#define DSOFTBUSD_CONFIG_H

#include "dsoftbus/handshake.h"
#include "limits.h"

/* Zeroed at the start. local points into the rest, so a config stays where it is. */
struct config {
    struct dsb_identity_file file; /* holds the private key */
    struct dsb_identity identity;
    struct dsb_trust_entry entries[TRUST_MAX];
    struct dsb_trust_store trust;
    struct dsb_local local;
};

/* Reads both files. On any fault writes file, line and fault to the log and ends the process. */
void config_load(struct config *config);

#endif
