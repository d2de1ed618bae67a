/* SPDX-License-Identifier: Apache-2.0 */
/* Roots' lists of revocations, as texts: taken into the trust store, and given out again. */
#ifndef DSOFTBUSD_ROOT_LISTS_H
#define DSOFTBUSD_ROOT_LISTS_H

#include "dsoftbus/trust_store.h"

/* Borrows the store. */
void root_lists_init(const struct dsb_trust_store *store);

enum list_result {
    LIST_TAKEN,
    LIST_KNOWN,   /* this one, or a higher serial of its root's */
    LIST_REFUSED, /* *why says why */
};

/* A list's text, from a peer or from the disk; *serial is its own, 0 when it is none;
 * of one that is known, its root's last. */
enum list_result root_lists_take(const char *text, size_t text_len, uint64_t *serial,
                                 const char **why);

/* Of the root's list at this place of the store's: its text, and the length of it. */
size_t root_lists_text(size_t idx, const char **text);

#endif
