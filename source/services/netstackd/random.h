/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes from rngd, kept a few ahead: a sequence number for each of a burst of connections.
 */
#ifndef NETSTACKD_RANDOM_H
#define NETSTACKD_RANDOM_H

#include <stddef.h>

/* Takes bytes, each used once; ends the process when rngd gives none (init starts it again). */
void random_take(void *bytes, size_t bytes_len);

#endif
