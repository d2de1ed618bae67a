/* SPDX-License-Identifier: Apache-2.0 */
/* What the bus answers, as a person's line: what, where, and what to do about it. */
#ifndef NODE_BUS_ERROR_H
#define NODE_BUS_ERROR_H

#include "node/base/error.h"
#include "node/client/dsoftbus-client.h"

/* Connects to the daemon at `path`, NULL: where the library looks. False with *e filled, nothing to
 * close. */
MUST_CHECK bool bus_open(struct dsbc **bus, const char *path, struct error *e);

/* Fills *e for a request about a device's service, or of the daemon alone (device NULL), or of an
 * own service (device NULL), and returns false. `text` is the daemon's explanation, or "". */
bool bus_error(struct error *e, enum dsbc_result result, const char *text, const char *device,
               const char *service);

/* The same for a stream that was there and was cut off. */
bool bus_cut(struct error *e, enum dsbc_result verdict, const char *device, const char *service);

#endif
