/* SPDX-License-Identifier: Apache-2.0 */
/* What dsoftbusd and `dsoftbus serve` are: a server that answers ECHO and takes files into an
 * inbox. */
#ifndef NODE_SERVE_H
#define NODE_SERVE_H

#include "node/base/options.h"

/* Runs until SIGTERM or SIGINT. SIGHUP reads the trust store again. */
MUST_CHECK bool serve_run(const struct options *o, struct error *e);

#endif
