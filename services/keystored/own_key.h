/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a device whose image has none: made at the first boot, kept by stored. */
#ifndef KEYSTORED_OWN_KEY_H
#define KEYSTORED_OWN_KEY_H

#include "dsoftbus/identity.h"

/* Reads the identity that stored keeps, or makes one, of random bytes, and has it kept before
 * anybody hears of it. Waits for a disk and an entropy device for as long as it takes, says once
 * what it waits for, and then who the device is. Ends the process when what is kept is no identity.
 */
void own_key_load(struct dsb_identity_file *file);

#endif
