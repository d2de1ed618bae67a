/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An attestation as text, with the id and the key that it is about: what a root hands out, and a
 * device keeps (dsoftbus-trust(5); rules of the lines in text.h).
 *
 *     dsoftbus-attestation 1
 *     id lamp-1.example
 *     key 8f40…64 hexadecimal digits…1c
 *     serial 3
 *     services echo,log                        only where the root names some
 *     root 51c4…64 hexadecimal digits…9f
 *     signature 02a1…64 digits…77 b0c4…64 digits…0e
 */
#ifndef DSOFTBUS_ATTESTATION_TEXT_H
#define DSOFTBUS_ATTESTATION_TEXT_H

#include "dsoftbus/attestation.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_ATTESTATION_TEXT_MAX 1024

struct dsb_attested {
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN];
    struct dsb_attestation word;
};

/* What a root does not sign: a key that no device has, a bad list. */
enum dsb_text_fault dsb_attested_fault(const struct dsb_attested *a);

/* Reads one. What a root does not sign is a fault, and so is a signature that is not the named
 * root's. *a is all zero then, and *line says where. */
DSB_MUST_CHECK enum dsb_text_fault dsb_attested_parse(struct dsb_attested *a, const char *text,
                                                      size_t text_len, size_t *line);

/* The same without a look at the signature. */
DSB_MUST_CHECK enum dsb_text_fault dsb_attested_parse_unverified(struct dsb_attested *a,
                                                                 const char *text, size_t text_len,
                                                                 size_t *line);

#ifdef __cplusplus
}
#endif

#endif
