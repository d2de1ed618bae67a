/* SPDX-License-Identifier: Apache-2.0 */
/* What dsoftbus trust prints. */
#ifndef NODE_TRUST_LIST_H
#define NODE_TRUST_LIST_H

#include "node/store/keyring.h"

/* The store's lines, as they stand in its file. */
void trust_list(const struct keyring *k);

/* Who is trusted, and why: pinned, by pairing, by a root; who vouches; who is revoked. */
void trust_show(struct keyring *k);

#endif
