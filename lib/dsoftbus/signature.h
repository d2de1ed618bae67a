/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 (RFC 8032), to verify with. */
#ifndef DSOFTBUS_SIGNATURE_H
#define DSOFTBUS_SIGNATURE_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_ROOT_KEY_LEN  32
#define DSB_SIGNATURE_LEN 64

/* Is it this key's signature of the text? Strictly: no key of small order, no second spelling of a
 * key or of a signature. Public data only, so not in constant time. */
DSB_MUST_CHECK bool dsb_signature_verify(const uint8_t signature[DSB_SIGNATURE_LEN],
                                         const uint8_t *text, size_t text_len,
                                         const uint8_t key[DSB_ROOT_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
