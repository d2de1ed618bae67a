/* SPDX-License-Identifier: Apache-2.0 */
/* What `dsoftbus receive` says whichever way it goes, and its way by the daemon. */
#ifndef NODE_RECEIVE_H
#define NODE_RECEIVE_H

#include "node/cli/bus_stream.h"
#include "node/engine/inbound.h"

/* What is known to fail is said before anybody connects. */
MUST_CHECK bool receive_check_target(const char *path, bool force, struct error *e);

/* How a transfer ended: true when the file is there, which is said; else with *e filled. */
bool receive_tell(const struct options *o, const char *path, const char *peer,
                  enum inbound_outcome outcome, uint64_t received_len, int system_error,
                  struct error *e);

/* The command's whole work; closes the stream. Of all streams of the service `file` one at a time
 * is listened to, and the first with an offer has the file. */
MUST_CHECK bool receive_by_bus(struct bus_stream *s, const struct options *o, const char *path);

#endif
