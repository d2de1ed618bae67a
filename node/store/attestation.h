/* SPDX-License-Identifier: Apache-2.0 */
/* What a root signs for a device, and its text: dsoftbus/attestation_text.h. */
#ifndef NODE_ATTESTATION_H
#define NODE_ATTESTATION_H

#include "dsoftbus/attestation_text.h"
#include "node/store/root_key.h"

#define ATTESTATION_FILE "attestation" /* the device's own, beside its identity */

/* Fills in root and signature; all else is there and good. */
void attestation_sign(struct dsb_attested *a, const struct root_key *root);

/* The text's length, without its NUL. */
size_t attestation_format(char out[DSB_ATTESTATION_TEXT_MAX], const struct dsb_attested *a);

#endif
