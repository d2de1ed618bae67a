/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's word for a device: this id has this key, by this serial, and may use these services. As
 * text, which the device keeps as the file `attestation`:
 *
 *     dsoftbus-attestation 1
 *     id lamp-1.example
 *     key 8f40…64 hexadecimal digits…1c
 *     serial 3
 *     services echo,log                        only where the root names some
 *     root 51c4…64 hexadecimal digits…9f
 *     signature 02a1…64 digits…77 b0c4…64 digits…0e
 *
 * What is signed: dsoftbus/attestation.h.
 */
#ifndef NODE_ATTESTATION_H
#define NODE_ATTESTATION_H

#include "dsoftbus/attestation.h"
#include "node/store/root_key.h"

#define ATTESTATION_FILE     "attestation"
#define ATTESTATION_TEXT_MAX 1024

struct attestation {
    struct dsb_device_id id;
    uint8_t key[DSB_KEY_LEN];
    struct dsb_attestation word;
};

/* What a root does not sign: an id or a key that no device has, a bad list. */
enum dsb_text_fault attestation_fault(const struct attestation *a);

/* Fills in root and signature; all else is there and good. */
void attestation_sign(struct attestation *a, const struct root_key *root);

/* Reads one. What a root does not sign is a fault, and so is a signature that is not the named
 * root's. *a is all zero then, and *line says where. */
enum dsb_text_fault attestation_parse(struct attestation *a, const char *text, size_t text_len,
                                      size_t *line);

/* The same without a look at the signature. */
enum dsb_text_fault attestation_parse_unverified(struct attestation *a, const char *text,
                                                 size_t text_len, size_t *line);

/* The text's length, without its NUL. */
size_t attestation_format(char out[ATTESTATION_TEXT_MAX], const struct attestation *a);

#endif
