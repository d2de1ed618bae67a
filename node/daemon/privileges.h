/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's way down from root. */
#ifndef NODE_PRIVILEGES_H
#define NODE_PRIVILEGES_H

#include "node/base/error.h"

/*
 * Becomes `user` with its primary group and no others, for good, with no way to gain privileges
 * again. Called after the listening sockets are bound and before any file of the user is read.
 */
MUST_CHECK bool privileges_drop(const char *user, struct error *e);

#endif
