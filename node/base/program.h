/* SPDX-License-Identifier: Apache-2.0 */
/* What both programs do before anything else. */
#ifndef NODE_PROGRAM_H
#define NODE_PROGRAM_H

#include "node/base/error.h"

#ifndef DSOFTBUS_VERSION
#error "the build names the version"
#endif

/* No core dumps, no signal for a closed pipe, descriptors enough, the crypto library ready. */
MUST_CHECK bool program_init(struct error *e);

/* Flushes standard output: a full disk behind a pipe is an error too. */
MUST_CHECK bool program_flush(struct error *e);

#endif
