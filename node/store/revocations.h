/* SPDX-License-Identifier: Apache-2.0 */
/* A root's last list of revocations (dsoftbus/revocations.h), as ROOTFILE.revocations beside its
 * key. */
#ifndef NODE_REVOCATIONS_H
#define NODE_REVOCATIONS_H

#include "dsoftbus/revocations.h"
#include "node/store/root_key.h"

#define REVOCATIONS_TEXT_SIZE 8192 /* more than any list makes, also one that nobody reads */

/* The text's length, without its NUL; over DSB_REVOCATIONS_TEXT_MAX nobody reads it. */
size_t revocations_format(char out[REVOCATIONS_TEXT_SIZE], const struct dsb_revocations *list);

/* The root's last list. */
MUST_CHECK bool revocations_read(struct dsb_revocations *list, const struct root_key *root,
                                 struct error *e);

/* Gives the list the next serial, signs it, and keeps it in place of the last one; not one that
 * would be too long to be read. */
MUST_CHECK bool revocations_renew(struct dsb_revocations *list, const struct root_key *root,
                                  struct error *e);

#endif
