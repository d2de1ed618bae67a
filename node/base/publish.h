/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a complete temporary file its name, unless something has that name. */
#ifndef NODE_PUBLISH_H
#define NODE_PUBLISH_H

#include "node/base/error.h"

/*
 * Both names are in the directory dir_fd. 0, or an errno with nothing changed: EEXIST when `name`
 * is taken by anything at all. With hard links the name appears with its content at once. A file
 * system without them (exFAT, some network ones) is asked for an empty file of that name first,
 * which the temporary one then replaces: another process may see it empty for a moment, and a power
 * cut between the two leaves it empty, but a name that exists is never overwritten and half a file
 * never shown.
 */
MUST_CHECK int publish_new(int dir_fd, const char *temporary, const char *name);

#endif
