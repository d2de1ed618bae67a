/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's way down from root. */
#ifndef LINUX_PRIVILEGES_H
#define LINUX_PRIVILEGES_H

#include "linux/error.h"

/*
 * Becomes `user` with its primary group and no others, for good, with no way to gain privileges
 * again. Called after the listening sockets are bound and before any file of the user is read.
 */
MUST_CHECK bool privileges_drop(const char *user, struct error *e);

#endif
