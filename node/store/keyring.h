/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device knows: its identity, the peers and the roots it trusts, from the files `identity`
 * and `trust` of its directory, what those roots have said (said.h), and what a root says of the
 * device itself. The private key stays in locked memory, here or in a process of its own.
 */
#ifndef NODE_KEYRING_H
#define NODE_KEYRING_H

#include "dsoftbus/attestation_text.h"
#include "dsoftbus/vouched.h"
#include "node/base/key_text.h"
#include "node/store/confdir.h"
#include "node/store/key_process.h"

#define IDENTITY_FILE "identity"
#define TRUST_FILE    "trust"

/* Entries that fit CONFDIR_FILE_MAX are fewer; parsing is quadratic and takes about a second for
 * these. */
#define KEYRING_TRUST_MAX 8192

/* Lines that name roots, and devices that those vouch for. */
#define KEYRING_ROOT_MAX    64
#define KEYRING_VOUCHED_MAX 8192

struct keyring {
    struct confdir dir;
    struct dsb_identity_file *file; /* in locked memory; identity borrows it. NULL: in `process` */
    struct key_process process;
    struct dsb_identity identity;
    struct dsb_trust_store trust;
    struct dsb_vouched *vouched; /* the trust store's; NULL as long as it has had no root */
    bool hears;                  /* what roots have said is read with each new root */
    struct dsb_attested attested;
    bool is_attested;
};

/*
 * Opens the directory (NULL: the default) and reads both files; without a trust file nobody is
 * trusted. A test identity is refused unless allow_test_keys. On failure nothing is held.
 */
MUST_CHECK bool keyring_open(struct keyring *k, const char *path, bool allow_test_keys,
                             struct error *e);

/* The same, but the identity is read by a process of its own, and the key stays there: the keyring
 * must stay where it is. Before this process has threads. */
MUST_CHECK bool keyring_open_apart(struct keyring *k, const char *path, bool allow_test_keys,
                                   struct error *e);

/* Reads the trust file again. On failure the store stays as it was. */
MUST_CHECK bool keyring_reload(struct keyring *k, struct error *e);

/*
 * Reads what the roots have said, of the device or of all (NULL): about a third of a millisecond
 * for each. Then, of all, also what a root has said that a later keyring_reload brings.
 */
void keyring_hear(struct keyring *k, const struct dsb_device_id *only);

/*
 * Reads the trust file's text without its entries, for editing: *text is malloc'ed, the caller's,
 * empty when there is no file.
 */
MUST_CHECK bool keyring_trust_text(const struct keyring *k, char **text, size_t *text_len,
                                   struct error *e);

/* Checks the text as a whole, then replaces the trust file and the store. The directory must be
 * locked. */
MUST_CHECK bool keyring_replace_trust(struct keyring *k, const char *text, size_t text_len,
                                      struct error *e);

/* The same with one more line, which ends in its line feed, behind what the file holds: a person's
 * comments and order stay. */
MUST_CHECK bool keyring_append_trust(struct keyring *k, const char *line, size_t line_len,
                                     struct error *e);

/* Reads the file `attestation` (again), for keyring_attestation: one that is not this device's is a
 * fault. On failure the last one stays. */
MUST_CHECK bool keyring_read_attestation(struct keyring *k, struct error *e);

/* A root's word for this device; NULL: none. Stays where it is until keyring_close. */
const struct dsb_attestation *keyring_attestation(const struct keyring *k);

void keyring_close(struct keyring *k);

#endif
