/* SPDX-License-Identifier: Apache-2.0 */
/* What `dsoftbus ping` counts and says, and its way by the daemon: a stream of the service `echo`.
 */
#ifndef NODE_PING_H
#define NODE_PING_H

#include "node/cli/bus_stream.h"

#include <stdint.h>

struct ping_tally {
    uint64_t sent_count; /* the caller's */
    uint64_t answered_count;
    uint64_t began_ns;
    uint64_t least_ns;
    uint64_t most_ns;
    uint64_t sum_ns;
};

void ping_begins(struct ping_tally *tally);

/* The last one's answer is here: says so. */
void ping_answered(struct ping_tally *tally, const char *peer, bool quiet);

void ping_summary(const struct ping_tally *tally, bool quiet);

/* The command's whole work; closes the stream. */
MUST_CHECK bool ping_by_bus(struct bus_stream *s, const struct options *o, const char *device);

#endif
