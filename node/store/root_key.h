/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's private key: a file of its own, in a directory that nobody else can enter. In locked
 * memory while it is open, and the directory is locked for as long: what the root signs, and what
 * it remembers of it (root_ledger.h), is decided by one process at a time.
 *
 *     dsoftbus-root 1
 *     private 6a…64 hexadecimal digits…f0      the seed of RFC 8032
 */
#ifndef NODE_ROOT_KEY_H
#define NODE_ROOT_KEY_H

#include "dsoftbus/signature.h"
#include "dsoftbus/text.h"
#include "node/store/confdir.h"

#define ROOT_NAME_MAX 200 /* bytes of the file's name: others are made of it */

struct root_secret;

struct root_key {
    struct confdir dir; /* the file's; its path is what stands before the last slash */
    char name[ROOT_NAME_MAX + 1];
    struct root_secret *secret;
    uint8_t public_key[DSB_ROOT_KEY_LEN];
};

/* The seed in a file's text; all zero when there is a fault, and *line says where. */
enum dsb_text_fault root_key_parse(uint8_t seed[DSB_ROOT_KEY_LEN], const char *text,
                                   size_t text_len, size_t *line);

/* Makes a key and its file; the directory is made where it is missing. A file that exists is never
 * overwritten. On failure nothing is held. */
MUST_CHECK bool root_key_new(struct root_key *root, const char *path, struct error *e);

/* Reads the file. */
MUST_CHECK bool root_key_open(struct root_key *root, const char *path, struct error *e);

/* Signs, Ed25519. */
void root_key_sign(const struct root_key *root, uint8_t signature[DSB_SIGNATURE_LEN],
                   const uint8_t *text, size_t text_len);

/* Wipes the key and unlocks the directory. */
void root_key_close(struct root_key *root);

#endif
