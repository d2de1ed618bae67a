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
 * Signed (Ed25519) is: "DSoftBus/2 attestation" and a zero byte | serial, u64 big-endian | key, 32
 * | length of the id, u8 | id | length of the list, u8 | list, as in a line of the trust store.
 */
#ifndef NODE_ATTESTATION_H
#define NODE_ATTESTATION_H

#include "dsoftbus/trust_store.h"
#include "node/store/root_key.h"

#define ATTESTATION_FILE         "attestation"
#define ATTESTATION_SERVICES_MAX 128 /* bytes of a list, its commas included */
#define ATTESTATION_TEXT_MAX     1024

struct attestation {
    struct dsb_trust_entry device; /* services_len is at most ATTESTATION_SERVICES_MAX */
    uint64_t serial;               /* from 1 on */
    uint8_t root[ROOT_KEY_LEN];
    uint8_t signature[ROOT_SIGNATURE_LEN];
};

/* What a root does not sign: an id or a key that no device has, a bad or too long list. */
enum dsb_text_fault attestation_fault(const struct dsb_trust_entry *device);

/* Fills in root and signature; device and serial are there and good. */
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
