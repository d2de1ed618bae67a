/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's word for a device: this id has this key, by this serial, and may use these services.
 * RFC-0010. On the wire, in message 3 and in announces, beside the id and the key that it is about:
 *
 *     32 bytes root's public key   u64 BE serial   u8 length, services   64 bytes signature
 *
 * Signed (Ed25519) is: "DSoftBus/2 attestation" and a zero byte | serial, u64 BE | key, 32 bytes |
 * u8 length, id | u8 length, services.
 */
#ifndef DSOFTBUS_ATTESTATION_H
#define DSOFTBUS_ATTESTATION_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/key.h"
#include "dsoftbus/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_ATTESTATION_SERVICES_MAX 128 /* bytes of a list, its commas included */

/* The highest serial that a root gives: the first good one behind any of them is a number of 64
 * bits, too. */
#define DSB_SERIAL_MAX (UINT64_MAX - 1)

/* Shortest and longest on the wire. */
#define DSB_ATTESTATION_MIN (DSB_ROOT_KEY_LEN + 8 + 1 + DSB_SIGNATURE_LEN)
#define DSB_ATTESTATION_MAX (DSB_ATTESTATION_MIN + DSB_ATTESTATION_SERVICES_MAX)

/* Longest text that is signed. */
#define DSB_ATTESTATION_SIGNED_MAX                                                                 \
    (23 + 8 + DSB_KEY_LEN + 1 + DSB_DEVICE_ID_MAX + 1 + DSB_ATTESTATION_SERVICES_MAX)

struct dsb_attestation {
    uint8_t root[DSB_ROOT_KEY_LEN];
    uint64_t serial;      /* from 1 on; of two for one id the higher one counts */
    uint8_t services_len; /* bytes; 0: no list, the root's line of the trust store decides */
    char services[DSB_ATTESTATION_SERVICES_MAX]; /* as in a trust store; bytes after it are zero */
    uint8_t signature[DSB_SIGNATURE_LEN];
};

/* Writes it; returns its length in bytes. */
size_t dsb_attestation_write(uint8_t out[DSB_ATTESTATION_MAX],
                             const struct dsb_attestation *attestation);

/* Reads exactly one. False, *out unchanged, when it is none; the signature is not looked at. */
DSB_MUST_CHECK bool dsb_attestation_read(struct dsb_attestation *out, const uint8_t *bytes,
                                         size_t len);

/* What is signed for this device; returns its length in bytes. */
size_t dsb_attestation_signed(uint8_t out[DSB_ATTESTATION_SIGNED_MAX],
                              const struct dsb_attestation *attestation,
                              const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN]);

/* Is the signature its root's, over this device? */
DSB_MUST_CHECK bool dsb_attestation_verify(const struct dsb_attestation *attestation,
                                           const struct dsb_device_id *id,
                                           const uint8_t key[DSB_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif
