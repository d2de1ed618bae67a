/* SPDX-License-Identifier: Apache-2.0 */
/* Roots for tests, and what they sign. */
#ifndef TESTS_DSOFTBUS_ATTESTED_H
#define TESTS_DSOFTBUS_ATTESTED_H

#include "dsoftbus/peer.h"
#include "dsoftbus/vouched.h"

struct root {
    uint8_t public_key[DSB_ROOT_KEY_LEN];
    uint8_t secret_key[64];
};

/* A root whose seed is one byte, repeated. */
void root_make(struct root *root, uint8_t seed);

/* Its word for the peer: by this serial, with these services ("": no list). */
void root_sign(const struct root *root, struct dsb_attestation *attestation,
               const struct peer *peer, uint64_t serial, const char *services);

/* Its list, by this serial, of one id: all below first_good is revoked. */
void root_revoke(const struct root *root, struct dsb_revocations *list, uint64_t serial,
                 const struct dsb_device_id *id, uint64_t first_good);

/* Signs the list as it is. */
void root_sign_list(const struct root *root, struct dsb_revocations *list);

/* The list as it travels, NUL-terminated; returns its length. */
#define ROOT_LIST_TEXT_SIZE (DSB_REVOCATIONS_TEXT_MAX + 1)
size_t root_list_text(char text[ROOT_LIST_TEXT_SIZE], const struct dsb_revocations *list);

/* What the peer needs to take roots' words, and its trust store's lines: a file's text behind the
 * header. */
#define ATTESTED_ROWS  3
#define ATTESTED_LISTS 1
struct attested {
    struct dsb_trust_root roots[4];
    struct dsb_vouched_row rows[ATTESTED_ROWS];
    struct dsb_vouched_list lists[ATTESTED_LISTS];
    struct dsb_vouched vouched;
};
void attested_trust(struct attested *attested, struct peer *peer, const char *lines);

/* `*.lab root:KEY\n`, with these services behind it, into out. */
void root_line(char *out, size_t out_size, const char *pattern, const struct root *root,
               const char *services);

#endif
